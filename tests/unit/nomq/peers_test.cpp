// Who a session is: under the name it has, and the one it had.
#include "tacit/nomq/peers.hpp"

#include <gtest/gtest.h>

#include <array>

namespace tacit::nomq {
namespace {

struct Group {
  std::array<Peer, 3> pool{};
  std::array<Peer::Name*, 8> buckets{};
  Peers peers{pool, buckets};
  Peer* add(std::uint32_t session) { return peers.add(SessionId{session}, {}, Tick{}); }
  Peer* find(std::uint32_t session) const { return peers.find(SessionId{session}); }
};

TEST(Peers, are_found_under_the_session_they_have_and_the_one_before_and_no_older) {
  Group group;
  Peer* peer = group.add(1);
  group.peers.rename(*peer, SessionId{2});
  EXPECT_EQ(group.find(1), peer);
  EXPECT_EQ(group.find(2), peer);
  group.peers.rename(*peer, SessionId{3});
  EXPECT_EQ(group.find(1), nullptr);
  EXPECT_EQ(group.find(2), peer);
  EXPECT_EQ(group.find(3), peer);
}

TEST(Peers, that_are_freed_are_found_under_neither_name) {
  Group group;
  Peer* peer = group.add(1);
  group.peers.rename(*peer, SessionId{2});
  group.peers.free(*peer);
  EXPECT_EQ(group.find(1), nullptr);
  EXPECT_EQ(group.find(2), nullptr);
}

TEST(Peers, are_as_many_as_there_is_room_for) {
  Group group;
  for (std::uint32_t session = 1; session <= 3; ++session) ASSERT_NE(group.add(session), nullptr);
  EXPECT_FALSE(group.peers.has_free());
  EXPECT_EQ(group.add(4), nullptr);
  group.peers.free(*group.find(2));
  EXPECT_NE(group.add(4), nullptr);
}

TEST(Peers, that_were_lost_first_are_forgotten_first) {
  Group group;
  for (std::uint32_t session = 1; session <= 3; ++session) (void)group.add(session);
  EXPECT_EQ(group.peers.longest_lost(), nullptr);
  group.peers.make_lost(*group.find(2));
  group.peers.make_lost(*group.find(1));
  EXPECT_EQ(group.peers.longest_lost(), group.find(2));
  group.peers.make_present(*group.find(2));
  EXPECT_EQ(group.peers.longest_lost(), group.find(1));
}

TEST(Peers, remember_nothing_of_who_had_the_entry_before) {
  Group group;
  Peer* peer = group.add(1);
  peer->address.proven = peer->telling = peer->overfull = true;
  peer->round_trip.measure(ticks({50'000}));
  peer->asked[0].id = PacketId{7};
  peer->told = 5;
  for (const std::uint32_t other : {2u, 3u}) (void)group.add(other);
  group.peers.free(*peer);
  Peer* next = group.add(4);
  ASSERT_EQ(next, peer);
  EXPECT_FALSE(next->address.proven || next->telling || next->overfull);
  EXPECT_EQ(next->round_trip.smoothed().us, 0);
  EXPECT_EQ(next->asked[0].id, PacketId{});
  EXPECT_EQ(next->told, 0u);
}

TEST(Route, gives_no_more_than_it_got_until_it_is_proven) {
  Route route;
  route.earn(200);
  EXPECT_TRUE(route.affords(117));
  route.pay(117);
  EXPECT_FALSE(route.affords(117));
  EXPECT_TRUE(route.affords(83));
  route.pay(83);
  EXPECT_FALSE(route.affords(1));
  for (int n = 0; n < 100; ++n) route.earn(1157);
  EXPECT_TRUE(route.affords(Route::credit_max)) << "as much as it can count";
  route.pay(Route::credit_max);
  EXPECT_FALSE(route.affords(1));
  route.proven = true;
  EXPECT_TRUE(route.affords(5000));
}

// RFC 6298, with a floor of 10 ms and without its one of a second.
TEST(RoundTrip, waits_for_the_mean_and_four_times_what_it_varies) {
  RoundTrip trip;
  EXPECT_EQ(trip.wait(), ticks({300'000}));
  trip.measure(ticks({102'400}));
  EXPECT_EQ(trip.smoothed().us, 102'400);
  EXPECT_EQ(trip.wait(), ticks({102'400 + 4 * 51'200}));
  trip.measure(ticks({102'400}));
  EXPECT_EQ(trip.wait(), ticks({102'400 + 4 * 38'400}));
  for (int n = 0; n < 100; ++n) trip.measure({1});
  EXPECT_EQ(trip.wait(), ticks({10'000}));
  for (int n = 0; n < 100; ++n) trip.measure(ticks({20'000'000}));
  EXPECT_EQ(trip.wait(), ticks({8'000'000})) << "as long as for who is silent";
}

}  // namespace
}  // namespace tacit::nomq
