#include "tacit/port/linux/interfaces.hpp"

#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace tacit::linux_port {

namespace {

template <class T> T read_as(const sockaddr* address) {
  T result{};
  std::memcpy(&result, address, sizeof result);
  return result;
}

in_addr ipv4_of(const sockaddr* address) { return read_as<sockaddr_in>(address).sin_addr; }

// The kernel tells no broadcast address for loopback, but it routes the one that follows from the netmask.
std::optional<Ip> broadcast_of(const ifaddrs& entry, const Interface& interface) {
  if (interface.can_broadcast && entry.ifa_broadaddr) return ip_of(ipv4_of(entry.ifa_broadaddr));
  if (!interface.loopback || !entry.ifa_netmask) return std::nullopt;
  in_addr address = ipv4_of(entry.ifa_addr);
  const in_addr mask = ipv4_of(entry.ifa_netmask);
  if (~mask.s_addr == 0) return std::nullopt;
  address.s_addr |= ~mask.s_addr;
  return ip_of(address);
}

void add_address(Interface& interface, const ifaddrs& entry) {
  if (!entry.ifa_addr) return;
  if (entry.ifa_addr->sa_family == AF_INET) {
    interface.ipv4.push_back({ip_of(ipv4_of(entry.ifa_addr)), broadcast_of(entry, interface)});
  } else if (entry.ifa_addr->sa_family == AF_INET6) {
    const Ip ip = ip_of(read_as<sockaddr_in6>(entry.ifa_addr).sin6_addr);
    interface.ipv6.push_back(ip);
    if (is_link_local(ip)) interface.has_link_local = true;
  }
}

// An alias ("eth0:1") is the same interface under another label.
std::string name_of(const ifaddrs& entry) {
  const std::string_view label = entry.ifa_name;
  return std::string(label.substr(0, label.find(':')));
}

Interface& find_or_add(std::vector<Interface>& list, const ifaddrs& entry) {
  const std::string name = name_of(entry);
  const auto found = std::ranges::find(list, name, &Interface::name);
  if (found != list.end()) return *found;
  const auto has = [&](unsigned flag) { return (entry.ifa_flags & flag) != 0; };
  Interface fresh;
  fresh.index = if_nametoindex(name.c_str());
  fresh.name = name;
  fresh.up = has(IFF_UP);
  fresh.loopback = has(IFF_LOOPBACK);
  fresh.can_broadcast = has(IFF_BROADCAST);
  fresh.can_multicast = has(IFF_MULTICAST);
  return list.emplace_back(std::move(fresh));
}

bool reaches_a_group(const Interface& interface) {
  return (interface.can_broadcast && !interface.ipv4.empty()) || (interface.can_multicast && interface.has_link_local);
}

}  // namespace

std::vector<Interface> list_interfaces(std::error_code& error) {
  error.clear();
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) {
    error.assign(errno, std::generic_category());
    return {};
  }
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(first, freeifaddrs);
  std::vector<Interface> list;
  for (const ifaddrs* entry = first; entry; entry = entry->ifa_next) add_address(find_or_add(list, *entry), *entry);
  std::erase_if(list, [](const Interface& interface) { return interface.index == 0; });  // gone while we looked
  std::ranges::sort(list, {}, &Interface::index);
  return list;
}

std::vector<Interface> choose_interfaces(std::vector<Interface> all, std::span<const std::string> names) {
  std::erase_if(all, [](const Interface& interface) { return !interface.up; });
  std::vector<Interface> chosen;
  const auto take = [&](auto wanted) { std::ranges::copy_if(all, std::back_inserter(chosen), wanted); };
  if (!names.empty()) {
    take([&](const Interface& interface) { return std::ranges::find(names, interface.name) != names.end(); });
    return chosen;
  }
  take([](const Interface& interface) { return !interface.loopback && reaches_a_group(interface); });
  if (chosen.empty()) take([](const Interface& interface) { return interface.loopback; });
  return chosen;
}

bool is_heard_by_many(const Ip& ip, std::span<const Interface> interfaces) {
  if (is_multicast(ip) || ip == ip_of(in_addr{INADDR_BROADCAST})) return true;
  return std::ranges::any_of(interfaces, [&](const Interface& link) {
    return std::ranges::any_of(link.ipv4, [&](const auto& ipv4) { return ip == ipv4.broadcast && ip != ipv4.address; });
  });
}

InterfaceWatch::InterfaceWatch() : socket_(socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE)) {
  sockaddr_nl groups{};
  groups.nl_family = AF_NETLINK;
  groups.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
  if (socket_.valid() && bind(socket_.fd(), reinterpret_cast<const sockaddr*>(&groups), sizeof groups) != 0)
    socket_ = File();
}

void InterfaceWatch::clear() {
  std::array<char, 8192> ignored;  // what happened does not matter: the whole list is read again
  for (int reads = 0; reads < 64; ++reads) {
    if (recv(socket_.fd(), ignored.data(), ignored.size(), 0) >= 0) continue;
    if (errno != ENOBUFS) return;  // ENOBUFS: more happened than it could tell
  }
}

}  // namespace tacit::linux_port
