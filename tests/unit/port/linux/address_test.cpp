// Goal: an address is read as people write it, printed the same way, and refused with the right name. Method: tables
// of texts; the loopback interface is the one that every machine has.
#include "tacit/port/linux/address.hpp"

#include <gtest/gtest.h>
#include <net/if.h>

#include "tests/support/localhost.hpp"

namespace tacit::linux_port {

namespace {

Endpoint parse(std::string_view text, std::uint16_t default_port = 8890) {
  std::error_code error;
  const Endpoint endpoint = parse_endpoint(text, default_port, error);
  EXPECT_FALSE(error) << text << ": " << error.message();
  return endpoint;
}

std::error_code fault_of(std::string_view text) {
  std::error_code error;
  (void)parse_endpoint(text, 8890, error);
  return error;
}

TEST(Address, what_is_printed_can_be_read_again) {
  for (const std::string text : {"192.0.2.7:8890", "255.255.255.255:1", "[2001:db8::7]:65535", "[fe80::1%lo]:8890",
                                 "[ff12::4e4d%lo]:8889", "[::1]:8890"})
    EXPECT_EQ(to_text(parse(text, 1)), text);
}

TEST(Address, without_a_port_the_default_holds_and_brackets_are_not_needed) {
  EXPECT_EQ(to_text(parse("192.0.2.7")), "192.0.2.7:8890");
  EXPECT_EQ(to_text(parse("2001:db8::7")), "[2001:db8::7]:8890");
  EXPECT_EQ(to_text(parse("[2001:db8::7]")), "[2001:db8::7]:8890");
  EXPECT_EQ(to_text(parse("fe80::1%lo")), "[fe80::1%lo]:8890");
}

TEST(Address, ipv4_and_mapped_ipv4_are_the_same) { EXPECT_EQ(parse("::ffff:192.0.2.7"), parse("192.0.2.7")); }

TEST(Address, an_interface_may_be_a_number) {
  EXPECT_EQ(parse("fe80::1%" + std::to_string(if_nametoindex("lo"))), parse("fe80::1%lo"));
}

TEST(Address, what_is_wrong_is_named) {
  for (const char* text : {"", ":8890", "[]:8890", "[::1", "[::1]8890"})
    EXPECT_EQ(fault_of(text), AddressFault::bad_syntax) << text;
  for (const char* text : {"192.0.2.7:", "192.0.2.7:0", "192.0.2.7:65536", "192.0.2.7:-1", "192.0.2.7:88x", "[::1]:"})
    EXPECT_EQ(fault_of(text), AddressFault::bad_port) << text;
  for (const char* text : {"sensor.example", "127.1", "0x7f000001", "192.0.2.256", "1:2:3"})
    EXPECT_EQ(fault_of(text), AddressFault::not_numeric) << text;
  EXPECT_EQ(fault_of("fe80::1"), AddressFault::no_interface);
  EXPECT_EQ(fault_of("fe80::1%no-such-link"), AddressFault::unknown_interface);
  EXPECT_EQ(fault_of("fe80::1").message(), "a link-local address needs its interface, as in fe80::1%eth0");
}

TEST(Address, names_are_looked_up_only_when_asked_to) {
  if (!knows_localhost()) GTEST_SKIP() << "localhost is no name here";
  std::error_code error;
  const Endpoint endpoint = resolve("localhost:8890", 1, error);
  ASSERT_FALSE(error) << error.message();
  EXPECT_TRUE(endpoint == parse("127.0.0.1:8890") || endpoint == parse("[::1]:8890")) << to_text(endpoint);
}

TEST(Address, a_name_that_cannot_be_is_refused_in_the_resolvers_words) {
  std::error_code error;
  (void)resolve("no host has spaces:8890", 1, error);
  EXPECT_TRUE(error);
  EXPECT_LT(error.value(), 0);
  EXPECT_FALSE(error.message().empty());
}

TEST(Address, kinds_of_addresses_are_told_apart) {
  const auto ip = [](std::string_view text) { return parse(text).ip; };
  EXPECT_TRUE(is_ipv4(ip("192.0.2.7")) && !is_ipv4(ip("::1")));
  EXPECT_TRUE(is_link_local(ip("fe80::1%lo")) && is_link_local(ip("febf::1%lo")) && !is_link_local(ip("fec0::1")));
  EXPECT_TRUE(is_multicast(ip("239.1.2.3")) && is_multicast(ip("ff12::4e4d")));
  EXPECT_FALSE(is_multicast(ip("192.0.2.239")) || is_multicast(ip("2001:db8::ff")));
  EXPECT_TRUE(is_unspecified(ip("0.0.0.0")) && is_unspecified(ip("::")) && !is_unspecified(ip("::1")));
}

TEST(Address, only_a_link_local_address_keeps_its_interface) {
  sockaddr_in6 address = to_sockaddr(parse("[fe80::1%lo]:8890"));
  EXPECT_EQ(to_endpoint(address), parse("[fe80::1%lo]:8890"));
  address.sin6_addr = to_sockaddr(parse("2001:db8::7")).sin6_addr;
  EXPECT_EQ(to_endpoint(address).interface, 0u);
}

}  // namespace

}  // namespace tacit::linux_port
