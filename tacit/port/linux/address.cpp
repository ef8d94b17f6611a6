#include "tacit/port/linux/address.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>

namespace tacit::linux_port {

namespace {

constexpr Ip mapped_any{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t mapped_prefix = 12;

// Codes from 1 up are AddressFaults; getaddrinfo()'s own are negative.
class AddressCategory final : public std::error_category {
  const char* name() const noexcept override { return "address"; }
  std::string message(int code) const override {
    switch (AddressFault{code}) {
      case AddressFault::bad_syntax: return "not an address";
      case AddressFault::bad_port: return "a port is a number from 1 to 65535";
      case AddressFault::no_interface: return "a link-local address needs its interface, as in fe80::1%eth0";
      case AddressFault::unknown_interface: return "no such network interface";
      case AddressFault::not_numeric: return "not a numeric address";
    }
    return gai_strerror(code);
  }
};

const std::error_category& category() {
  static const AddressCategory instance;
  return instance;
}

struct HostAndPort {
  std::string host;
  std::optional<std::string_view> port;
};

// "[host]:port", "[host]", "host:port", "host"; a bare host with several colons is IPv6 and has no port.
std::optional<HostAndPort> split(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == text.npos) return std::nullopt;
    const auto rest = text.substr(end + 1);
    HostAndPort result{std::string(text.substr(1, end - 1)), {}};
    if (rest.starts_with(':')) result.port = rest.substr(1);
    else if (!rest.empty()) return std::nullopt;
    return result;
  }
  const auto colon = text.find(':');
  if (colon == text.npos || text.find(':', colon + 1) != text.npos) return HostAndPort{std::string(text), {}};
  return HostAndPort{std::string(text.substr(0, colon)), text.substr(colon + 1)};
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

// By name, or by number as the system prints an interface that has lost its name.
std::uint32_t interface_index(const std::string& name) {
  if (const unsigned index = if_nametoindex(name.c_str()); index != 0) return index;
  std::uint32_t index = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  return error == std::errc{} && end == name.data() + name.size() ? index : 0;
}

// inet_pton and not getaddrinfo(), for which "127.1" and "0x7f000001" are addresses too.
Endpoint parse_host(const std::string& host, std::uint16_t port, std::error_code& error) {
  if (in_addr v4{}; inet_pton(AF_INET, host.c_str(), &v4) == 1) return {ip_of(v4), port, 0};
  const auto percent = host.find('%');
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.substr(0, percent).c_str(), &v6) != 1) {
    error = AddressFault::not_numeric;
    return {};
  }
  Endpoint result{ip_of(v6), port, 0};
  if (percent != host.npos) {
    result.interface = interface_index(host.substr(percent + 1));
    if (result.interface == 0) error = AddressFault::unknown_interface;
  } else if (is_link_local(result.ip)) {
    error = AddressFault::no_interface;
  }
  return result;
}

std::vector<Endpoint> look_up(const std::string& host, std::uint16_t port, std::error_code& error) {
  addrinfo hints{}, *list = nullptr;
  hints.ai_family = AF_INET6;
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG;
  if (const int code = getaddrinfo(host.c_str(), nullptr, &hints, &list); code != 0) {
    error = code == EAI_SYSTEM ? std::error_code(errno, std::generic_category()) : std::error_code(code, category());
    return {};
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, freeaddrinfo);
  std::vector<Endpoint> all;
  for (const addrinfo* one = list; one; one = one->ai_next) {
    sockaddr_in6 address{};
    std::memcpy(&address, one->ai_addr, sizeof address);
    all.push_back(to_endpoint(address));
    all.back().port = port;
  }
  return all;
}

std::vector<Endpoint> read_endpoints(std::string_view text, std::uint16_t default_port, bool names,
                                     std::error_code& error) {
  error.clear();
  const auto parts = split(text);
  if (!parts || parts->host.empty() || parts->host.find('\0') != std::string::npos) {
    error = AddressFault::bad_syntax;
    return {};
  }
  const auto port = parts->port ? parse_port(*parts->port) : default_port;
  if (!port) {
    error = AddressFault::bad_port;
    return {};
  }
  const Endpoint result = parse_host(parts->host, *port, error);
  if (names && error == AddressFault::not_numeric) {
    error.clear();
    return look_up(parts->host, *port, error);
  }
  return {result};
}

}  // namespace

std::error_code make_error_code(AddressFault fault) { return {static_cast<int>(fault), category()}; }

Ip ip_of(const in_addr& address) {
  Ip ip = mapped_any;
  std::memcpy(ip.data() + mapped_prefix, &address, sizeof address);
  return ip;
}

Ip ip_of(const in6_addr& address) {
  Ip ip;
  std::memcpy(ip.data(), &address, ip.size());
  return ip;
}

bool is_ipv4(const Ip& ip) { return std::equal(ip.begin(), ip.begin() + mapped_prefix, mapped_any.begin()); }
bool is_unspecified(const Ip& ip) { return ip == Ip{} || ip == mapped_any; }
bool is_link_local(const Ip& ip) { return ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80; }
bool is_multicast(const Ip& ip) { return is_ipv4(ip) ? (ip[mapped_prefix] & 0xf0) == 0xe0 : ip[0] == 0xff; }

sockaddr_in6 to_sockaddr(const Endpoint& endpoint) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(endpoint.port);
  address.sin6_scope_id = endpoint.interface;
  std::memcpy(&address.sin6_addr, endpoint.ip.data(), endpoint.ip.size());
  return address;
}

Endpoint to_endpoint(const sockaddr_in6& address) {
  const Ip ip = ip_of(address.sin6_addr);
  return {ip, ntohs(address.sin6_port), is_link_local(ip) ? address.sin6_scope_id : 0};
}

std::string to_text(const Endpoint& endpoint) {
  std::array<char, INET6_ADDRSTRLEN> host{};
  const std::string port = ":" + std::to_string(endpoint.port);
  if (is_ipv4(endpoint.ip)) {
    inet_ntop(AF_INET, endpoint.ip.data() + mapped_prefix, host.data(), host.size());
    return host.data() + port;
  }
  inet_ntop(AF_INET6, endpoint.ip.data(), host.data(), host.size());
  std::string text = "[" + std::string(host.data());
  if (endpoint.interface != 0) {
    std::array<char, IF_NAMESIZE> name{};
    const bool named = if_indextoname(endpoint.interface, name.data()) != nullptr;
    text += "%" + (named ? std::string(name.data()) : std::to_string(endpoint.interface));
  }
  return text + "]" + port;
}

Endpoint parse_endpoint(std::string_view text, std::uint16_t default_port, std::error_code& error) {
  const auto all = read_endpoints(text, default_port, false, error);
  return all.empty() ? Endpoint{} : all.front();
}

Endpoint resolve(std::string_view text, std::uint16_t default_port, std::error_code& error) {
  const auto all = resolve_all(text, default_port, error);
  return all.empty() ? Endpoint{} : all.front();
}

std::vector<Endpoint> resolve_all(std::string_view text, std::uint16_t default_port, std::error_code& error) {
  return read_endpoints(text, default_port, true, error);
}

}  // namespace tacit::linux_port
