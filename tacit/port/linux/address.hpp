#pragma once
#include <netinet/in.h>

#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "tacit/base/endpoint.hpp"

namespace tacit::linux_port {

using Ip = Octets<16>;  // as in Endpoint: IPv4 is ::ffff:a.b.c.d

Ip ip_of(const in_addr&);
Ip ip_of(const in6_addr&);
bool is_ipv4(const Ip&);
bool is_unspecified(const Ip&);  // of either family
bool is_link_local(const Ip&);   // fe80::/10
bool is_multicast(const Ip&);    // of either family

// Every socket here is AF_INET6; IPv4 is mapped. An Endpoint's interface is the address's scope.
sockaddr_in6 to_sockaddr(const Endpoint&);
Endpoint to_endpoint(const sockaddr_in6&);  // keeps the scope of a link-local address only

// "192.0.2.7:8890", "[2001:db8::7]:8890", "[fe80::1%eth0]:8890".
std::string to_text(const Endpoint&);

// What is wrong with an address that a person wrote. Besides these, std::error_code carries what getaddrinfo() says.
enum class AddressFault {
  bad_syntax = 1,
  bad_port,           // not 1 to 65535
  no_interface,       // a link-local address without %interface
  unknown_interface,  // %interface that this machine does not have
  not_numeric,        // a host name where only an address will do
};
std::error_code make_error_code(AddressFault);

// Reads what to_text() writes; also without the port, and then without the brackets ("fe80::1%eth0"). Numbers only.
Endpoint parse_endpoint(std::string_view text, std::uint16_t default_port, std::error_code&);

// The same, and host names ("sensor.local:8890"), of which the resolver's first address is taken. It may wait for DNS
// for many seconds.
Endpoint resolve(std::string_view text, std::uint16_t default_port, std::error_code&);
// All of its addresses, of both families, in the order in which they are to be tried.
std::vector<Endpoint> resolve_all(std::string_view text, std::uint16_t default_port, std::error_code&);

}  // namespace tacit::linux_port

template <> struct std::is_error_code_enum<tacit::linux_port::AddressFault> : std::true_type {};
