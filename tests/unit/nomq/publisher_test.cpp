// When a message is sent again, to whom, and how it ends: one node, and peers that do only what they are made to do.
#include "tacit/nomq/publisher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/nomq_ghost.hpp"

namespace tacit::nomq {
namespace {

using test::at;
using test::count;
using test::first;
using test::Ghost;
using test::published;
using test::Station;
using testing::ElementsAre;

struct How {
  Qos qos = Qos::at_least_once;
  std::uint8_t priority = 0;
  std::uint16_t ttl_s = ttl_default_s;
};

// A node that has looked for who is there, and one peer that it knows to listen.
template <Sizes Of = test::roomy> struct Pair {
  Station<Of> pump{1};
  Ghost panel{2};

  Pair() {
    (void)pump.say(at(0));
    know(panel, 1);
  }
  void know(Ghost& peer, double when) {
    (void)peer.subscribes(pump, "pressure", when);
    peer.proves(pump, when);
    (void)pump.say(at(when));
  }
  Result<Handle> publish(double when, const How& how = {}) {
    return pump.node.publish({.channel = channel_id("pressure"),
                              .message = bytes_of("3.2 bar"),
                              .qos = how.qos,
                              .priority = how.priority,
                              .ttl_s = how.ttl_s},
                             at(when));
  }
  std::vector<Event> events(double when) { return pump.hear({}, panel.address, at(when)); }
};

std::vector<test::Said> publishes(std::vector<test::Said> said) {
  std::erase_if(said, [](const test::Said& one) { return one.type() != PacketType::publish; });
  return said;
}

TEST(Publisher, sends_again_to_who_owes_alone_and_the_same_but_for_its_iv_and_time) {
  Pair pair;
  ASSERT_TRUE(pair.publish(2));
  const auto once = publishes(pair.pump.say(at(2)));
  ASSERT_EQ(once.size(), 1u);
  EXPECT_TRUE(once[0].path.to_group);
  const auto again = publishes(pair.pump.say(at(2.4)));
  ASSERT_EQ(again.size(), 1u);
  EXPECT_FALSE(again[0].path.to_group);
  EXPECT_EQ(again[0].path.peer, pair.panel.address);
  EXPECT_EQ(again[0].header().id, once[0].header().id);
  EXPECT_EQ(again[0].header().session, once[0].header().session);
  EXPECT_NE(again[0].header().iv, once[0].header().iv);
}

TEST(Publisher, waits_300_ms_give_or_take_a_fifth_before_it_knows_the_round_trip) {
  Pair pair;
  ASSERT_TRUE(pair.publish(2));
  EXPECT_EQ(published(pair.pump.say(at(2))).size(), 1u);
  EXPECT_EQ(published(pair.pump.say(at(2.235))).size(), 0u);
  EXPECT_EQ(published(pair.pump.say(at(2.365))).size(), 1u);
}

TEST(Publisher, waits_as_long_as_the_round_trip_lets_it) {
  Pair pair;
  ASSERT_TRUE(pair.publish(2));
  const auto said = published(pair.pump.say(at(2)));
  (void)pair.panel.acknowledges(pair.pump, said.at(0), 2.02);  // 20 ms and four times 10
  EXPECT_NEAR(static_cast<double>(pair.pump.node.peer(pair.panel.session)->round_trip.us), 20'000, 2'000);
  ASSERT_TRUE(pair.publish(3));
  EXPECT_EQ(published(pair.pump.say(at(3))).size(), 1u);
  EXPECT_EQ(published(pair.pump.say(at(3.045))).size(), 0u);
  EXPECT_EQ(published(pair.pump.say(at(3.076))).size(), 1u);
}

// Karn: an acknowledgement of what was sent twice does not say of which.
TEST(Publisher, measures_nothing_by_what_it_sent_twice) {
  Pair pair;
  ASSERT_TRUE(pair.publish(2));
  const auto said = published(pair.pump.say(at(2)));
  ASSERT_EQ(published(pair.pump.say(at(2.4))).size(), 1u);
  (void)pair.panel.acknowledges(pair.pump, said.at(0), 2.41);
  EXPECT_EQ(pair.pump.node.peer(pair.panel.session)->round_trip.us, 0);
}

TEST(Publisher, doubles_its_patience_up_to_8_s_with_who_is_silent_and_gives_up_after_60) {
  Pair pair;
  ASSERT_TRUE(pair.publish(2));
  std::vector<double> times;
  double when = 2;
  for (; when < 61.9; when += 0.02) {
    if (!published(pair.pump.say(at(when))).empty()) times.push_back(when);
    ASSERT_EQ(count<Outcome>(pair.events(when)), 0u) << when;
  }
  ASSERT_GE(times.size(), 10u);
  for (std::size_t n = 2; n < times.size(); ++n) {
    const double before = times[n - 1] - times[n - 2], now = times[n] - times[n - 1];
    EXPECT_LT(now, 8.1) << n;
    if (before < 3) { EXPECT_GT(now, before * 1.5) << n; }
  }
  (void)pair.pump.say(at(62.01));
  const auto events = pair.events(62.01);
  const auto* outcome = first<Outcome>(events);
  ASSERT_NE(outcome, nullptr);
  EXPECT_EQ(outcome->given_up, 1);
  EXPECT_EQ(outcome->reason, Reason::no_acknowledgement);
}

TEST(Publisher, is_as_quick_as_before_with_who_acknowledges_something) {
  Pair pair;
  ASSERT_TRUE(pair.publish(2));
  ASSERT_TRUE(pair.publish(2));
  const auto said = published(pair.pump.say(at(2)));
  for (double when = 2; when < 12; when += 0.1) (void)pair.pump.say(at(when));
  (void)pair.panel.acknowledges(pair.pump, said.at(0), 12);
  ASSERT_TRUE(pair.publish(12));
  EXPECT_EQ(published(pair.pump.say(at(12))).size(), 2u) << "what it still owes is overdue, and said again at once";
}

TEST(Publisher, sends_again_at_once_what_was_overtaken_by_three) {
  Pair pair;
  for (int n = 0; n < 4; ++n) ASSERT_TRUE(pair.publish(2));
  const auto said = published(pair.pump.say(at(2)));
  ASSERT_EQ(said.size(), 4u);
  for (std::size_t n : {1, 2}) (void)pair.panel.acknowledges(pair.pump, said[n], 2.05);
  EXPECT_EQ(published(pair.pump.say(at(2.05))).size(), 0u);
  (void)pair.panel.acknowledges(pair.pump, said[3], 2.05);
  const auto again = published(pair.pump.say(at(2.05)));
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].id, said[0].id);
}

// The group's socket and a peer's own are read one after the other.
TEST(Publisher, takes_nothing_that_went_to_the_group_for_overtaken_by_what_went_to_the_peer_alone) {
  Pair pair;
  for (int n = 0; n < 5; ++n) ASSERT_TRUE(pair.publish(2, {.qos = Qos::exactly_once}));
  const auto said = published(pair.pump.say(at(2)));
  ASSERT_EQ(said.size(), 5u);
  for (std::size_t n = 0; n < 4; ++n) (void)pair.panel.acknowledges(pair.pump, said[n], 2.05, PacketType::pubrec);
  EXPECT_EQ(count(pair.pump.say(at(2.05)), PacketType::pubrel), 4u);
  for (std::size_t n = 0; n < 4; ++n) (void)pair.panel.acknowledges(pair.pump, said[n], 2.06, PacketType::pubcomp);
  EXPECT_EQ(published(pair.pump.say(at(2.06))).size(), 0u);
}

TEST(Publisher, gives_up_when_the_ttl_is_over_but_not_before_a_second) {
  struct Case {
    std::uint16_t ttl_s;
    double after;
  };
  for (const auto& [ttl_s, after] : {Case{0, 1}, Case{1, 1}, Case{5, 5}, Case{60, 60}, Case{3600, 60}}) {
    Pair pair;
    ASSERT_TRUE(pair.publish(2, {.ttl_s = ttl_s}));
    (void)pair.pump.say(at(2));
    (void)pair.pump.say(at(2 + after - 0.1));
    EXPECT_EQ(count<Outcome>(pair.events(2 + after - 0.1)), 0u) << ttl_s;
    (void)pair.pump.say(at(2 + after + 0.01));
    EXPECT_EQ(count<Outcome>(pair.events(2 + after + 0.01)), 1u) << ttl_s;
  }
}

TEST(Publisher, gives_a_message_its_own_time_whatever_was_in_its_place_before) {
  struct Case {
    std::uint16_t before_s, ttl_s;
    double over;
  };
  for (const auto& [before_s, ttl_s, over] : {Case{1, 5, 7.5}, Case{60, 1, 3.5}}) {
    Pair pair;
    ASSERT_TRUE(pair.publish(2, {.ttl_s = before_s}));
    const auto said = published(pair.pump.say(at(2)));
    (void)pair.panel.acknowledges(pair.pump, said.at(0), 2.02);
    (void)pair.events(2.02);
    ASSERT_TRUE(pair.publish(2.5, {.ttl_s = ttl_s}));
    ASSERT_EQ(publishes(pair.pump.say(at(2.5))).size(), 1u);
    for (double when = 2.6; when < over - 0.05; when += 0.1) {
      for (const auto& again : publishes(pair.pump.say(at(when)))) EXPECT_FALSE(again.path.to_group) << when;
      EXPECT_EQ(count<Outcome>(pair.events(when)), 0u) << when;
    }
    (void)pair.pump.say(at(over + 0.01));
    EXPECT_EQ(count<Outcome>(pair.events(over + 0.01)), 1u) << ttl_s;
  }
}

TEST(Publisher, does_not_send_what_expired_while_it_waited) {
  Station pump{1};
  ASSERT_TRUE(pump.node.publish(
      {.channel = channel_id("pressure"), .message = bytes_of("x"), .qos = Qos::at_least_once, .ttl_s = 3}, at(0)));
  EXPECT_EQ(published(pump.say(at(5))).size(), 0u);
  const auto events = pump.hear({}, {}, at(5));
  const auto* outcome = first<Outcome>(events);
  ASSERT_NE(outcome, nullptr);
  EXPECT_EQ(outcome->reason, Reason::expired);
}

constexpr Sizes two_slots{
    .channels = 8, .slots = 2, .peers = 8, .interests = 8, .debts = 16, .traces = 128, .events = 8};

TEST(Publisher, gives_up_on_who_was_silent_for_5_s_when_there_is_no_room_for_others) {
  Pair<two_slots> pair;
  for (int n = 0; n < 2; ++n) ASSERT_TRUE(pair.publish(2));
  (void)pair.pump.say(at(2));
  EXPECT_EQ(pair.publish(6.9).error(), Reason::queue_full);
  EXPECT_EQ(count<Outcome>(pair.events(6.9)), 0u);
  // Both are given up, and the first place is free as soon as the owner has heard how that ended.
  (void)pair.publish(7.1);
  const auto events = pair.events(7.1);
  EXPECT_EQ(count<Outcome>(events), 2u);
  EXPECT_EQ(first<Outcome>(events)->reason, Reason::peer_silent);
  EXPECT_TRUE(pair.publish(7.1));
}

TEST(Publisher, does_not_give_up_on_who_acknowledged_something_meanwhile) {
  Pair<two_slots> pair;
  ASSERT_TRUE(pair.publish(2));
  ASSERT_TRUE(pair.publish(2));
  const auto said = published(pair.pump.say(at(2)));
  (void)pair.panel.acknowledges(pair.pump, said.at(0), 5);
  ASSERT_TRUE(pair.publish(5));
  (void)pair.pump.say(at(5));
  EXPECT_EQ(pair.publish(9).error(), Reason::queue_full);
  EXPECT_EQ(count<Outcome>(pair.events(9)), 0u);
}

TEST(Publisher, lets_what_matters_more_displace_the_youngest_of_what_matters_least) {
  Station<two_slots> pump{1};
  const auto publish = [&](std::uint8_t priority) {
    return pump.node.publish(
        {.channel = channel_id("pressure"), .message = bytes_of("x"), .qos = Qos::at_least_once, .priority = priority},
        at(0));
  };
  const auto oldest = publish(3), youngest = publish(3);
  ASSERT_TRUE(oldest && youngest);
  EXPECT_EQ(publish(3).error(), Reason::queue_full);
  EXPECT_EQ(publish(0).error(), Reason::queue_full);
  EXPECT_TRUE(publish(15));
  auto events = pump.hear({}, {}, at(0));
  ASSERT_EQ(count<Outcome>(events), 1u);
  EXPECT_EQ(first<Outcome>(events)->handle, *youngest);
  EXPECT_EQ(first<Outcome>(events)->given_up, 1);
  EXPECT_EQ(first<Outcome>(events)->reason, Reason::queue_full);
  EXPECT_EQ(pump.refused(Reason::queue_full), 1u);
  EXPECT_TRUE(publish(4));
  events = pump.hear({}, {}, at(0));
  ASSERT_EQ(count<Outcome>(events), 1u);
  EXPECT_EQ(first<Outcome>(events)->handle, *oldest);
}

TEST(Publisher, sends_what_matters_more_first_and_of_the_same_the_oldest) {
  Pair pair;
  for (const auto priority : std::initializer_list<std::uint8_t>{1, 15, 0, 1, 7})
    ASSERT_TRUE(pair.publish(2, {.priority = priority}));
  std::vector<int> left;
  for (const Header& header : published(pair.pump.say(at(2)))) left.push_back(header.flags >> 4);
  EXPECT_THAT(left, ElementsAre(15, 7, 1, 1, 0));
}

constexpr Sizes many{
    .channels = 2, .slots = 1100, .message_bytes = 8, .peers = 4, .interests = 8, .debts = 2200, .traces = 64};

TEST(Publisher, has_no_1024_ids_in_flight_at_once_and_goes_on_when_the_oldest_is_done) {
  const auto pair = std::make_unique<Pair<many>>();
  for (int n = 0; n < 1030; ++n) ASSERT_TRUE(pair->publish(2)) << n;
  const auto said = published(pair->pump.say(at(2)));
  ASSERT_EQ(said.size(), 1024u);
  EXPECT_EQ(static_cast<std::uint32_t>(said.back().id) - static_cast<std::uint32_t>(said.front().id), 1023u);
  for (std::size_t n = 1; n < said.size(); ++n) (void)pair->panel.acknowledges(pair->pump, said[n], 2.1);
  const auto meanwhile = published(pair->pump.say(at(2.12)));
  ASSERT_EQ(meanwhile.size(), 1u) << "the oldest is still owed";
  EXPECT_EQ(meanwhile[0].id, said[0].id);
  (void)pair->panel.acknowledges(pair->pump, said[0], 2.13);
  EXPECT_EQ(published(pair->pump.say(at(2.14))).size(), 6u);
}

TEST(Publisher, lets_one_silent_peer_stop_the_others_for_5_s_and_no_longer) {
  const auto pair = std::make_unique<Pair<many>>();
  Ghost lively(3);
  pair->know(lively, 1.5);
  for (int n = 0; n < 1030; ++n) ASSERT_TRUE(pair->publish(2)) << n;
  for (const Header& header : published(pair->pump.say(at(2)))) (void)lively.acknowledges(pair->pump, header, 2.1);
  const auto fresh = [&](double when) {
    const auto said = pair->pump.say(at(when));
    return std::ranges::count_if(
        said, [](const test::Said& one) { return one.type() == PacketType::publish && one.path.to_group; });
  };
  for (double when = 2.2; when < 6.9; when += 0.1) EXPECT_EQ(fresh(when), 0) << when;
  EXPECT_EQ(fresh(7.1), 6);
  const auto events = pair->events(7.1);
  const auto* outcome = first<Outcome>(events);
  ASSERT_NE(outcome, nullptr);
  EXPECT_EQ(outcome->delivered, 1);
  EXPECT_EQ(outcome->given_up, 1);
  EXPECT_EQ(outcome->reason, Reason::peer_silent);
}

// Draws numbers next to one of ours, as long as it is told to.
class NearMisses final : public crypto::Random {
 public:
  void fill(MutBytes out) override {
    if (near == 0 || out.size() != 4) return dice_.fill(out);
    --near;
    const std::uint32_t number = base + near * 256;
    std::memcpy(out.data(), &number, 4);
  }
  unsigned near = 0;
  std::uint32_t base = 0;

 private:
  sim::Random dice_{5};
};

TEST(Publisher, counts_in_a_new_session_from_far_away_of_what_is_still_owed) {
  NearMisses random;
  test::TestCipher cipher{Profile::v1};
  Memory<test::roomy> memory;
  Node node({}, memory.tables(), cipher, random);
  std::vector<std::uint8_t> bytes(4000);
  const auto publish = [&](double when) {
    EXPECT_TRUE(node.publish({.channel = channel_id("pressure"),
                              .message = bytes_of("x"),
                              .qos = Qos::at_least_once,
                              .to = test::endpoint(9)},
                             at(when)));
    Header last;
    std::array<Outbox::Run, 16> runs;
    Outbox out(bytes, runs);
    node.poll_transmit(out, at(when));
    for (const Outbox::Run& run : out.runs())
      for_each_datagram(run.bytes, run.datagram_size, [&](MutBytes one) {
        if (const auto header = *wire::decode<Header>(one); header.type == PacketType::publish) last = header;
      });
    return last;
  };
  node.timeout(at(0));
  const Header before = publish(299);
  random.base = static_cast<std::uint32_t>(before.id) - 1024;
  random.near = 10;  // up to 1,280 above, down to 1,024 below
  node.timeout(at(301));
  random.near = 0;
  const Header after = publish(301);
  ASSERT_NE(after.session, before.session);
  const auto apart =
      static_cast<std::int32_t>(static_cast<std::uint32_t>(after.id) - static_cast<std::uint32_t>(before.id));
  EXPECT_GT(std::abs(apart), 2048);
}

TEST(Publisher, answers_every_pubrec_with_pubrel_and_counts_it_once) {
  Pair pair;
  ASSERT_TRUE(pair.publish(2, {.qos = Qos::exactly_once}));
  const auto said = published(pair.pump.say(at(2)));
  for (int n = 0; n < 3; ++n) {
    (void)pair.panel.acknowledges(pair.pump, said.at(0), 2.1, PacketType::pubrec);
    EXPECT_EQ(count(pair.pump.say(at(2.1)), PacketType::pubrel), 1u);
  }
  EXPECT_EQ(count<Outcome>(pair.panel.acknowledges(pair.pump, said.at(0), 2.2, PacketType::pubcomp)), 1u);
  EXPECT_EQ(count<Outcome>(pair.panel.acknowledges(pair.pump, said.at(0), 2.3, PacketType::pubcomp)), 0u);
  EXPECT_EQ(pair.pump.refused(Reason::unknown_id), 1u);
}

TEST(Publisher, repeats_the_pubrel_when_no_pubcomp_comes) {
  Pair pair;
  ASSERT_TRUE(pair.publish(2, {.qos = Qos::exactly_once}));
  const auto said = published(pair.pump.say(at(2)));
  (void)pair.panel.acknowledges(pair.pump, said.at(0), 2.02, PacketType::pubrec);
  EXPECT_EQ(count(pair.pump.say(at(2.02)), PacketType::pubrel), 1u);
  const auto again = pair.pump.say(at(2.2));
  EXPECT_EQ(count(again, PacketType::pubrel), 1u);
  EXPECT_EQ(published(again).size(), 0u);
}

TEST(Publisher, takes_only_the_acknowledgement_that_fits) {
  Pair pair;
  ASSERT_TRUE(pair.publish(2));
  Header once = published(pair.pump.say(at(2))).at(0);
  (void)pair.panel.acknowledges(pair.pump, once, 2.1, PacketType::pubrec);
  (void)pair.panel.acknowledges(pair.pump, once, 2.1, PacketType::pubcomp);
  EXPECT_EQ(pair.pump.refused(Reason::wrong_state), 2u);
  Header other = once;
  other.channel = channel_id("temperature");
  (void)pair.panel.acknowledges(pair.pump, other, 2.1);
  EXPECT_EQ(pair.pump.refused(Reason::unknown_id), 1u);
  EXPECT_EQ(count<Outcome>(pair.panel.acknowledges(pair.pump, once, 2.1)), 1u);
}

TEST(Publisher, asks_who_acknowledges_and_is_not_known) {
  Pair pair;
  ASSERT_TRUE(pair.publish(2));
  const auto once = published(pair.pump.say(at(2))).at(0);
  Ghost stranger(9);
  EXPECT_EQ(count<Outcome>(stranger.acknowledges(pair.pump, once, 2.1)), 0u);
  EXPECT_EQ(pair.pump.refused(Reason::unknown_peer), 1u);
  std::size_t asks = 0;
  for (const test::Said& said : pair.pump.say(at(2.1)))
    if (said.path.peer == stranger.address) asks += HeartbeatFlags::of(said.header().flags).asks;
  EXPECT_EQ(asks, 1u);
}

// A goodbye overtakes the rest of what was said before it.
TEST(Publisher, counts_once_who_was_forgotten_and_acknowledges_again) {
  Pair pair;
  Ghost other(3);
  pair.know(other, 1.5);
  ASSERT_TRUE(pair.publish(2));
  const auto once = published(pair.pump.say(at(2))).at(0);
  (void)pair.panel.acknowledges(pair.pump, once, 2.1);
  (void)pair.panel.leaves(pair.pump, 2.2);
  (void)pair.panel.subscribes(pair.pump, "temperature", 2.3);
  (void)pair.panel.acknowledges(pair.pump, once, 2.4);
  const auto events = other.acknowledges(pair.pump, once, 2.5);
  const auto* outcome = first<Outcome>(events);
  ASSERT_NE(outcome, nullptr);
  EXPECT_EQ(outcome->delivered, 2);
  EXPECT_EQ(outcome->by.size(), 2u);
}

// So many that a publisher fetches them ahead, past the QoS 0 messages in between, which wait in lists of their own.
TEST(Publisher, is_acknowledged_for_each_message_where_hundreds_of_channels_are_heard) {
  constexpr Sizes for_hundreds{.slots = 64, .interests = 1024, .debts = 64, .sessions = 16, .traces = 1024, .batch = 8};
  Pair<for_hundreds> pair;
  const auto name = [](int i) { return "pressure/" + std::to_string(i); };
  for (int i = 0; i < 600; ++i) (void)pair.panel.subscribes(pair.pump, name(i), 1.5);
  for (int i = 0; i < 40; ++i)
    ASSERT_TRUE(pair.pump.node.publish({.channel = channel_id(name(i)),
                                        .message = bytes_of("3.2 bar"),
                                        .qos = i % 3 == 0 ? Qos::at_most_once : Qos::at_least_once,
                                        .priority = static_cast<std::uint8_t>(i / 20)},
                                       at(2)));
  const auto said = published(pair.pump.say(at(2)));
  ASSERT_EQ(said.size(), 40u);
  int delivered = 0;
  for (const Header& one : said) {
    if (PublishFlags::of(one.flags).qos == Qos::at_most_once) continue;
    const auto events = pair.panel.acknowledges(pair.pump, one, 2.001);
    if (const auto* outcome = first<Outcome>(events)) delivered += outcome->delivered;
  }
  EXPECT_EQ(delivered, 26);
}

// Who has acknowledged everything gets no alarm of its own; the next message is waited for all the same.
TEST(Publisher, sends_again_also_what_it_published_a_moment_after_all_was_acknowledged) {
  Pair pair;
  ASSERT_TRUE(pair.publish(2));
  (void)pair.panel.acknowledges(pair.pump, published(pair.pump.say(at(2))).at(0), 2.001);
  ASSERT_TRUE(pair.publish(2.002));
  EXPECT_EQ(published(pair.pump.say(at(2.002))).size(), 1u);
  EXPECT_EQ(published(pair.pump.say(at(2.008))).size(), 0u);
  EXPECT_EQ(published(pair.pump.say(at(2.018))).size(), 1u);
}

TEST(Publisher, waits_no_longer_for_who_unsubscribed) {
  Pair pair;
  ASSERT_TRUE(pair.publish(2));
  (void)pair.pump.say(at(2));
  const auto events = pair.panel.unsubscribes(pair.pump, "pressure", 2.1);
  const auto* outcome = first<Outcome>(events);
  ASSERT_NE(outcome, nullptr);
  EXPECT_EQ(outcome->given_up, 1);
  EXPECT_EQ(outcome->reason, Reason::no_subscriber);
}

TEST(Publisher, waits_for_who_takes_a_new_session_and_counts_it_once) {
  Pair pair;
  ASSERT_TRUE(pair.publish(2));
  const auto once = published(pair.pump.say(at(2))).at(0);
  pair.panel.renews();
  EXPECT_EQ(count<Outcome>(pair.panel.beats(pair.pump, 2.1)), 0u);
  const auto events = pair.panel.acknowledges(pair.pump, once, 2.2);
  const auto* outcome = first<Outcome>(events);
  ASSERT_NE(outcome, nullptr);
  EXPECT_EQ(outcome->delivered, 1);
  EXPECT_EQ(outcome->given_up, 0);
}

}  // namespace
}  // namespace tacit::nomq
