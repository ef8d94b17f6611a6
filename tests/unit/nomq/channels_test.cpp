// Who listens to what, as verbs in any order, checked against sets; and what happens when a table is full.
#include "tacit/nomq/channels.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <set>
#include <string>
#include <vector>

namespace tacit::nomq {
namespace {

constexpr std::size_t own_max = 3, interests_max = 5;

struct Known {
  std::array<Channel, own_max + interests_max> pool{};
  std::array<Channel*, 8> pool_buckets{};
  std::array<Channel*, own_max> own{};
  std::array<Interest, interests_max> interests{};
  std::array<Interest*, 8> interest_buckets{};
  std::array<Peer, 3> peers{};
  Channels channels{pool, pool_buckets, own, interests, interest_buckets};
};

const std::array<std::string, 6> names{"a", "b", "c", "d", "e", "f"};

RC_GTEST_PROP(Channels, know_what_they_were_told_and_have_room_for_as_much_as_they_say,
              (const std::vector<std::uint16_t>& deeds)) {
  Known known;
  std::set<std::size_t> own;
  std::set<std::pair<std::size_t, std::size_t>> listen;
  for (const std::uint16_t deed : deeds) {
    const std::size_t n = deed % names.size(), p = deed / 64 % known.peers.size();
    const ChannelId id = channel_id(names[n]);
    Channel* channel = known.channels.find(id);
    switch (deed / 8 % 4) {
      case 0: {
        const bool room = own.contains(n) || own.size() < own_max;
        const auto subscribed = known.channels.subscribe(names[n], 3);
        RC_ASSERT(subscribed.has_value() == room);
        if (room) own.insert(n);
        else RC_ASSERT(subscribed.error() == Reason::channels_full);
        break;
      }
      case 1:
        if (own.erase(n) == 0) break;
        known.channels.unsubscribe(*channel);
        known.channels.left(*channel);
        break;
      case 2: {
        const bool room = listen.contains({p, n}) || listen.size() < interests_max;
        const auto interest = known.channels.listen(known.peers[p], id);
        RC_ASSERT(interest.has_value() == room);
        if (room) listen.insert({p, n});
        else RC_ASSERT(interest.error() == Reason::subscriptions_full);
        break;
      }
      default:
        if (listen.erase({p, n}) != 0) known.channels.unlisten(*known.channels.interest(known.peers[p], *channel));
    }
    std::uint32_t mark = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const ChannelId one = channel_id(names[i]);
      const Channel* found = known.channels.find(one);
      RC_ASSERT((known.channels.subscribed(one) != nullptr) == own.contains(i));
      if (own.contains(i)) mark ^= mark_of(one);
      bool anybody = false;
      for (std::size_t q = 0; q < known.peers.size(); ++q) {
        RC_ASSERT((found && known.channels.interest(known.peers[q], *found)) == listen.contains({q, i}));
        anybody = anybody || listen.contains({q, i});
      }
      RC_ASSERT((found != nullptr) == (own.contains(i) || anybody));  // nobody needs it: it is forgotten
    }
    RC_ASSERT(known.channels.mark() == mark);
    RC_ASSERT(known.channels.own().size() == own.size());
    for (std::size_t q = 0; q < known.peers.size(); ++q) {
      std::uint32_t told = 0;
      for (const auto& [peer, n_] : listen)
        if (peer == q) told ^= mark_of(channel_id(names[n_]));
      RC_ASSERT(known.peers[q].known == told);
    }
  }
}

TEST(Channels, keep_the_name_of_one_that_is_subscribed_again_before_its_unsubscribe_left) {
  Known known;
  Channel& a = **known.channels.subscribe("a", 0);
  known.channels.unsubscribe(a);
  known.channels.release(a);
  EXPECT_EQ(known.channels.find(channel_id("a")), &a) << "its name is still to be said";
  EXPECT_EQ(*known.channels.subscribe("a", 7), &a);
  EXPECT_EQ(a.priority, 7);
  EXPECT_EQ(a.name, "a");
}

}  // namespace
}  // namespace tacit::nomq
