// Two links over a broker that is this test: what is published arrives once and of its time, and what does not says
// why.
#include "tacit/e2e/link.hpp"

#include <gtest/gtest.h>

#include "tests/support/e2e_side.hpp"

namespace tacit::e2e {
namespace {

using namespace literals;
using test::E2eSide;

TEST(Link, gives_the_other_what_was_published) {
  E2eSide device, owner;
  const auto handle = device.publish("iot/esp32x", "21.5");
  ASSERT_TRUE(handle);
  const auto packet = device.next();
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->topic, "FGeeQanXEwx3/iot/esp32x");
  EXPECT_EQ(packet->payload.size(), packet_size(4, 50));
  EXPECT_FALSE(device.poll<Outcome>());
  device.link.settle(packet->handle);
  const auto outcome = device.poll<Outcome>();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->handle, *handle);
  EXPECT_EQ(outcome->reason, std::nullopt);

  ASSERT_TRUE(owner.hear(*packet));
  const auto message = owner.poll<Message>();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->topic, "iot/esp32x");
  EXPECT_EQ(text_of(message->payload), "21.5");
  EXPECT_EQ(message->sent_at, PacketTime(*device.now.utc));
}

TEST(Link, hears_and_speaks_nothing_that_was_not_allowed) {
  Memory<Sizes{}> memory;
  test::E2eRandom random;
  Link link({}, memory.tables(), test::e2e_key(), random);
  const Now now{{1}, UnixTime{1'763'990'438, 0}};
  EXPECT_EQ(link.publish({.topic = "iot/x", .message = bytes_of("on")}, now).error(), Reason::topic_not_allowed);
  ASSERT_TRUE(link.speak("iot/+"));
  EXPECT_TRUE(link.publish({.topic = "iot/x", .message = bytes_of("on")}, now));
  EXPECT_EQ(link.publish({.topic = "iot/x/y", .message = bytes_of("on")}, now).error(), Reason::topic_not_allowed);
  EXPECT_EQ(link.publish({.topic = "iot/+", .message = bytes_of("on")}, now).error(), Reason::bad_topic);

  E2eSide sender;
  for (const bool allowed : {false, true}) {
    ASSERT_TRUE(sender.publish("controller", "ping"));
    auto packet = sender.send();
    ASSERT_TRUE(link.input({.topic = packet->topic, .payload = packet->payload}, now));
    const auto event = link.poll_event();
    ASSERT_TRUE(event);
    if (allowed) EXPECT_TRUE(std::holds_alternative<Message>(*event));
    else EXPECT_EQ(std::get<Dropped>(*event).reason, Reason::unknown_channel);
    ASSERT_TRUE(link.hear("controller"));
  }
  ASSERT_TRUE(link.unhear("controller"));
  EXPECT_EQ(link.unhear("controller").error(), Reason::unknown_channel);
}

TEST(Link, does_not_hear_another_keys_topics) {
  E2eSide side, sender;
  ASSERT_TRUE(sender.publish("iot/x", "on"));
  auto packet = *sender.send();
  for (const char* topic : {"iot/x", "FGeeQanXEwx3", "FGeeQanXEwx3/", "FGeeQanXEwx4/iot/x", "FGeeQanXEwx3iot/x", ""}) {
    packet.topic = topic;
    ASSERT_TRUE(side.hear(packet));
    EXPECT_EQ(side.dropped(), Reason::unknown_channel) << topic;
  }
}

TEST(Link, tells_its_own_reflected_packets_from_replays_and_replays_from_redeliveries) {
  E2eSide device, owner;
  ASSERT_TRUE(device.publish("iot/x", "on"));
  const auto packet = *device.send();
  ASSERT_TRUE(device.hear(packet));
  EXPECT_EQ(device.dropped(), Reason::own);
  ASSERT_TRUE(owner.hear(packet));
  EXPECT_EQ(owner.message(), "on");
  ASSERT_TRUE(owner.hear(packet));
  EXPECT_EQ(owner.dropped(), Reason::replay);
  ASSERT_TRUE(owner.hear(packet, true));
  EXPECT_EQ(owner.dropped(), Reason::duplicate);
}

TEST(Link, seals_a_message_that_waited_when_it_leaves) {
  E2eSide device, owner;
  ASSERT_TRUE(device.publish("iot/x", "on"));
  device.pass(40_s);
  owner.pass(40_s);
  ASSERT_TRUE(owner.hear(*device.send()));
  EXPECT_EQ(owner.message(), "on");
}

TEST(Link, seals_anew_what_was_given_back) {
  E2eSide device, owner;
  ASSERT_TRUE(device.publish("iot/x", "on"));
  const auto lost = *device.next();
  device.pass(20_s);
  owner.pass(20_s);
  device.link.give_back(lost.handle);
  const auto again = *device.send();
  EXPECT_NE(lost.payload, again.payload);
  ASSERT_TRUE(owner.hear(lost));
  EXPECT_EQ(owner.dropped(), Reason::stale);
  ASSERT_TRUE(owner.hear(again));
  EXPECT_EQ(owner.message(), "on");
}

TEST(Link, tells_the_port_what_the_broker_is_to_retain) {
  E2eSide device;
  std::vector<std::uint8_t> out(device.link.leaving_size_max());
  for (const bool retain : {false, true}) {
    ASSERT_TRUE(device.link.publish({.topic = "iot/x", .message = bytes_of("on"), .retain = retain}, device.now));
    const auto leaving = device.link.next(out, device.now);
    ASSERT_TRUE(leaving);
    EXPECT_EQ(leaving->retain, retain);
    device.link.settle(leaving->handle);
  }
}

TEST(Link, gives_back_all_in_their_order) {
  E2eSide device;
  for (const char* text : {"1", "2", "3"}) ASSERT_TRUE(device.publish("iot/x", text));
  const auto first = device.next(), second = device.next();
  device.link.give_back_all();
  EXPECT_EQ(device.next()->handle, first->handle);
  EXPECT_EQ(device.next()->handle, second->handle);
}

TEST(Link, gives_one_back_before_what_waits_behind_it) {
  E2eSide device;
  for (const char* text : {"1", "2"}) ASSERT_TRUE(device.publish("iot/x", text));
  const auto first = device.next();
  device.link.give_back(first->handle);
  EXPECT_EQ(device.next()->handle, first->handle);
}

TEST(Link, says_by_when_a_packet_has_to_be_written) {
  E2eSide device({.envelope = {.past = 7_s}});
  ASSERT_TRUE(device.publish("iot/x", "on"));
  std::vector<std::uint8_t> out(device.link.leaving_size_max());
  EXPECT_EQ(device.link.next(out, device.now)->write_by, device.now.tick + 7_s);
}

TEST(Link, calls_what_is_retained_and_known_a_duplicate) {
  E2eSide device, owner;
  ASSERT_TRUE(device.publish("iot/x", "on"));
  const auto packet = *device.send();
  ASSERT_TRUE(owner.hear(packet));
  EXPECT_EQ(owner.message(), "on");
  auto again = packet;
  ASSERT_TRUE(owner.link.input({.topic = again.topic, .payload = again.payload, .retained = true}, owner.now));
  EXPECT_EQ(owner.dropped(), Reason::duplicate);
}

TEST(Link, reports_what_expired_and_never_sends_it) {
  E2eSide device;
  const auto handle = device.publish("iot/x", "on");
  EXPECT_TRUE(device.link.next_timeout());
  device.pass(61_s);
  EXPECT_FALSE(device.next());
  const auto outcome = device.poll<Outcome>();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->handle, *handle);
  EXPECT_EQ(outcome->reason, Reason::expired);
  EXPECT_FALSE(device.link.next_timeout());
  EXPECT_EQ(device.link.counters()[Reason::expired], 1u);
}

TEST(Link, says_that_a_message_expired_for_want_of_the_time) {
  E2eSide device;
  device.now.utc.reset();
  ASSERT_TRUE(device.publish("iot/x", "on"));
  EXPECT_FALSE(device.next());
  device.now.tick = device.now.tick + 61_s;
  device.link.timeout(device.now);
  EXPECT_EQ(device.poll<Outcome>()->reason, Reason::no_wall_clock);
  ASSERT_TRUE(device.hear({{}, "FGeeQanXEwx3/iot/x", std::vector<std::uint8_t>(81)}));
  EXPECT_EQ(device.dropped(), Reason::no_wall_clock);
}

TEST(Link, sends_the_most_urgent_first) {
  E2eSide device, owner;
  ASSERT_TRUE(device.publish("iot/x", "later", 0));
  ASSERT_TRUE(device.publish("iot/x", "second", 3));
  ASSERT_TRUE(device.publish("iot/x", "first", 15));
  ASSERT_TRUE(device.publish("iot/x", "third", 3));
  for (const char* text : {"first", "second", "third", "later"}) {
    ASSERT_TRUE(owner.hear(*device.send()));
    EXPECT_EQ(owner.message(), text);
  }
}

TEST(Link, when_full_refuses_the_lowest_or_lets_it_give_way) {
  E2eSide device;
  std::vector<Handle> handles;
  for (int n = 0; n < 8; ++n) handles.push_back(*device.publish("iot/x", "on", 5));
  EXPECT_EQ(device.publish("iot/x", "no", 5).error(), Reason::queue_full);
  EXPECT_EQ(device.link.counters()[Reason::queue_full], 1u);
  EXPECT_TRUE(device.publish("iot/x", "yes", 6));
  const auto outcome = device.poll<Outcome>();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->handle, handles.front());
  EXPECT_EQ(outcome->reason, Reason::queue_full);
  EXPECT_EQ(device.link.counters()[Reason::queue_full], 2u);
}

TEST(Link, has_room_for_each_outcome_when_nobody_polls) {
  E2eSide device;
  int accepted = 0;
  for (int n = 0; n < 100; ++n) {
    if (!device.publish("iot/x", "on")) continue;
    ++accepted;
    ASSERT_TRUE(device.send());
  }
  int outcomes = 0;
  while (device.poll<Outcome>()) ++outcomes;
  EXPECT_EQ(outcomes, accepted);
  EXPECT_EQ(accepted, 16);
}

TEST(Link, takes_nothing_while_its_events_wait) {
  E2eSide<Sizes{.events = 1}> owner;
  E2eSide device;
  ASSERT_TRUE(device.publish("iot/x", "1"));
  ASSERT_TRUE(device.publish("iot/x", "2"));
  ASSERT_TRUE(owner.hear(*device.send()));
  auto second = *device.send();
  const auto untouched = second.payload;
  EXPECT_FALSE(owner.link.input({.topic = second.topic, .payload = second.payload}, owner.now));
  EXPECT_EQ(second.payload, untouched);
  ASSERT_TRUE(owner.poll<Message>());
  EXPECT_TRUE(owner.hear(second));
  EXPECT_EQ(owner.message(), "2");
}

TEST(Link, says_when_a_length_shows_or_refuses_to_show_it) {
  E2eSide open;
  const std::string longer(51, 'x');
  ASSERT_TRUE(open.publish("iot/x", longer));
  const auto packet = open.send();
  EXPECT_EQ(open.poll<LengthShows>()->handle, packet->handle);
  EXPECT_FALSE(open.poll<LengthShows>());
  E2eSide closed({.long_messages = LongMessages::refuse});
  EXPECT_EQ(closed.publish("iot/x", longer).error(), Reason::length_shows);
  EXPECT_TRUE(closed.publish("iot/x", longer.substr(1)));
}

TEST(Link, tells_that_the_clock_was_put) {
  E2eSide device;
  ASSERT_TRUE(device.publish("iot/x", "on"));
  device.pass(1_s);
  device.link.timeout(device.now);
  EXPECT_FALSE(device.poll<ClockStepped>());
  device.step(Duration{-3'600'000'000});
  ASSERT_TRUE(device.send());
  EXPECT_EQ(device.poll<ClockStepped>()->by, Duration{-3'600'000'000});
  EXPECT_FALSE(device.poll<ClockStepped>());
}

TEST(Link, hears_again_at_once_when_a_clock_that_was_ahead_for_a_minute_is_put_right) {
  E2eSide device, owner;
  owner.step(Duration{3'600'000'000});
  for (int second = 0; second < 60; ++second) {  // its own packets of that time are over, and forgotten
    ASSERT_TRUE(owner.publish("controller", "ping"));
    ASSERT_TRUE(owner.send());
    owner.pass(1_s);
    device.pass(1_s);
    while (owner.link.poll_event()) {}
  }
  owner.step(Duration{-3'600'000'000});
  ASSERT_TRUE(device.publish("iot/x", "on"));
  ASSERT_TRUE(owner.hear(*device.send()));
  EXPECT_EQ(owner.message(), "on");
}

TEST(Link, hears_again_at_once_when_a_clock_that_was_ahead_for_hours_is_put_right) {
  E2eSide device;
  E2eSide<Sizes{.seen = 1024}> owner;
  owner.step(Duration{3'600'000'000});
  std::optional<test::E2ePacket> own;
  for (int n = 0; n < 400; ++n) {  // two hours and more
    ASSERT_TRUE(owner.publish("controller", "ping"));
    own = owner.send();
    owner.pass(20_s);
    device.pass(20_s);
    while (owner.link.poll_event()) {}
  }
  owner.step(Duration{-3'600'000'000});
  ASSERT_TRUE(device.publish("iot/x", "on"));
  ASSERT_TRUE(owner.hear(*device.send()));
  EXPECT_EQ(owner.message(), "on");
  owner.pass(3'590_s);  // now it looks fresh
  ASSERT_TRUE(owner.hear(*own));
  EXPECT_EQ(owner.dropped(), Reason::own);
}

TEST(Link, whose_clock_is_put_back_with_all_others_hears_what_is_new_and_no_replay) {
  E2eSide<Sizes{.seen = 1024}> device, owner;
  std::vector<test::E2ePacket> recorded;
  for (int n = 0; n < 400; ++n) {
    ASSERT_TRUE(device.publish("iot/x", "on"));
    recorded.push_back(*device.send());
    ASSERT_TRUE(owner.hear(recorded.back()));
    ASSERT_EQ(owner.message(), "on");
    device.pass(20_s);
    owner.pass(20_s);
    while (device.link.poll_event()) {}
  }
  device.step(Duration{-3'600'000'000});
  owner.step(Duration{-3'600'000'000});
  ASSERT_TRUE(device.publish("iot/x", "off"));
  ASSERT_TRUE(owner.hear(*device.send()));
  EXPECT_EQ(owner.message(), "off");
  for (std::size_t n = recorded.size() - 185; n < recorded.size(); ++n) {
    ASSERT_TRUE(owner.hear(recorded[n]));
    EXPECT_FALSE(owner.poll<Message>()) << n;
    owner.pass(20_s);
  }
}

TEST(Link, hears_nothing_from_before_its_start_where_it_is_told_so) {
  for (const bool refuse : {false, true}) {
    E2eSide device, owner({.refuse_from_before_start = refuse});
    ASSERT_TRUE(device.publish("iot/x", "before"));
    const auto before = *device.send();
    device.pass(2_s);
    ASSERT_TRUE(device.publish("iot/x", "after"));
    const auto after = *device.send();
    owner.pass(1_s);
    owner.link.timeout(owner.now);
    owner.pass(3_s);
    ASSERT_TRUE(owner.hear(before));
    if (refuse) EXPECT_EQ(owner.dropped(), Reason::before_start);
    else EXPECT_EQ(owner.message(), "before");
    ASSERT_TRUE(owner.hear(after));
    EXPECT_EQ(owner.message(), "after");
  }
}

TEST(Link, bound_to_topics_refuses_what_was_moved_and_reflected_and_talks_only_to_its_like) {
  const LinkConfig bound{.envelope = {.binding = Binding::topic_not_interoperable}};
  E2eSide device(bound), owner(bound), original;
  ASSERT_TRUE(device.publish("iot/x", "on"));
  const auto packet = *device.send();
  auto moved = packet;
  moved.topic = "FGeeQanXEwx3/controller";
  ASSERT_TRUE(owner.hear(moved));
  EXPECT_EQ(owner.dropped(), Reason::bad_mac);
  ASSERT_TRUE(owner.hear(packet));
  EXPECT_EQ(owner.message(), "on");
  ASSERT_TRUE(original.hear(packet));
  EXPECT_EQ(original.dropped(), Reason::bad_mac);
  ASSERT_TRUE(original.publish("iot/x", "on"));
  ASSERT_TRUE(owner.hear(*original.send()));
  EXPECT_EQ(owner.dropped(), Reason::bad_mac);
  EXPECT_EQ((E2eSide<Sizes{.topic_bytes = 300}>(bound).publish(std::string(300, 't'), "on")).error(),
            Reason::too_large);
}

TEST(Link, counts_by_topic_and_no_invented_topic_pushes_one_out) {
  E2eSide<Sizes{.topics = 2}> owner;
  E2eSide device;
  ASSERT_TRUE(device.publish("iot/x", "on"));
  auto packet = *device.send();
  owner.pass(2_s);
  ASSERT_TRUE(owner.hear(packet));
  ASSERT_TRUE(owner.hear(packet));
  for (int n = 0; n < 100; ++n) {
    packet.topic = "FGeeQanXEwx3/invented/" + std::to_string(n);
    while (owner.link.poll_event()) {}
    ASSERT_TRUE(owner.hear(packet));
  }
  int topics = 0;
  owner.link.topics().for_each([&](std::string_view topic, const TopicCounts& counts) {
    ++topics;
    EXPECT_EQ(topic, "iot/x");
    EXPECT_EQ(counts.received, 1u);
    EXPECT_EQ(counts.refused, 1u);
    EXPECT_EQ(counts.delay_ns, 2'000'000'000);
  });
  EXPECT_EQ(topics, 1);
}

TEST(Link, ends_everything_that_waits_when_it_is_closed) {
  E2eSide device;
  ASSERT_TRUE(device.publish("iot/x", "1"));
  ASSERT_TRUE(device.publish("iot/x", "2"));
  ASSERT_TRUE(device.next());
  device.link.close();
  EXPECT_EQ(device.poll<Outcome>()->reason, Reason::closed);
  EXPECT_EQ(device.poll<Outcome>()->reason, Reason::closed);
  EXPECT_EQ(device.link.waiting(), 0u);
  EXPECT_FALSE(device.next());
}

TEST(Link, passes_on_why_the_client_could_not_send) {
  E2eSide device;
  ASSERT_TRUE(device.publish("iot/x", "1"));
  device.link.fail(device.next()->handle, Reason::send_failed);
  EXPECT_EQ(device.poll<Outcome>()->reason, Reason::send_failed);
}

TEST(Link, refuses_wishes_that_cannot_be) {
  E2eSide device;
  EXPECT_EQ(device.publish("", "1").error(), Reason::bad_topic);
  EXPECT_EQ(device.publish("iot/x", "1", 16).error(), Reason::invalid_argument);
  EXPECT_EQ(device.publish("iot/x", std::string(1000, 'x')).error(), Reason::too_large);
  EXPECT_EQ(device.publish(std::string(320, 't'), "1").error(), Reason::too_large);
  EXPECT_EQ(device.link.publish({.topic = "iot/x", .message = {}, .lifetime = {}}, device.now).error(),
            Reason::invalid_argument);
  EXPECT_EQ(device.link.publish({.topic = "iot/x", .message = {}, .lifetime = lifetime_max + 1_us}, device.now).error(),
            Reason::invalid_argument);
}

}  // namespace
}  // namespace tacit::e2e
