// Goal: which interfaces are used when nobody says, where a member of the group listens and where a packet to it goes.
// Method: machines drawn by hand.
#include "tacit/port/linux/group.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tacit::linux_port {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Ip ip(std::string_view text) {
  std::error_code error;
  return parse_endpoint(text, 1, error).ip;
}

const Ip multicast_ip = ip("ff12::4e4d");
const Group broadcast_only{8889, {}}, both{8889, multicast_ip};

Interface loopback() {
  return {.index = 1,
          .name = "lo",
          .up = true,
          .loopback = true,
          .ipv4 = {{ip("127.0.0.1"), ip("127.255.255.255")}},
          .ipv6 = {ip("::1")}};
}

Interface ethernet(std::uint32_t index, std::string name, std::string_view address, std::string_view broadcast) {
  return {.index = index,
          .name = std::move(name),
          .up = true,
          .can_broadcast = true,
          .can_multicast = true,
          .ipv4 = {{ip(address), ip(broadcast)}},
          .ipv6 = {ip("fe80::1%1")},
          .has_link_local = true};
}

std::vector<std::string> names(const std::vector<Interface>& list) {
  std::vector<std::string> result;
  for (const Interface& interface : list) result.push_back(interface.name);
  return result;
}

// "192.0.2.255:8889" or "ff12::4e4d:8889 on 2".
std::string text(const Endpoint& at, std::uint32_t link) {
  const std::string address = is_ipv4(at.ip) ? to_text(at) : "multicast";
  return link == 0 ? address : address + " on " + std::to_string(link);
}

std::vector<std::string> heard(const Group& group, const std::vector<Interface>& links) {
  std::vector<std::string> result;
  for (const Endpoint& at : heard_at(group, links)) result.push_back(text(at, at.interface));
  return result;
}

std::vector<std::string> sent(const Group& group, const std::vector<Interface>& links) {
  std::vector<std::string> result;
  for (const Path& path : sent_to(group, links)) result.push_back(text(path.peer, path.local.interface));
  return result;
}

const Interface eth0 = ethernet(2, "eth0", "192.0.2.7", "192.0.2.255");
const Interface wlan0 = ethernet(3, "wlan0", "198.51.100.7", "198.51.100.255");

TEST(Interfaces, without_names_all_that_reach_a_group_are_chosen) {
  EXPECT_THAT(names(choose_interfaces({loopback(), eth0, wlan0}, {})), ElementsAre("eth0", "wlan0"));
}

TEST(Interfaces, one_that_is_down_or_has_no_address_is_not_chosen) {
  Interface down = eth0, bare = wlan0;
  down.up = false;
  bare.ipv4.clear();
  bare.ipv6.clear();
  bare.has_link_local = false;
  EXPECT_THAT(names(choose_interfaces({loopback(), down, bare}, {})), ElementsAre("lo"));
}

TEST(Interfaces, tell_which_addresses_are_heard_by_many) {
  const std::array links{loopback(), ethernet(2, "eth0", "192.0.2.7", "192.0.2.255")};
  for (const auto* many : {"255.255.255.255", "127.255.255.255", "192.0.2.255", "224.0.0.1", "ff12::4e4d"})
    EXPECT_TRUE(is_heard_by_many(ip(many), links)) << many;
  for (const auto* one : {"127.0.0.1", "192.0.2.7", "198.51.100.255", "::1", "2001:db8::ff"})
    EXPECT_FALSE(is_heard_by_many(ip(one), links)) << one;
}

TEST(Interfaces, where_there_is_nothing_else_loopback_is_chosen) {
  EXPECT_THAT(names(choose_interfaces({loopback()}, {})), ElementsAre("lo"));
}

TEST(Interfaces, names_choose_and_nothing_replaces_what_is_missing) {
  const std::vector<std::string> wlan{"wlan0"}, lo{"lo"}, usb{"usb0"};
  EXPECT_THAT(names(choose_interfaces({loopback(), eth0, wlan0}, wlan)), ElementsAre("wlan0"));
  EXPECT_THAT(names(choose_interfaces({loopback(), eth0, wlan0}, lo)), ElementsAre("lo"));
  EXPECT_THAT(names(choose_interfaces({loopback(), eth0, wlan0}, usb)), IsEmpty());
}

TEST(Interfaces, this_machine_has_loopback_with_its_broadcast_address) {
  std::error_code error;
  const auto all = list_interfaces(error);
  ASSERT_FALSE(error) << error.message();
  const auto lo = std::ranges::find(all, "lo", &Interface::name);
  ASSERT_NE(lo, all.end());
  EXPECT_TRUE(lo->loopback);
  const Interface::Ipv4 expected{ip("127.0.0.1"), ip("127.255.255.255")};
  EXPECT_THAT(lo->ipv4, testing::Contains(expected));
}

TEST(Group, a_member_listens_at_every_address_of_the_group_and_at_no_other) {
  EXPECT_THAT(heard(both, {eth0, wlan0}),
              UnorderedElementsAre("255.255.255.255:8889", "192.0.2.255:8889", "198.51.100.255:8889", "multicast on 2",
                                   "multicast on 3"));
  EXPECT_THAT(heard(broadcast_only, {eth0}), UnorderedElementsAre("255.255.255.255:8889", "192.0.2.255:8889"));
}

TEST(Group, two_interfaces_in_one_network_share_its_address) {
  const Interface second = ethernet(3, "wlan0", "192.0.2.8", "192.0.2.255");
  EXPECT_THAT(heard(broadcast_only, {eth0, second}), UnorderedElementsAre("255.255.255.255:8889", "192.0.2.255:8889"));
}

TEST(Group, a_packet_enters_every_link_once_per_family) {
  EXPECT_THAT(sent(both, {eth0, wlan0}), UnorderedElementsAre("255.255.255.255:8889 on 2", "multicast on 2",
                                                              "255.255.255.255:8889 on 3", "multicast on 3"));
  Interface two_networks = eth0;
  two_networks.ipv4.push_back({ip("203.0.113.7"), ip("203.0.113.255")});
  EXPECT_THAT(sent(broadcast_only, {two_networks}), ElementsAre("255.255.255.255:8889 on 2"));
}

TEST(Group, a_link_without_a_family_is_left_out_of_it) {
  Interface no_ipv6 = eth0, no_ipv4 = wlan0;
  no_ipv6.has_link_local = false;
  no_ipv4.ipv4.clear();
  EXPECT_THAT(sent(both, {no_ipv6, no_ipv4}), ElementsAre("255.255.255.255:8889 on 2", "multicast on 3"));
  EXPECT_THAT(sent(both, {}), IsEmpty());
  EXPECT_THAT(heard(both, {}), IsEmpty());
}

TEST(Group, loopback_is_a_group_of_its_own) {
  EXPECT_THAT(heard(both, {loopback()}), ElementsAre("127.255.255.255:8889"));
  EXPECT_THAT(sent(both, {loopback()}), ElementsAre("127.255.255.255:8889 on 1"));
}

}  // namespace

}  // namespace tacit::linux_port
