// Goal: what the sockets of a LAN promise, on real network stacks. Method: hosts in network namespaces on one bridge,
// each with stations that say short texts; time is real, so every wait ends when what it waits for has happened.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/net/break_socket.hpp"
#include "tests/net/station.hpp"

namespace tacit::net {

namespace {

using namespace literals;
using linux_port::parse_endpoint;

class LanTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!why_no_namespaces().empty()) GTEST_SKIP() << why_no_namespaces();
  }

  Station& start(const Namespace& host, linux_port::LanConfig config = lan_config()) {
    return *stations_.emplace_back(std::make_unique<Station>(host, std::move(config)));
  }

  bool all_heard(std::string_view text, std::size_t times) const {
    return std::ranges::all_of(stations_, [&](auto& station) { return station->count(text) == times; });
  }

  static std::size_t count_from(const Station& station, const Endpoint& peer) {
    return static_cast<std::size_t>(
        std::ranges::count(station.heard, peer, [](const Heard& one) { return one.path.peer; }));
  }

  // Of the interfaces in use.
  static std::string names(Station& station) {
    std::string text;
    for (const auto& interface : station.sockets().interfaces()) text += interface.name + " ";
    return text;
  }

  // Gives every station its turns until it holds, for some seconds at most.
  bool until(const std::function<bool()>& holds, Duration at_most = 5_s) {
    const Instant end = linux_port::now().tick + at_most;
    while (!holds()) {
      if (linux_port::now().tick > end) return false;
      for (auto& station : stations_)
        if (station->wait({})) station->turn();
      stations_.front()->wait(2_ms);
    }
    return true;
  }

  // Time for what should not arrive.
  void let_pass(Duration time) {
    (void)until([] { return false; }, time);
  }

  std::vector<std::unique_ptr<Station>> stations_;
};

Endpoint endpoint(const Namespace& host, const std::string& text) {
  return host.inside([&] {
    std::error_code error;
    const Endpoint result = parse_endpoint(text, 0, error);
    if (error) throw std::system_error(error, text);
    return result;
  });
}

// Where host n is reached on the LAN.
Endpoint at(const Lan& lan, std::size_t n, std::uint16_t port = 8890) {
  return endpoint(lan.host(0), Lan::ipv4(n) + ":" + std::to_string(port));
}

TEST_F(LanTest, a_broadcast_reaches_every_host_once_and_its_sender_too) {
  Lan lan(4);
  for (std::size_t n = 0; n < lan.size(); ++n) start(lan.host(n));
  stations_[0]->say_to_group("good morning");
  EXPECT_TRUE(until([&] { return all_heard("good morning", 1); }));
  let_pass(50_ms);
  for (auto& station : stations_) {
    ASSERT_EQ(station->heard.size(), 1u);
    const Path expected{.peer = at(lan, 0), .to_group = true};
    EXPECT_EQ(station->heard[0].path, expected);
  }
}

TEST_F(LanTest, a_multicast_reaches_every_host_once_beside_the_broadcast) {
  Lan lan(4);
  for (std::size_t n = 0; n < lan.size(); ++n) start(lan.host(n), lan_config(true));
  stations_[0]->say_to_group("good morning");
  EXPECT_TRUE(until([&] { return all_heard("good morning", 2); }));
  let_pass(50_ms);
  for (std::size_t n = 0; n < lan.size(); ++n) {
    EXPECT_EQ(stations_[n]->heard.size(), 2u);
    EXPECT_EQ(count_from(*stations_[n], at(lan, 0)), 1u);
    EXPECT_EQ(count_from(*stations_[n], endpoint(lan.host(n), "[" + Lan::link_local(0) + "%eth0]:8890")), 1u);
  }
}

TEST_F(LanTest, without_ipv4_the_group_still_hears_each_other) {
  Lan lan(2);
  for (std::size_t n = 0; n < lan.size(); ++n) {
    lan.host(n).ip("-4 address flush dev eth0");
    start(lan.host(n), lan_config(true));
  }
  stations_[0]->say_to_group("good morning");
  EXPECT_TRUE(until([&] { return all_heard("good morning", 1); }));
}

TEST_F(LanTest, a_burst_to_the_group_reaches_every_host) {
  Lan lan(3);
  for (std::size_t n = 0; n < lan.size(); ++n) start(lan.host(n), lan_config(true));
  for (int i = 0; i < 200; ++i) stations_[0]->prepare({.to_group = true}, "burst" + std::string(900, 'x'));
  stations_[0]->flush();
  EXPECT_TRUE(until([&] { return all_heard("burst" + std::string(900, 'x'), 400); }));
  EXPECT_EQ(stations_[0]->sockets().counters().sent, 400u);
}

TEST_F(LanTest, a_directed_broadcast_of_a_board_is_heard) {
  Lan lan(2);
  Station& board = start(lan.host(0));
  Station& station = start(lan.host(1));
  board.say({.peer = endpoint(lan.host(0), "10.77.0.255:8889")}, "from a board");
  EXPECT_TRUE(until([&] { return station.count("from a board") == 1; }));
  EXPECT_TRUE(station.heard[0].path.to_group);
}

TEST_F(LanTest, three_programs_on_one_host_hear_the_group_once_and_their_own_unicast_alone) {
  Lan lan(2);
  for (int programs = 0; programs < 3; ++programs) start(lan.host(0), lan_config(true));
  Station& visitor = start(lan.host(1), lan_config(true));
  for (std::uint16_t n = 0; n < 3; ++n) EXPECT_EQ(stations_[n]->sockets().own_port(), 8890 + n);

  visitor.say_to_group("to all");
  stations_[2]->say_to_group("to all from here");
  visitor.say({.peer = at(lan, 0, 8891)}, "to the second alone");
  EXPECT_TRUE(until([&] { return all_heard("to all", 2) && all_heard("to all from here", 2); }));
  EXPECT_TRUE(until([&] { return stations_[1]->count("to the second alone") == 1; }));
  let_pass(50_ms);
  for (auto& station : stations_) EXPECT_EQ(station->heard.size(), station == stations_[1] ? 5u : 4u);
}

TEST_F(LanTest, who_acknowledges_and_then_says_goodbye_is_heard_in_this_order) {
  Lan lan(2);
  Station& host = start(lan.host(0));
  Station& visitor = start(lan.host(1));
  host.turn();
  visitor.say_to_group("news");  // the group's socket is ready first
  visitor.say({.peer = at(lan, 0)}, "acknowledgement");
  visitor.say_to_group("goodbye");
  for (int turn = 0; turn < 5; ++turn) {  // until all has arrived
    visitor.turn();
    visitor.wait(10_ms);
  }
  host.turn();
  const auto place = [&](std::string_view text) { return std::ranges::find(host.heard, text, &Heard::text); };
  ASSERT_NE(place("goodbye"), host.heard.end());
  EXPECT_LT(place("acknowledgement"), place("goodbye"));
}

TEST_F(LanTest, an_answer_leaves_from_the_address_that_was_asked) {
  Lan lan(2);
  lan.host(0).ip("address add 10.77.0.100/24 dev eth0");
  lan.host(0).ip("address add 10.77.0.101/24 dev eth0");
  start(lan.host(0));
  Station& asker = start(lan.host(1));
  for (const char* address : {"10.77.0.101:8890", "10.77.0.1:8890", "10.77.0.100:8890"}) {
    const Endpoint asked = endpoint(lan.host(1), address);
    asker.say({.peer = asked}, "how?");
    EXPECT_TRUE(until([&] { return count_from(asker, asked) == 1; })) << address;
  }
}

TEST_F(LanTest, link_local_peers_talk_over_the_interface_they_were_heard_on) {
  Lan lan(2);
  Station& station = start(lan.host(0), lan_config(true));
  Station& asker = start(lan.host(1), lan_config(true));
  const Endpoint asked = endpoint(lan.host(1), "[" + Lan::link_local(0) + "%eth0]:8890");
  asker.say({.peer = asked}, "how?");
  EXPECT_TRUE(until([&] { return count_from(asker, asked) == 1; }));
  ASSERT_EQ(station.heard.size(), 1u);
  const Path expected{endpoint(lan.host(0), "[" + Lan::link_local(1) + "%eth0]:8890"),
                      endpoint(lan.host(0), "[" + Lan::link_local(0) + "%eth0]:8890"), false};
  EXPECT_EQ(station.heard[0].path, expected);
}

TEST_F(LanTest, a_host_that_was_unplugged_hears_again_when_it_is_back) {
  Lan lan(2);
  for (std::size_t n = 0; n < lan.size(); ++n) start(lan.host(n), lan_config(true));
  lan.unplug(1);
  stations_[0]->say_to_group("unheard");
  stations_[1]->say_to_group("lost");
  let_pass(100_ms);
  EXPECT_EQ(stations_[1]->count("unheard"), 0u);
  lan.plug_in(1);
  EXPECT_TRUE(until([&] {
    stations_[0]->say_to_group("welcome back");
    return stations_[1]->count("welcome back") > 1;
  }));
  stations_[1]->say_to_group("thank you");
  EXPECT_TRUE(until([&] { return stations_[0]->count("thank you") == 2; }));
}

TEST_F(LanTest, an_interface_that_went_down_is_used_again_when_it_is_up) {
  Lan lan(2);
  for (std::size_t n = 0; n < lan.size(); ++n) start(lan.host(n), lan_config(true));
  lan.take_down(1);
  EXPECT_TRUE(until([&] { return names(*stations_[1]) == "lo "; }));
  lan.bring_up(1);
  EXPECT_TRUE(until([&] { return names(*stations_[1]) == "eth0 "; }));
  stations_[0]->say_to_group("welcome back");
  EXPECT_TRUE(until([&] { return stations_[1]->count("welcome back") == 2; }));
  stations_[1]->say_to_group("thank you");
  EXPECT_TRUE(until([&] { return stations_[0]->count("thank you") == 2; }));
  EXPECT_EQ(stations_[1]->sockets().own_port(), 8890);
}

TEST_F(LanTest, a_new_network_card_takes_the_place_of_the_old_one) {
  Lan lan(2);
  for (std::size_t n = 0; n < lan.size(); ++n) start(lan.host(n), lan_config(true));
  lan.remove_interface(1);
  stations_[1]->say({.peer = at(lan, 0)}, "lost");
  EXPECT_TRUE(until([&] { return names(*stations_[1]) == "lo "; }));
  EXPECT_EQ(stations_[1]->sockets().counters().unsent_for(linux_port::Refusal::unreachable), 1u);
  lan.add_interface(1);
  EXPECT_TRUE(until([&] { return names(*stations_[1]) == "eth0 "; }));
  EXPECT_TRUE(until([&] {
    stations_[0]->say_to_group("welcome");
    return stations_[1]->count("welcome") > 1;
  }));
}

TEST_F(LanTest, a_socket_that_broke_is_opened_again_at_the_same_port) {
  Lan lan(2);
  auto first = std::make_unique<Station>(lan.host(0));
  Station& station = start(lan.host(0));
  Station& other = start(lan.host(1));
  first.reset();  // a lower port is free now, and its peers would not know it
  ASSERT_TRUE(break_socket_at(8891));
  station.say_to_group("lost");
  EXPECT_TRUE(until([&] {
    station.say_to_group("again");
    return other.count("again") > 0;
  }));
  EXPECT_EQ(other.count("lost"), 0u);
  EXPECT_GE(station.sockets().counters().unsent_for(linux_port::Refusal::gone), 1u);
  EXPECT_EQ(station.sockets().own_port(), 8891);
  other.say({.peer = at(lan, 0, 8891)}, "and back");
  EXPECT_TRUE(until([&] { return station.count("and back") == 1; }));
}

TEST_F(LanTest, a_socket_of_the_group_that_broke_is_opened_again) {
  Lan lan(2);
  Station& station = start(lan.host(0));
  Station& other = start(lan.host(1));
  ASSERT_TRUE(break_socket_at(group_port));
  other.say_to_group("maybe lost");
  EXPECT_TRUE(until([&] {
    other.say_to_group("again");
    other.say({.peer = endpoint(lan.host(1), "10.77.0.255:8889")}, "again, directed");
    return station.count("again") > 0 && station.count("again, directed") > 0;
  }));
  EXPECT_TRUE(station.sockets().deaf_at().empty());
  EXPECT_TRUE(until([&] { return !station.wait({}); })) << "it is kept busy by a socket that is gone";
}

TEST_F(LanTest, who_does_not_listen_is_left_in_peace_and_hears_it_all_later) {
  Lan lan(2);
  Station& station = start(lan.host(0));
  Station& other = start(lan.host(1));
  station.sockets().listen(false);
  for (int i = 0; i < 3; ++i) other.say_to_group("patience");
  EXPECT_TRUE(until([&] { return other.count("patience") == 3; }));
  let_pass(50_ms);
  EXPECT_EQ(station.count("patience"), 0u);
  EXPECT_FALSE(station.wait({}));
  station.sockets().listen(true);
  EXPECT_TRUE(until([&] { return station.count("patience") == 3; }));
}

TEST_F(LanTest, programs_on_a_machine_without_a_network_hear_each_other) {
  const Namespace host;
  for (int programs = 0; programs < 3; ++programs) start(host, lan_config(true));
  stations_[0]->say_to_group("alone together");
  EXPECT_TRUE(until([&] { return all_heard("alone together", 1); }));
  let_pass(50_ms);
  for (auto& station : stations_) EXPECT_EQ(station->heard.size(), 1u);
}

TEST_F(LanTest, a_host_in_two_networks_speaks_in_those_it_was_told_to) {
  Lan one(2), two(1);
  two.connect(one.host(0), "eth1", "10.88.0.9");
  auto only_eth1 = lan_config();
  only_eth1.interfaces = {"eth1"};
  Station& both = start(one.host(0));
  Station& chooser = start(one.host(0), only_eth1);
  Station& in_one = start(one.host(1));
  Station& in_two = start(two.host(0));

  both.say_to_group("to both");
  EXPECT_TRUE(until([&] { return in_one.count("to both") == 1 && in_two.count("to both") == 1; }));
  chooser.say_to_group("to one of them");
  EXPECT_TRUE(until([&] { return in_two.count("to one of them") == 1; }));
  in_one.say_to_group("from outside");
  EXPECT_TRUE(until([&] { return both.count("from outside") == 1; }));
  let_pass(50_ms);
  EXPECT_EQ(in_one.count("to one of them"), 0u);
  EXPECT_EQ(chooser.count("from outside"), 0u);
  EXPECT_GE(chooser.sockets().counters().elsewhere, 1u);
}

TEST_F(LanTest, unicast_that_nobody_asked_for_is_heard_by_one_program_a_host) {
  Lan lan(2);
  auto config = lan_config();
  config.hear_unrequested_unicast = true;
  Station& first = start(lan.host(0), config);
  Station& second = start(lan.host(0), config);
  Station& board = start(lan.host(1));
  EXPECT_TRUE(first.sockets().hears_unrequested_unicast());
  EXPECT_FALSE(second.sockets().hears_unrequested_unicast());
  ASSERT_EQ(second.sockets().deaf_at().size(), 1u);
  EXPECT_EQ(second.sockets().deaf_at()[0].at, at(lan, 0, group_port));
  EXPECT_EQ(second.sockets().deaf_at()[0].why, std::errc::address_in_use);

  board.say({.peer = at(lan, 0, group_port)}, "nobody asked");
  EXPECT_TRUE(until([&] { return first.count("nobody asked") == 1; }));
  EXPECT_FALSE(first.heard[0].path.to_group);
  EXPECT_EQ(second.count("nobody asked"), 0u);
}

TEST_F(LanTest, when_the_first_program_ends_the_second_hears_what_nobody_asked_for) {
  const Namespace host;
  auto config = lan_config();
  config.hear_unrequested_unicast = true;
  auto first = std::make_unique<Station>(host, config);
  Station& second = start(host, config);
  EXPECT_FALSE(second.sockets().hears_unrequested_unicast());
  first.reset();
  EXPECT_TRUE(until([&] { return second.sockets().hears_unrequested_unicast(); }));
}

TEST_F(LanTest, a_program_that_owns_the_groups_port_alone_makes_the_others_deaf_and_they_say_where) {
  const Namespace host;
  const auto selfish = host.inside([] {
    std::error_code error;
    return linux_port::UdpSocket({.at = {{}, group_port, 0}}, error);
  });
  Station& station = start(host);
  ASSERT_EQ(station.sockets().deaf_at().size(), 1u);
  EXPECT_FALSE(station.sockets().deaf_at()[0].to_unicast);
  EXPECT_EQ(station.sockets().deaf_at()[0].why, std::errc::address_in_use);
}

TEST_F(LanTest, without_a_free_port_a_program_cannot_start_and_says_so) {
  const Namespace host;
  auto config = lan_config();
  config.own = {8890, 8891};
  start(host, config);
  start(host, config);
  try {
    start(host, config);
    FAIL() << "it started";
  } catch (const std::system_error& error) { EXPECT_EQ(error.code(), std::errc::address_in_use); }
}

}  // namespace

}  // namespace tacit::net
