#include "tacit/port/linux/group.hpp"

#include <algorithm>

namespace tacit::linux_port {

namespace {

const Ip limited_broadcast = ip_of(in_addr{INADDR_BROADCAST});

bool has_broadcast(const Interface& link) { return link.can_broadcast && !link.ipv4.empty(); }
bool has_multicast(const Interface& link) { return link.can_multicast && link.has_link_local; }

// Of a loopback interface that has one; a machine may have taken 127.0.0.1 away.
std::optional<Ip> loopback_broadcast(const Interface& link) {
  const auto found = std::ranges::find_if(link.ipv4, [](const auto& ipv4) { return ipv4.broadcast.has_value(); });
  return link.loopback && found != link.ipv4.end() ? found->broadcast : std::nullopt;
}

}  // namespace

std::vector<Endpoint> heard_at(const Group& group, std::span<const Interface> links) {
  std::vector<Endpoint> places;
  if (std::ranges::any_of(links, has_broadcast)) places.push_back({limited_broadcast, group.port, 0});
  for (const Interface& link : links) {
    for (const auto& ipv4 : link.ipv4)
      if (ipv4.broadcast && *ipv4.broadcast != ipv4.address) places.push_back({*ipv4.broadcast, group.port, 0});
    if (group.multicast && has_multicast(link)) places.push_back({*group.multicast, group.port, link.index});
  }
  std::ranges::sort(places);  // two interfaces in one network have one broadcast address
  const auto repeated = std::ranges::unique(places);
  places.erase(repeated.begin(), repeated.end());
  return places;
}

std::vector<Path> sent_to(const Group& group, std::span<const Interface> links) {
  std::vector<Path> paths;
  const auto add = [&](const Ip& ip, std::uint32_t scope, const Interface& link) {
    paths.push_back({.peer = {ip, group.port, scope}, .local = {.interface = link.index}, .to_group = true});
  };
  for (const Interface& link : links) {
    if (has_broadcast(link)) add(limited_broadcast, 0, link);
    else if (const auto ip = loopback_broadcast(link)) add(*ip, 0, link);
    if (group.multicast && has_multicast(link)) add(*group.multicast, link.index, link);
  }
  return paths;
}

}  // namespace tacit::linux_port
