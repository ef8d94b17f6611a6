// Goal: whoever fails is slowed down, and nobody else. Method: devices, addresses and moments by hand.
#include "tacit/usmp/admission.hpp"

#include <gtest/gtest.h>

namespace tacit::usmp {
namespace {

constexpr DeviceId lamp{1, 1, 1, 1, 1, 1}, door{2, 2, 2, 2, 2, 2};

Endpoint ipv4(std::uint8_t last, std::uint16_t port = 5000) {
  return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, last}, port};
}
Endpoint ipv6(std::uint8_t network, std::uint8_t last) {
  Endpoint at;
  at.ip = {0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, network, 0, 0, 0, 0, 0, 0, 0, last};
  return at;
}
Tick second(std::uint32_t s) { return tick_of(Instant{std::int64_t{s} * 1'000'000}); }

template <std::size_t Origins = 8, std::size_t Records = 8> struct Gate {
  std::array<Origin, Origins> origins;
  std::array<Origin*, 8> origin_buckets{};
  std::array<Record, Records> records;
  std::array<Record*, 8> record_buckets{};
  Admission admission{{origins, origin_buckets, records, record_buckets},
                      {.handshakes_per_origin = 3, .sessions_per_origin = 2},
                      0x5A17'0000};

  Origin& origin(const Endpoint& at) {
    Origin& found = **admission.begin_handshake(at, AddressTrust::proven);
    admission.end_handshake(found, AddressTrust::proven);
    return found;
  }
  void fail(int times, const DeviceId& device, const Endpoint& at, Tick now) {
    for (; times > 0; --times) admission.failed(device, origin(at), now);
  }
  bool may_try(const DeviceId& device, const Endpoint& at, Tick now) {
    return admission.may_try(device, origin(at), now).has_value();
  }
};

TEST(Admission, four_failures_are_free_and_each_further_one_locks_out_for_twice_as_long) {
  Gate gate;
  gate.fail(4, lamp, ipv4(1), second(100));
  EXPECT_TRUE(gate.may_try(lamp, ipv4(1), second(100)));
  gate.fail(1, lamp, ipv4(1), second(100));
  EXPECT_FALSE(gate.may_try(lamp, ipv4(1), second(100)));
  EXPECT_TRUE(gate.may_try(lamp, ipv4(1), second(101)));
  gate.fail(1, lamp, ipv4(1), second(101));
  EXPECT_FALSE(gate.may_try(lamp, ipv4(1), second(102)));
  EXPECT_TRUE(gate.may_try(lamp, ipv4(1), second(103)));
}

TEST(Admission, no_lock_out_is_longer_than_a_minute) {
  Gate gate;
  gate.fail(39, lamp, ipv4(1), second(100));
  EXPECT_FALSE(gate.may_try(lamp, ipv4(1), second(159)));
  EXPECT_TRUE(gate.may_try(lamp, ipv4(1), second(161)));
}

TEST(Admission, a_bad_device_behind_a_router_does_not_lock_out_its_neighbours) {
  Gate gate;
  for (std::uint32_t s = 100; s < 4000; ++s)
    if (gate.may_try(lamp, ipv4(1), second(s))) gate.fail(1, lamp, ipv4(1), second(s));
  EXPECT_TRUE(gate.may_try(door, ipv4(1), second(4000)));
}

TEST(Admission, who_fails_in_the_name_of_a_device_elsewhere_does_not_lock_it_out) {
  Gate gate;
  gate.fail(30, lamp, ipv4(66), second(100));
  EXPECT_FALSE(gate.may_try(lamp, ipv4(66), second(100)));
  EXPECT_TRUE(gate.may_try(lamp, ipv4(1), second(100)));
}

TEST(Admission, at_an_address_where_a_device_has_been_it_is_locked_out_for_seconds_only) {
  Gate gate;
  gate.admission.succeeded(lamp, gate.origin(ipv4(1)), second(90));
  gate.fail(30, lamp, ipv4(1), second(100));
  EXPECT_FALSE(gate.may_try(lamp, ipv4(1), second(103)));
  EXPECT_TRUE(gate.may_try(lamp, ipv4(1), second(105)));
}

TEST(Admission, an_expired_lock_out_is_still_remembered_when_somebody_else_fails) {
  Gate gate;
  gate.fail(7, lamp, ipv4(1), second(100));  // four seconds
  gate.fail(1, door, ipv4(2), second(110));
  gate.fail(1, lamp, ipv4(1), second(111));  // the eighth, and not the first
  EXPECT_FALSE(gate.may_try(lamp, ipv4(1), second(118)));
}

TEST(Admission, failures_are_forgiven_by_success_and_after_ten_minutes) {
  Gate gate;
  gate.fail(4, lamp, ipv4(1), second(100));
  gate.admission.succeeded(lamp, gate.origin(ipv4(1)), second(100));
  gate.fail(4, lamp, ipv4(1), second(100));
  EXPECT_TRUE(gate.may_try(lamp, ipv4(1), second(100)));
  gate.fail(1, lamp, ipv4(1), second(800));
  EXPECT_TRUE(gate.may_try(lamp, ipv4(1), second(800)));
}

TEST(Admission, a_full_table_of_lock_outs_forgets_none_of_them) {
  Gate<8, 2> gate;
  gate.fail(10, lamp, ipv4(1), second(100));
  gate.fail(10, lamp, ipv4(2), second(100));
  gate.fail(10, door, ipv4(3), second(101));
  EXPECT_FALSE(gate.may_try(lamp, ipv4(1), second(101)));
  EXPECT_FALSE(gate.may_try(lamp, ipv4(2), second(101)));
}

TEST(Admission, an_origin_that_fails_in_many_names_keeps_only_the_devices_that_have_been_there) {
  Gate gate;
  gate.admission.succeeded(lamp, gate.origin(ipv4(1)), second(90));
  for (std::uint8_t i = 0; i < 60; ++i) gate.fail(1, DeviceId{9, 9, 9, 9, 9, i}, ipv4(1), second(100));
  gate.admission.succeeded(lamp, gate.origin(ipv4(1)), second(100));
  EXPECT_FALSE(gate.may_try(door, ipv4(1), second(100)));
  EXPECT_TRUE(gate.may_try(lamp, ipv4(1), second(100)));
  EXPECT_TRUE(gate.may_try(door, ipv4(2), second(100)));
  EXPECT_TRUE(gate.may_try(door, ipv4(1), second(111)));  // one is forgiven
}

TEST(Admission, an_address_has_so_many_handshakes_at_a_time) {
  Gate gate;
  Origin& origin = **gate.admission.begin_handshake(ipv4(1, 1), AddressTrust::proven);
  ASSERT_TRUE(gate.admission.begin_handshake(ipv4(1, 2), AddressTrust::proven));
  ASSERT_TRUE(gate.admission.begin_handshake(ipv4(1, 3), AddressTrust::proven));
  EXPECT_EQ(gate.admission.begin_handshake(ipv4(1, 4), AddressTrust::proven).error(), Reason::address_full);
  EXPECT_TRUE(gate.admission.begin_handshake(ipv4(2), AddressTrust::proven));
  gate.admission.end_handshake(origin, AddressTrust::proven);
  EXPECT_TRUE(gate.admission.begin_handshake(ipv4(1, 4), AddressTrust::proven));
}

TEST(Admission, all_addresses_of_an_ipv6_network_are_one_origin) {
  Gate gate;
  EXPECT_EQ(&gate.origin(ipv6(1, 1)), &gate.origin(ipv6(1, 200)));
  EXPECT_NE(&gate.origin(ipv6(1, 1)), &gate.origin(ipv6(2, 1)));
  EXPECT_NE(&gate.origin(ipv4(1)), &gate.origin(ipv4(2)));
}

TEST(Admission, an_origin_with_something_under_way_is_not_forgotten_and_a_table_of_them_is_full) {
  Gate<2> gate;
  ASSERT_TRUE(gate.admission.begin_handshake(ipv4(1), AddressTrust::proven));
  Origin& second_one = **gate.admission.begin_handshake(ipv4(2), AddressTrust::proven);
  EXPECT_EQ(gate.admission.begin_handshake(ipv4(3), AddressTrust::proven).error(), Reason::handshakes_full);
  gate.admission.begin_session(second_one);
  gate.admission.end_handshake(second_one, AddressTrust::proven);
  EXPECT_EQ(gate.admission.begin_handshake(ipv4(3), AddressTrust::proven).error(), Reason::handshakes_full);
  gate.admission.end_session(second_one);
  EXPECT_TRUE(gate.admission.begin_handshake(ipv4(3), AddressTrust::proven));
}

TEST(Admission, a_session_that_moves_counts_where_it_is) {
  Gate gate;
  Origin& home = gate.origin(ipv4(1));
  gate.admission.begin_session(home);
  gate.admission.begin_session(home);
  EXPECT_FALSE(gate.admission.has_room_for_session(home));
  Origin& there = gate.admission.move_session(home, ipv4(2));
  EXPECT_NE(&home, &there);
  EXPECT_TRUE(gate.admission.has_room_for_session(home));
  EXPECT_EQ(there.sessions, 1);
}

}  // namespace
}  // namespace tacit::usmp
