// Which messages are told, which are acknowledged, and when: one node, and a publisher that does only what it is made
// to do.
#include "tacit/nomq/subscriber.hpp"

#include <gtest/gtest.h>

#include "tests/support/nomq_ghost.hpp"

namespace tacit::nomq {
namespace {

using test::at;
using test::count;
using test::first;
using test::Ghost;
using test::Station;

constexpr PacketId id{7};
constexpr PublishFlags qos_0{Qos::at_most_once, false, true, 0}, qos_2{Qos::exactly_once, false, true, 0};

template <Sizes Of = test::roomy> struct Pair {
  explicit Pair(const Config& config = {}) : panel(1, config) {
    (void)panel.say(at(0));
    EXPECT_TRUE(panel.node.subscribe("pressure", at(0)));
    (void)panel.say(at(0));
  }
  // Hears it, and answers: with how many messages for the owner, and how many acknowledgements.
  struct Came {
    std::size_t messages, answers;
    friend bool operator==(const Came&, const Came&) = default;
  };
  Came hears(PacketId which, double when, PublishFlags flags = {Qos::at_least_once, false, true, 0}) {
    const auto events = pump.publishes(panel, which, "3.2 bar", when, flags);
    if (const auto* message = first<Message>(events)) token = message->token, maybe = message->maybe_repeated;
    return {count<Message>(events), acknowledgements(when)};
  }
  std::size_t acknowledgements(double when) {
    const auto said = panel.say(at(when));
    return count(said, PacketType::ack) + count(said, PacketType::pubrec);
  }

  Station<Of> panel;
  Ghost pump{2};
  Token token{};
  bool maybe = false;
};

TEST(Subscriber, tells_a_repeated_message_once_and_acknowledges_it_each_time) {
  using Came = Pair<>::Came;
  for (const PublishFlags flags : {PublishFlags{Qos::at_least_once, false, true, 0}, qos_2}) {
    Pair pair;
    EXPECT_EQ(pair.hears(id, 1, flags), (Came{1, 1}));
    EXPECT_EQ(pair.hears(id, 2, flags), (Came{0, 1}));
    EXPECT_EQ(pair.hears(id, 60, flags), (Came{0, 1}));
    EXPECT_EQ(pair.panel.refused(Reason::duplicate), 2u);
  }
}

TEST(Subscriber, drops_a_repeated_message_of_qos_0_as_replay) {
  Pair pair;
  EXPECT_EQ(pair.hears(id, 1, qos_0), (Pair<>::Came{1, 0}));
  EXPECT_EQ(pair.hears(id, 1.1, qos_0), (Pair<>::Came{0, 0}));
  EXPECT_EQ(pair.panel.refused(Reason::replay), 1u);
}

TEST(Subscriber, answers_a_pubrel_also_of_what_it_never_heard) {
  Pair pair;
  Header of;
  of.id = id;
  of.channel = channel_id("pressure");
  (void)pair.pump.acknowledges(pair.panel, of, 1, PacketType::pubrel);
  const auto said = pair.panel.say(at(1));
  ASSERT_EQ(count(said, PacketType::pubcomp), 1u);
  EXPECT_EQ(said[0].header().id, id);
  EXPECT_EQ(said[0].path.peer, pair.pump.address);
}

constexpr Config manual{.manual_acknowledgement = true};

TEST(Subscriber, acknowledges_no_repeat_before_its_owner_accepted_and_every_one_after) {
  using Came = Pair<>::Came;
  for (const PublishFlags flags : {PublishFlags{Qos::at_least_once, false, true, 0}, qos_2}) {
    Pair pair(manual);
    EXPECT_EQ(pair.hears(id, 1, flags), (Came{1, 0}));
    EXPECT_EQ(pair.hears(id, 2, flags), (Came{0, 0}));
    ASSERT_TRUE(pair.panel.node.accept(pair.token));
    EXPECT_EQ(pair.acknowledgements(3), 1u);
    EXPECT_EQ(pair.hears(id, 4, flags), (Came{0, 1}));
  }
}

TEST(Subscriber, acknowledges_to_where_the_message_came_from_last) {
  Pair pair(manual);
  (void)pair.hears(id, 1);
  pair.pump.address = test::endpoint(77);
  (void)pair.hears(id, 2);
  ASSERT_TRUE(pair.panel.node.accept(pair.token));
  for (const test::Said& said : pair.panel.say(at(3)))
    if (said.type() == PacketType::ack) { EXPECT_EQ(said.path.peer, pair.pump.address); }
}

TEST(Subscriber, ends_no_exchange_of_what_its_owner_has_not_accepted) {
  Pair pair(manual);
  (void)pair.hears(id, 1, qos_2);
  Header of;
  of.id = id;
  of.channel = channel_id("pressure");
  (void)pair.pump.acknowledges(pair.panel, of, 1.1, PacketType::pubrel);
  EXPECT_EQ(count(pair.panel.say(at(1.1)), PacketType::pubcomp), 0u);
  EXPECT_EQ(pair.panel.refused(Reason::wrong_state), 1u);
}

constexpr Sizes one_receipt{.channels = 8, .receipts = 1, .events = 8, .answers = 8};

TEST(Subscriber, refuses_what_it_cannot_keep_until_it_is_accepted_and_takes_it_later) {
  using Came = Pair<one_receipt>::Came;
  Pair<one_receipt> pair(manual);
  EXPECT_EQ(pair.hears(PacketId{1}, 1), (Came{1, 0}));
  EXPECT_EQ(pair.hears(PacketId{2}, 1), (Came{0, 0}));
  EXPECT_EQ(pair.panel.refused(Reason::unaccepted_full), 1u);
  ASSERT_TRUE(pair.panel.node.accept(pair.token));
  EXPECT_EQ(pair.acknowledgements(2), 1u);
  EXPECT_EQ(pair.hears(PacketId{2}, 2), (Came{1, 0})) << "it was not remembered as heard";
}

TEST(Subscriber, has_room_again_after_120_s_for_what_is_never_accepted) {
  using Came = Pair<one_receipt>::Came;
  Pair<one_receipt> pair(manual);
  EXPECT_EQ(pair.hears(PacketId{1}, 1), (Came{1, 0}));
  const Token old = pair.token;
  EXPECT_EQ(pair.hears(PacketId{2}, 120.9), (Came{0, 0}));
  (void)pair.panel.say(at(121.1));
  EXPECT_EQ(pair.hears(PacketId{2}, 121.1), (Came{1, 0}));
  EXPECT_EQ(pair.panel.node.accept(old).error(), Reason::unknown_token);
}

TEST(Subscriber, says_of_what_may_be_older_than_its_start_that_it_may_be_repeated) {
  Pair pair;
  (void)pair.hears(PacketId{1}, 30.5);
  EXPECT_TRUE(pair.maybe);
  (void)pair.hears(PacketId{2}, 31.5);
  EXPECT_FALSE(pair.maybe);
}

TEST(Subscriber, that_wants_nothing_twice_is_deaf_for_30_s_but_for_what_is_retained) {
  using Came = Pair<>::Came;
  Pair pair(Config{.across_restart = AcrossRestart::at_most_once});
  EXPECT_EQ(pair.hears(PacketId{1}, 30.5), (Came{0, 0}));
  EXPECT_EQ(pair.panel.refused(Reason::before_start), 1u);
  EXPECT_EQ(pair.hears(PacketId{2}, 30.5, {Qos::at_least_once, true, true, 0}), (Came{1, 1}));
  EXPECT_EQ(pair.hears(PacketId{3}, 31.5), (Came{1, 1}));
}

// Old packets are young again, and nothing is remembered of them.
TEST(Subscriber, takes_its_own_clock_that_steps_back_by_more_than_30_s_for_a_restart) {
  for (const int step_s : {29, 31, 100}) {
    Pair pair(Config{.across_restart = AcrossRestart::at_most_once});
    const auto set_back = [&](double when) {
      Now now = at(when);
      now.utc->s -= static_cast<std::uint32_t>(step_s);
      return now;
    };
    test::Forger forge;
    const auto hear = [&](std::uint32_t which, double when) {
      const Now now = set_back(when);
      return count<Message>(pair.panel.hear({forge.message(pair.pump.session, PacketId{which}, "pressure", "x", now)},
                                            pair.pump.address, now));
    };
    EXPECT_EQ(pair.hears(PacketId{1}, 200).messages, 1u);
    EXPECT_EQ(hear(2, 201), step_s > 30 ? 0u : 1u) << step_s;
    EXPECT_EQ(hear(3, 235), 1u) << step_s;
  }
}

// A device that hears from a server what time it is: it started later than its clock said.
TEST(Subscriber, counts_from_its_start_as_its_clock_has_it_now) {
  Pair pair;
  test::Forger forge;
  Now now = at(5);
  now.utc->s += 1000;
  const std::uint32_t shortly_before_start_s = at(0).utc->s + 1000 - 20;
  const auto said = forge.message(pair.pump.session, PacketId{1}, "pressure", "x", now,
                                  {Qos::at_least_once, false, true, 0}, shortly_before_start_s);
  const auto events = pair.panel.hear({said}, pair.pump.address, now);
  ASSERT_EQ(count<Message>(events), 1u);
  EXPECT_TRUE(first<Message>(events)->maybe_repeated);
}

TEST(Subscriber, believes_no_time_of_publication_that_has_not_come_yet) {
  Pair pair;
  test::Forger forge;
  const auto maybe = [&](std::uint32_t which, int ahead_s) {
    const auto said =
        forge.message(pair.pump.session, PacketId{which}, "pressure", "x", at(100),
                      {Qos::at_least_once, false, true, 0}, at(100).utc->s + static_cast<std::uint32_t>(ahead_s));
    const auto events = pair.panel.hear({said}, pair.pump.address, at(100));
    return first<Message>(events)->maybe_repeated;
  };
  EXPECT_FALSE(maybe(1, 0));
  EXPECT_FALSE(maybe(2, 1)) << "a sender may read its clock twice";
  EXPECT_TRUE(maybe(3, 2)) << "its clock was set back since";
}

TEST(Subscriber, names_what_it_refuses) {
  Pair pair;
  struct Case {
    PublishFlags flags;
    std::string text;
    Reason reason;
  };
  std::uint32_t next = 1;
  for (const Case& one : {Case{{Qos::undefined, false, true, 0}, "x", Reason::bad_qos},
                          Case{{Qos::at_least_once, false, true, 0}, "", Reason::empty_message},
                          Case{{Qos::at_least_once, false, true, 0}, std::string(1025, 'x'), Reason::too_large}}) {
    const auto events = pair.pump.publishes(pair.panel, PacketId{next++}, one.text, 1, one.flags);
    EXPECT_EQ(count<Message>(events), 0u);
    EXPECT_EQ(pair.panel.refused(one.reason), 1u);
    EXPECT_EQ(pair.acknowledgements(1), 0u);
  }
  EXPECT_EQ(count<Message>(pair.pump.publishes(pair.panel, PacketId{9}, "", 1, {Qos::at_least_once, true, true, 0})),
            1u)
      << "what was retained is cleared";
}

}  // namespace
}  // namespace tacit::nomq
