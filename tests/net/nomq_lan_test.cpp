// Goal: NoMQ between hosts of a LAN, whatever happens to hosts and cables. Method: nodes as programs on Linux have
// them, in network namespaces on one bridge with real broadcast and multicast; what is counted is what arrived and how
// each publish ended.
#include <gtest/gtest.h>

#include "tests/net/break_socket.hpp"
#include "tests/net/program.hpp"

namespace tacit::net {

namespace {

using nomq::Qos;
constexpr Duration moment{200'000};
constexpr std::array every_qos{Qos::at_most_once, Qos::at_least_once, Qos::exactly_once};

std::string name_of(Qos qos) { return "qos" + std::to_string(static_cast<int>(qos)); }

class NomqLanTest : public ProgramsTest {
 protected:
  // A program that listens to the channel that all tests use.
  Program& listener(const Namespace& where, const Nomq::Options& options = modest(),
                    const host::Key& key = group_key()) {
    Program& program = start(where, options, key);
    program.subscribe("plant/temp");
    program.listen();
    return program;
  }

  bool all_know(std::size_t listeners) {
    return until([&] {
      return std::ranges::all_of(programs_,
                                 [&](const Program& one) { return one.listeners("plant/temp") == listeners; });
    });
  }

  // One message of each quality, and how it has to end.
  void publish_each(Program& from, std::uint16_t to_how_many) {
    for (const Qos qos : every_qos) {
      from.ends.clear();
      from.publish("plant/temp", name_of(qos), qos);
      ASSERT_TRUE(until([&] { return !from.ends.empty(); })) << name_of(qos);
      EXPECT_FALSE(from.ends[0].error) << from.ends[0].error.message();
      EXPECT_EQ(from.ends[0].outcome.reason, std::nullopt);
      EXPECT_EQ(from.ends[0].outcome.given_up, 0);
      EXPECT_EQ(from.ends[0].outcome.delivered, qos == Qos::at_most_once ? 0 : to_how_many) << name_of(qos);
    }
  }
  static bool heard_each_once(const Program& program) {
    return std::ranges::all_of(every_qos, [&](Qos qos) { return program.count(name_of(qos)) == 1; });
  }
};

// What a LAN has: IPv4 with broadcast, IPv6 with multicast, or both.
struct Air {
  const char* name;
  const char* without;  // what `ip` takes away, or null
};
void PrintTo(const Air& air, std::ostream* out) { *out << air.name; }

class NomqAirTest : public NomqLanTest, public testing::WithParamInterface<Air> {};
INSTANTIATE_TEST_SUITE_P(Airs, NomqAirTest,
                         testing::Values(Air{"both", nullptr}, Air{"broadcast", "-6"}, Air{"multicast", "-4"}),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_P(NomqAirTest, every_host_has_every_quality_of_service_once) {
  Lan lan(4);
  for (std::size_t n = 0; n < lan.size(); ++n) {
    if (GetParam().without) lan.host(n).ip(std::string(GetParam().without) + " address flush dev eth0");
    listener(lan.host(n));
  }
  ASSERT_TRUE(all_know(3));
  publish_each(programs_.front(), 3);
  const auto others_heard = [&] { return std::all_of(std::next(programs_.begin()), programs_.end(), heard_each_once); };
  EXPECT_TRUE(until(others_heard));
  let_pass(moment);
  EXPECT_TRUE(others_heard());
  EXPECT_TRUE(programs_.front().heard.empty());
  EXPECT_GT(programs_.front().refused(Reason::own), 0u);
}

TEST_F(NomqLanTest, a_restarted_host_hears_what_it_never_accepted_and_that_it_may_be_a_repeat) {
  Lan lan(2);
  Nomq::Options careful = modest();
  careful.config.manual_acknowledgement = true;
  Program& sender = start(lan.host(0));
  Program& first = listener(lan.host(1), careful);
  ASSERT_TRUE(until([&] { return sender.listeners("plant/temp") == 1; }));
  sender.publish("plant/temp", "21.5", Qos::at_least_once);
  ASSERT_TRUE(until([&] { return first.count("21.5") == 1; }));
  stop(first);

  const Program& second = listener(lan.host(1), careful);
  ASSERT_TRUE(until([&] { return second.count("21.5") > 0; }));
  EXPECT_TRUE(second.heard[0].maybe_repeated);
}

TEST_F(NomqLanTest, under_at_most_once_a_restarted_host_refuses_what_it_may_have_had) {
  Lan lan(2);
  Nomq::Options once = modest();
  once.config.across_restart = nomq::AcrossRestart::at_most_once;
  Program& sender = start(lan.host(0));
  const Program& deaf = listener(lan.host(1), once);
  ASSERT_TRUE(until([&] { return sender.listeners("plant/temp") == 1; }));
  sender.publish({.channel = "plant/temp", .message = bytes_of("21.5"), .qos = Qos::exactly_once, .ttl_s = 2});
  ASSERT_TRUE(until([&] { return !sender.ends.empty(); }));
  EXPECT_EQ(sender.ends[0].outcome.delivered, 0);
  EXPECT_EQ(sender.ends[0].outcome.given_up, 1);
  EXPECT_EQ(sender.ends[0].outcome.reason, Reason::no_acknowledgement);
  EXPECT_GT(deaf.refused(Reason::before_start), 0u);
  EXPECT_TRUE(deaf.heard.empty());
}

TEST_F(NomqLanTest, a_host_that_was_unplugged_gets_what_it_is_owed_when_it_is_back) {
  Lan lan(4);
  for (std::size_t n = 0; n < lan.size(); ++n) listener(lan.host(n));
  ASSERT_TRUE(all_know(3));
  Program& sender = programs_.front();
  const Program& unplugged = programs_.back();
  lan.unplug(3);
  for (const Qos qos : {Qos::at_least_once, Qos::exactly_once}) sender.publish("plant/temp", name_of(qos), qos);
  const Program& plugged = *std::next(programs_.begin());
  ASSERT_TRUE(until([&] { return plugged.heard.size() == 2; }));  // it does not wait for who is away
  EXPECT_TRUE(unplugged.heard.empty());
  lan.plug_in(3);
  ASSERT_TRUE(until([&] { return sender.ends.size() == 2; }));
  for (const auto& [error, outcome] : sender.ends) {
    EXPECT_FALSE(error);
    EXPECT_EQ(outcome.delivered, 3);
    EXPECT_EQ(outcome.given_up, 0);
  }
  EXPECT_EQ(unplugged.count("qos1"), 1u);
  EXPECT_EQ(unplugged.count("qos2"), 1u);
}

TEST_F(NomqLanTest, three_programs_on_one_host_and_a_visitor_all_hear_each_other) {
  Lan lan(2);
  for (int programs = 0; programs < 3; ++programs) listener(lan.host(0));
  Program& visitor = listener(lan.host(1));
  ASSERT_TRUE(all_know(3));
  std::vector<int> ports;
  for (const Program& program : programs_) ports.push_back(program.node().sockets().own_port());
  EXPECT_EQ(ports, (std::vector{8890, 8891, 8892, 8890}));

  for (Program* sender : {&programs_.front(), &visitor}) {
    for (Program& program : programs_) program.heard.clear();
    publish_each(*sender, 3);
    const auto others_heard = [&] {
      return std::ranges::all_of(programs_, [&](auto& one) { return &one == sender || heard_each_once(one); });
    };
    EXPECT_TRUE(until(others_heard));
    let_pass(moment);
    EXPECT_TRUE(others_heard());
    EXPECT_TRUE(sender->heard.empty());
  }
}

TEST_F(NomqLanTest, a_legacy_pair_has_every_quality_of_service_both_ways) {
  Lan lan(2);
  for (std::size_t n = 0; n < lan.size(); ++n) listener(lan.host(n), modest(), group_key(host::KeyKind::nomq_legacy));
  publish_each(programs_.front(), 1);
  EXPECT_TRUE(until([&] { return heard_each_once(programs_.back()); }));
  publish_each(programs_.back(), 1);
  EXPECT_TRUE(until([&] { return heard_each_once(programs_.front()); }));
}

TEST_F(NomqLanTest, a_socket_that_broke_costs_neither_subscriptions_nor_messages) {
  Lan lan(2);
  Program& fragile = listener(lan.host(0));  // opened first, so it is the one that breaks
  Program& other = listener(lan.host(1));
  ASSERT_TRUE(all_know(1));
  ASSERT_TRUE(break_socket_at(fragile.node().sockets().own_port()));
  for (int n = 0; n < 20; ++n) {
    fragile.publish("plant/temp", "from the one " + std::to_string(n), Qos::exactly_once);
    other.publish("plant/temp", "to the one " + std::to_string(n), Qos::exactly_once);
  }
  ASSERT_TRUE(until([&] { return fragile.ends.size() == 20 && other.ends.size() == 20; }));
  for (const Program* sender : {&fragile, &other})
    for (const auto& [error, outcome] : sender->ends) EXPECT_EQ(outcome.delivered, 1);
  for (int n = 0; n < 20; ++n) {
    EXPECT_EQ(other.count("from the one " + std::to_string(n)), 1u);
    EXPECT_EQ(fragile.count("to the one " + std::to_string(n)), 1u);
  }
  EXPECT_TRUE(fragile.node().subscribed("plant/temp"));
  EXPECT_EQ(fragile.node().sockets().own_port(), 8890);
}

}  // namespace

}  // namespace tacit::net
