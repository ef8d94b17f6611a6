// Our legacy node and boards that run the original code: what each makes up for that the other does not do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/board.hpp"
#include "tests/sim/seeds.hpp"
#include "tests/support/nomq_room.hpp"

namespace tacit::test {
namespace {

using namespace literals;
using nomq::Config;
using nomq::Epoch;
using nomq::PacketType;
using nomq::Profile;
using nomq::Qos;
using testing::ElementsAre;

constexpr Config legacy{.profile = Profile::legacy};
constexpr sim::Air bad{.loss_percent = 20, .repeat_percent = 10, .flip_percent = 2, .delay_ms_max = 50};
constexpr std::array every_qos{Qos::at_most_once, Qos::at_least_once, Qos::exactly_once};

PacketType type_of(const sim::Packet& packet) { return wire::decode<nomq::Header>(packet.bytes)->type; }

// A node of ours and a board that hears it, and nothing gets lost but what the test says.
struct Shed {
  explicit Shed(const Config& config = legacy, Epoch epoch = Epoch::unix_1970)
      : node(network, 1, config), board(network, 2, epoch) {
    board.subscribe("pressure");
    node.subscribe("pressure");
    network.run(1_s);
  }
  // The first so many packets of a type do not arrive.
  void lose_first(PacketType type, int count) {
    network.loses = [type, count](const sim::Packet& packet, const Endpoint& to) mutable {
      return to != packet.from && type_of(packet) == type && count-- > 0;
    };
  }

  sim::Network network{1, {.delay_ms_max = 5}};
  Guest<> node;
  Board board;
};

TEST(Board, does_not_hear_another_board) {
  sim::Network network{1, {}};
  Board one(network, 1), other(network, 2);
  other.subscribe("pressure");
  one.publish("pressure", "3.2 bar", Qos::at_least_once);
  network.run(5_s);
  EXPECT_TRUE(other.heard.empty()) << "or it is no model of the original";
}

TEST(Board, hears_a_node_and_is_heard_at_each_qos) {
  for (const Qos qos : every_qos) {
    Shed shed;
    ASSERT_TRUE(shed.node.publish("pressure", "3.2 bar", qos));
    shed.network.run(5_s);
    EXPECT_THAT(shed.board.heard, ElementsAre("3.2 bar"));
    EXPECT_EQ(shed.node.outcomes.size(), qos == Qos::at_most_once ? 0u : 1u);
    for (const auto& who : shed.node.who_has) EXPECT_THAT(who, ElementsAre(shed.board.session()));
    EXPECT_EQ(shed.board.pending(Board::State::pubrec_sent), 0);

    shed.board.publish("pressure", "4.1 bar", qos);
    shed.network.run(5_s);
    EXPECT_THAT(shed.node.texts(), ElementsAre("4.1 bar"));
    EXPECT_EQ(shed.board.pending(Board::State::publish_sent), 0);
    EXPECT_EQ(shed.board.pending(Board::State::pubrel_sent), 0);
  }
}

// It does not acknowledge what it has seen, so the last try is something that it has not seen.
TEST(Board, acknowledges_the_last_try_at_qos_1_where_its_first_acknowledgement_was_lost) {
  Shed shed;
  shed.lose_first(PacketType::ack, 1);
  ASSERT_TRUE(shed.node.publish("pressure", "3.2 bar", Qos::at_least_once));
  shed.network.run(14_s);
  EXPECT_TRUE(shed.node.outcomes.empty());
  shed.network.run(4_s);
  ASSERT_EQ(shed.node.outcomes.size(), 1u);
  EXPECT_EQ(shed.node.outcomes[0].delivered, 1);
  EXPECT_EQ(shed.board.times_heard("3.2 bar"), 2) << "which QoS 1 allows";
  const auto& nonces = shed.board.nonces;
  ASSERT_EQ(nonces.size(), 5u) << "at once, and after 1, 3, 7 and 15 s";
  EXPECT_THAT(std::vector(nonces.begin(), nonces.end() - 1), testing::Each(nonces.front()));
  EXPECT_NE(nonces.back(), nonces.front());
}

TEST(Board, that_missed_a_message_gets_it_again_and_tells_it_once) {
  for (const Qos qos : {Qos::at_least_once, Qos::exactly_once}) {
    Shed shed;
    shed.lose_first(PacketType::publish, 2);
    ASSERT_TRUE(shed.node.publish("pressure", "3.2 bar", qos));
    shed.network.run(26_s);
    ASSERT_EQ(shed.node.outcomes.size(), 1u);
    EXPECT_EQ(shed.node.outcomes[0].delivered, 1);
    EXPECT_THAT(shed.board.heard, ElementsAre("3.2 bar"));
  }
}

// It says PUBREC once. A PUBREL that nobody asked for makes it say PUBCOMP, if it has the message.
TEST(Board, completes_qos_2_by_a_bare_pubrel_where_its_pubrec_was_lost) {
  Shed shed;
  shed.lose_first(PacketType::pubrec, 1);
  ASSERT_TRUE(shed.node.publish("pressure", "3.2 bar", Qos::exactly_once));
  shed.network.run(900_ms);
  EXPECT_EQ(shed.board.pending(Board::State::pubrec_sent), 1);
  shed.network.run(3_s);
  ASSERT_EQ(shed.node.outcomes.size(), 1u);
  EXPECT_EQ(shed.node.outcomes[0].delivered, 1);
  EXPECT_EQ(shed.board.pending(Board::State::pubrec_sent), 0);
  EXPECT_THAT(shed.board.heard, ElementsAre("3.2 bar"));
  EXPECT_THAT(shed.board.nonces, testing::Each(shed.board.nonces.front())) << "a new one would be told again";
}

TEST(Board, that_does_not_hear_the_channel_is_no_subscriber) {
  Shed shed;
  ASSERT_TRUE(shed.node.publish("door", "open", Qos::exactly_once));
  shed.network.run(26_s);
  ASSERT_EQ(shed.node.outcomes.size(), 1u);
  EXPECT_EQ(shed.node.outcomes[0].delivered, 0);
  EXPECT_EQ(shed.node.outcomes[0].reason, Reason::no_subscriber);
}

// Our PUBREC is sent again, after 1, 2 and 4 s, because a board never asks for it.
TEST(Board, releases_a_message_although_our_first_pubrecs_were_lost) {
  Shed shed;
  shed.lose_first(PacketType::pubrec, 3);
  shed.board.publish("pressure", "3.2 bar", Qos::exactly_once);
  shed.network.run(6_s);
  EXPECT_EQ(shed.board.pending(Board::State::publish_sent), 1);
  shed.network.run(3_s);
  EXPECT_EQ(shed.board.pending(Board::State::publish_sent), 0);
  EXPECT_EQ(shed.board.pending(Board::State::pubrel_sent), 0);
  EXPECT_THAT(shed.node.texts(), ElementsAre("3.2 bar"));
}

TEST(Board, answers_a_ping_on_a_channel_that_both_hear) {
  Shed shed;
  const auto ping = shed.node.node.ping({.peer = shed.board.at()}, shed.node.now());
  ASSERT_TRUE(ping);
  shed.node.host.speak();
  shed.network.run(1_s);
  ASSERT_EQ(shed.node.answered.size(), 1u);
  EXPECT_EQ(shed.node.answered[0].by, shed.board.session());
}

TEST(Boards, that_count_from_1970_and_from_2000_are_each_answered_in_their_time) {
  Shed shed({.profile = Profile::legacy, .epoch = Epoch::automatic});
  Board young(shed.network, 3, Epoch::y2000);
  young.subscribe("pressure");
  for (Board* board : {&young, &shed.board, &young}) {
    for (const Qos qos : {Qos::at_least_once, Qos::exactly_once}) {
      board->publish("pressure", "from a board", qos);
      shed.network.run(2_s);
    }
    for (const auto state : {Board::State::publish_sent, Board::State::pubrel_sent})
      EXPECT_EQ(board->pending(state), 0);

    // The group gets the time of who was heard last, an address its own.
    const auto heard_before = board->heard.size();
    ASSERT_TRUE(shed.node.publish("pressure", "to the group", Qos::at_least_once));
    shed.network.run(3_s);
    EXPECT_EQ(board->heard.size(), heard_before + 1);
  }
  ASSERT_EQ(shed.node.heard.size(), 6u);
  const std::uint32_t now_s = shed.node.now().utc->s;
  for (const auto& [text, message] : shed.node.heard) EXPECT_NEAR(message.published_s, now_s, 30) << "unix time";

  for (Board* board : {&young, &shed.board}) {
    ASSERT_TRUE(shed.node.publish({.channel = nomq::channel_id("pressure"),
                                   .message = bytes_of("to an address"),
                                   .qos = Qos::exactly_once,
                                   .to = board->at()}));
    shed.network.run(3_s);
    EXPECT_EQ(board->times_heard("to an address"), 1);
    EXPECT_EQ(shed.node.outcomes.back().delivered, 1);
  }
}

// So the socket of a board, which sleeps after each packet, never runs over.
TEST(Boards, get_at_most_eight_messages_a_second_and_lose_none) {
  Shed shed;
  std::deque<Instant> sent;
  std::size_t most = 0;
  shed.network.on_sent = [&](const sim::Packet& packet) {
    if (packet.from != shed.node.address) return;
    sent.push_back(shed.network.now());
    while (shed.network.now() - sent.front() >= 1_s) sent.pop_front();
    most = std::max(most, sent.size());
  };
  for (int n = 0; n < 30; ++n) ASSERT_TRUE(shed.node.publish("pressure", std::to_string(n), Qos::at_least_once));
  shed.network.run(10_s);
  EXPECT_EQ(most, 8u);
  EXPECT_EQ(shed.board.heard.size(), 30u);
  EXPECT_EQ(shed.board.overrun, 0u);
}

// Each of them takes a board two packets, and it has time for no more than eight: what its socket has no room for is
// made up for.
TEST(Boards, complete_a_burst_at_qos_2_that_is_more_than_they_can_take) {
  Shed shed;
  for (int n = 0; n < 30; ++n) ASSERT_TRUE(shed.node.publish("pressure", std::to_string(n), Qos::exactly_once));
  shed.network.run(60_s);
  EXPECT_GT(shed.board.overrun, 0u) << "or there was nothing to make up for";
  ASSERT_EQ(shed.node.outcomes.size(), 30u);
  for (const auto& outcome : shed.node.outcomes) EXPECT_EQ(outcome.delivered, 1);
  for (int n = 0; n < 30; ++n) EXPECT_EQ(shed.board.times_heard(std::to_string(n)), 1) << n;
}

// Two boards and two nodes that all hear a channel. Safety for all, and liveness where a node sends.
TEST(BoardsAndNodes, keep_what_each_qos_promises_in_bad_air) {
  std::size_t owed = 0, reached = 0, from_boards = 0, from_boards_heard = 0, unreleased = 0;
  for (const std::uint64_t seed : seeds(150)) {
    sim::Network network(seed, bad);
    const bool mixed = seed % 3 == 0;
    const Config config{.profile = Profile::legacy, .epoch = mixed ? Epoch::automatic : Epoch::unix_1970};
    const auto pump = std::make_unique<Guest<>>(network, 1, config);
    const auto panel = std::make_unique<Guest<>>(network, 2, config);
    Board valve(network, 3), gate(network, 4, mixed ? Epoch::y2000 : Epoch::unix_1970);
    pump->subscribe("pressure");
    panel->subscribe("pressure");
    valve.subscribe("pressure");
    gate.subscribe("pressure");
    network.run(2_s);
    for (std::size_t n = 0; n < 9; ++n) {
      const Qos qos = every_qos[n % 3];
      ASSERT_TRUE(pump->publish("pressure", "p" + std::to_string(n), qos)) << "seed " << seed;
      network.run(2_s);
      (n % 2 == 0 ? valve : gate).publish("pressure", "b" + std::to_string(n), qos);
      network.run(2_s);
    }
    network.run(30_s);

    for (std::size_t n = 0; n < 9; ++n) {
      const Qos qos = every_qos[n % 3];
      for (const std::string& text : {"p" + std::to_string(n), "b" + std::to_string(n)}) {
        const auto texts = panel->texts();
        const auto times = std::ranges::count(texts, text);
        EXPECT_LE(times, qos == Qos::at_least_once ? 2 : 1) << text << ", seed " << seed;
        if (text[0] == 'b') ++from_boards, from_boards_heard += times > 0;
      }
      for (const Board* board : {&valve, &gate})
        EXPECT_LE(board->times_heard("p" + std::to_string(n)), qos == Qos::at_least_once ? 2 : 1)
            << n << ", seed " << seed;
    }
    ASSERT_EQ(pump->outcomes.size(), 6u) << "seed " << seed;
    EXPECT_TRUE(pump->node.idle()) << "seed " << seed;
    for (std::size_t i = 0; i < pump->outcomes.size(); ++i) {
      const std::string text = "p" + std::to_string(static_cast<unsigned>(pump->outcomes[i].handle));
      for (const Board* board : {&valve, &gate})
        EXPECT_GE(board->times_heard(text), std::ranges::count(pump->who_has[i], board->session()) > 0 ? 1 : 0)
            << text << ", seed " << seed;
      ++owed;
      reached += pump->outcomes[i].delivered > 0;
    }
    unreleased +=
        static_cast<std::size_t>(valve.pending(Board::State::publish_sent) + gate.pending(Board::State::publish_sent));
  }
  EXPECT_GE(reached * 100, owed * 99) << reached << " of " << owed;
  EXPECT_GE(from_boards_heard * 100, from_boards * 70) << "a board sends once, and a fifth gets lost";
  EXPECT_LE(unreleased * 100, from_boards * 10) << unreleased << " of " << from_boards;
}

}  // namespace
}  // namespace tacit::test
