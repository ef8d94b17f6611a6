// Goal: a server's port says and hears all that its machine and its peers want, in whatever pieces they send it; bad
// peers cost what is theirs and nothing of others; and no connection and no packet costs an allocation. Method: an echo
// on a loopback interface of its own, and callers that take turns with it.
#include "tacit/port/linux/hub_driver.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <asio/io_context.hpp>
#include <list>
#include <stdexcept>

#include "tests/net/break_socket.hpp"
#include "tests/net/caller.hpp"
#include "tests/net/namespaces.hpp"
#include "tests/net/station.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/echo_hub.hpp"

namespace tacit::net {

namespace {

using namespace literals;
using linux_port::HubDriver;
using linux_port::Inbox;
using linux_port::ServerConfig;
using linux_port::ServerSockets;
using linux_port::UdpSocket;
using test::EchoHub;

class HubDriverTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!why_no_namespaces().empty()) GTEST_SKIP() << why_no_namespaces();
    host_.emplace();
  }

  void serve(const ServerConfig& config = {}, const EchoHub::Limits& limits = {}) {
    hub_.emplace(limits);
    host_->inside([&] { sockets_.emplace(config); });
    driver_.emplace(*hub_, *sockets_, [this](const EchoHub::Event& event) {
      ++heard_;
      if (on_event_) on_event_(event);
    });
  }

  Endpoint server(std::string_view ip = "127.0.0.1") const {
    std::error_code error;
    return linux_port::parse_endpoint(ip, sockets_->port(), error);
  }
  Caller& call(Caller::Buffers buffers = {0, 0}) {
    return host_->inside([&]() -> Caller& { return callers_.emplace_back(server(), buffers); });
  }
  void call(std::size_t how_many) {
    for (std::size_t i = 0; i < how_many; ++i) (void)call();
  }

  UdpSocket datagram_socket() {
    return host_->inside([] {
      std::error_code error;
      return UdpSocket({}, error);
    });
  }
  void post(UdpSocket& socket, std::string text) {
    const MutBytes bytes(reinterpret_cast<std::uint8_t*>(text.data()), text.size());
    const Outbox::Run run{{.peer = server()}, bytes, bytes.size(), 1};
    socket.send({&run, 1});
  }

  // Lets the server take turns until that is so. False: it never was.
  template <class Is> bool until(Is is) {
    const Instant give_up = linux_port::now().tick + 20_s;
    while (!is()) {
      if (linux_port::now().tick > give_up) return false;
      (void)sockets_->wait(2_ms);
      host_->inside([&] { driver_->turn(); });
    }
    return true;
  }
  bool until_heard(Caller& caller, const std::string& bytes) {
    return until([&] {
             caller.turn();
             return caller.heard.size() >= bytes.size();
           }) &&
           caller.heard == bytes;
  }
  bool until_all_have_heard(const std::string& bytes) {
    return until([&] {
      bool all = true;
      for (Caller& caller : callers_) {
        caller.turn();
        all = all && caller.heard == bytes;
      }
      return all;
    });
  }

  std::optional<Namespace> host_;
  std::optional<EchoHub> hub_;
  std::optional<ServerSockets> sockets_;
  std::optional<HubDriver<EchoHub>> driver_;
  std::list<Caller> callers_;
  std::function<void(const EchoHub::Event&)> on_event_;
  std::size_t heard_ = 0;
};

TEST_F(HubDriverTest, what_is_said_comes_back_however_it_is_cut) {
  serve();
  Caller& caller = call();
  const std::string bytes = frame("one") + frame(std::string(255, 'x')) + frame("three");
  for (const char byte : bytes) {
    caller.say({&byte, 1});
    host_->inside([&] { driver_->turn(); });
  }
  EXPECT_TRUE(until_heard(caller, bytes));
  EXPECT_EQ(heard_, 3u);
}

TEST_F(HubDriverTest, many_frames_that_arrive_at_once_come_back_in_order) {
  serve({}, {.events = 3, .answers = 600});
  Caller& caller = call();
  std::string bytes;
  for (int i = 0; i < 20'000; ++i) bytes += frame(std::to_string(i));
  caller.say(bytes);
  EXPECT_TRUE(until_heard(caller, bytes));
}

TEST_F(HubDriverTest, both_families_and_datagrams_reach_one_machine_at_one_port) {
  serve();
  Caller ipv4 = host_->inside([&] { return Caller(server()); });
  Caller ipv6 = host_->inside([&] { return Caller(server("::1")); });
  ipv4.say(frame("four"));
  ipv6.say(frame("six"));
  EXPECT_TRUE(until_heard(ipv4, frame("four")));
  EXPECT_TRUE(until_heard(ipv6, frame("six")));

  UdpSocket socket = datagram_socket();
  Inbox inbox;
  std::string back;
  post(socket, "datagram");
  EXPECT_TRUE(until([&] {
    for (const Datagram& one : socket.receive(inbox)) back += text_of(one.bytes);
    return !back.empty();
  }));
  EXPECT_EQ(back, "datagram");
}

TEST_F(HubDriverTest, two_thousand_connections_are_served_and_those_that_are_idle_cost_no_turn) {
  constexpr std::size_t many = 2000;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  if (limit.rlim_cur < 2 * many + 100) GTEST_SKIP() << "this process may have too few descriptors";
  setrlimit(RLIMIT_NOFILE, &limit);
  serve({.connections = many + 1}, {.places = many + 1, .connections = many});
  call(many);
  ASSERT_TRUE(until([&] { return hub_->open() == many; }));
  EXPECT_TRUE(until([&] { return !sockets_->wait({}); }));  // nothing is to be done any more

  for (Caller& caller : callers_) caller.say(frame("hello"));
  EXPECT_TRUE(until_all_have_heard(frame("hello")));
  hub_->tell_all("and you");
  host_->inside([&] { driver_->flush(); });
  EXPECT_TRUE(until_all_have_heard(frame("hello") + frame("and you")));
}

TEST_F(HubDriverTest, a_peer_that_does_not_read_is_not_read_from_and_others_are) {
  serve({}, {.answers = 600});
  Caller& slow = call({.receive = 65'536, .send = 65'536});
  Caller& other = call();
  std::string bytes;
  for (int i = 0; i < 16'000; ++i) bytes += frame(std::string(250, static_cast<char>('a' + i % 26)));
  slow.to_say = bytes;
  std::size_t turns_without_progress = 0, before = 0;
  ASSERT_TRUE(until([&] {
    slow.write();
    turns_without_progress = slow.to_say.size() == before ? turns_without_progress + 1 : 0;
    before = slow.to_say.size();
    return turns_without_progress == 50;
  }));
  EXPECT_GT(slow.to_say.size(), bytes.size() / 2);

  other.say(frame("meanwhile"));
  EXPECT_TRUE(until_heard(other, frame("meanwhile")));
  EXPECT_TRUE(until_heard(slow, bytes));
}

TEST_F(HubDriverTest, what_was_read_from_a_peer_before_it_took_no_more_is_answered) {
  serve({.tcp_kernel_buffers = 8192}, {.events = 1});
  Caller& slow = call({.receive = 4096, .send = 4096});
  std::string bytes = frame("one");
  on_event_ = [&](const EchoHub::Event&) {
    if (heard_ > 1) return;
    for (int i = 0; i < 400; ++i) {
      hub_->tell_all(std::string(200, 'x'));
      bytes += frame(std::string(200, 'x'));
    }
  };
  slow.say(frame("one") + frame("two") + frame("three"));
  ASSERT_TRUE(until([&] { return heard_ == 1; }));
  slow.end();
  EXPECT_TRUE(until([&] {
    slow.turn();
    return slow.ended;
  }));
  EXPECT_EQ(slow.heard, bytes + frame("two") + frame("three"));
}

TEST_F(HubDriverTest, a_peer_that_takes_its_last_words_slowly_gets_all_of_them) {
  serve({.tcp_kernel_buffers = 8192});
  Caller& slow = call({.receive = 4096, .send = 4096});
  ASSERT_TRUE(until([&] { return hub_->open() == 1; }));
  std::string bytes;
  for (int i = 0; i < 200; ++i) {
    hub_->tell_all(std::string(200, 'x'));
    bytes += frame(std::string(200, 'x'));
  }
  host_->inside([&] { driver_->flush(); });
  slow.say(frame("bye"));
  bytes += frame("bye");
  EXPECT_TRUE(until([&] {
    slow.turn();
    return slow.ended;
  }));
  EXPECT_EQ(slow.heard, bytes);
  EXPECT_TRUE(until([&] { return sockets_->tcp()->open() == 0; }));
  EXPECT_EQ(sockets_->tcp()->counters().cut_off, 0u);
}

TEST_F(HubDriverTest, a_peer_that_never_takes_its_last_words_is_cut_off) {
  serve({.tcp_kernel_buffers = 8192});
  Caller& deaf = call({.receive = 4096, .send = 4096});
  deaf.say(frame("bye"));
  on_event_ = [this](const EchoHub::Event&) {
    for (int i = 0; i < 400; ++i) hub_->tell_all(std::string(200, 'x'));
  };
  ASSERT_TRUE(until([&] { return heard_ == 1; }));
  on_event_ = {};
  ASSERT_TRUE(until([&] {
    deaf.read();
    return hub_->open() == 0;
  }));
  ASSERT_EQ(sockets_->tcp()->open(), 1u);
  sockets_->tcp()->look(linux_port::now().tick + 4_s, true);
  EXPECT_EQ(sockets_->tcp()->open(), 1u);
  sockets_->tcp()->look(linux_port::now().tick + 6_s, true);
  EXPECT_EQ(sockets_->tcp()->open(), 0u);
  EXPECT_EQ(sockets_->tcp()->counters().cut_off, 1u);
}

TEST_F(HubDriverTest, what_a_peer_said_before_it_ended_is_answered) {
  serve();
  Caller& caller = call();
  caller.say(frame("one") + frame("two") + "\x09less");
  caller.end();
  EXPECT_TRUE(until([&] {
    caller.turn();
    return caller.ended;
  }));
  EXPECT_EQ(caller.heard, frame("one") + frame("two"));
  EXPECT_FALSE(caller.broken);
  EXPECT_EQ(hub_->open(), 0u);
  EXPECT_EQ(sockets_->tcp()->counters().broken, 0u);
}

TEST_F(HubDriverTest, a_reset_is_an_end_that_is_counted) {
  serve();
  Caller& caller = call();
  caller.say(frame("hello"));
  ASSERT_TRUE(until_heard(caller, frame("hello")));
  caller.reset();
  EXPECT_TRUE(until([&] { return hub_->open() == 0; }));
  EXPECT_EQ(sockets_->tcp()->counters().broken, 1u);
  EXPECT_EQ(sockets_->tcp()->open(), 0u);
}

TEST_F(HubDriverTest, a_peer_that_is_gone_while_it_is_spoken_to_is_an_end) {
  serve({.tcp_kernel_buffers = 8192}, {.answers = 600});
  Caller& caller = call({.receive = 4096, .send = 4096});
  ASSERT_TRUE(until([&] { return hub_->open() == 1; }));
  for (int i = 0; i < 1000; ++i) hub_->tell_all(std::string(200, 'x'));
  host_->inside([&] { driver_->flush(); });
  caller.reset();
  EXPECT_TRUE(until([&] { return hub_->open() == 0; }));
}

TEST_F(HubDriverTest, whoever_the_machine_refuses_is_turned_away_and_the_others_stay) {
  serve({.connections = 8}, {.connections = 2});
  call(5);
  EXPECT_TRUE(until([&] {
    std::size_t turned_away = 0;
    for (Caller& caller : callers_) {
      caller.turn();
      turned_away += caller.broken;
    }
    return turned_away == 3;
  }));
  EXPECT_EQ(hub_->refused, 3u);
  EXPECT_EQ(sockets_->tcp()->open(), 2u);
  callers_.front().say(frame("still here"));
  EXPECT_TRUE(until_heard(callers_.front(), frame("still here")));
}

TEST_F(HubDriverTest, without_a_free_place_strangers_are_turned_away_until_there_is_one) {
  serve({.connections = 2});
  call(5);
  EXPECT_TRUE(until([&] { return sockets_->tcp()->counters().refused == 3; }));
  callers_.front().leave();
  ASSERT_TRUE(until([&] { return hub_->open() == 1; }));
  Caller& late = call();
  late.say(frame("hello"));
  EXPECT_TRUE(until_heard(late, frame("hello")));
}

TEST_F(HubDriverTest, whoever_comes_while_there_are_no_descriptors_is_served_later) {
  serve();
  Caller& first = call();
  first.say(frame("one"));
  ASSERT_TRUE(until_heard(first, frame("one")));
  Caller& second = call();
  const rlimit before = [] {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit;
  }();
  const int next = dup(0);
  close(next);
  const rlimit none{static_cast<rlim_t>(next), before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  for (int turns = 0; turns < 20; ++turns) driver_->turn();
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(sockets_->tcp()->counters().no_descriptor, 1u);  // and not once a turn

  first.say(frame("bye"));
  second.say(frame("two"));
  EXPECT_TRUE(until_heard(second, frame("two")));
}

TEST_F(HubDriverTest, strangers_who_come_and_go_leave_nothing_behind) {
  serve({.connections = 16}, {.places = 16, .connections = 12});
  Caller& honest = call();
  for (int wave = 0; wave < 50; ++wave) {
    std::list<Caller> flood;
    host_->inside([&] {
      for (int i = 0; i < 20; ++i) flood.emplace_back(server()).say(i % 2 == 0 ? "\xffjunk" : "");
    });
    honest.say(frame("here"));
    host_->inside([&] { driver_->turn(); });
    for (Caller& one : flood) one.reset();
  }
  std::string bytes;
  for (int wave = 0; wave < 50; ++wave) bytes += frame("here");
  EXPECT_TRUE(until_heard(honest, bytes));
  EXPECT_TRUE(until([&] { return sockets_->tcp()->open() == 1; }));
  EXPECT_EQ(hub_->open(), 1u);
}

TEST_F(HubDriverTest, a_peer_that_never_stops_leaves_time_for_the_others) {
  serve();
  Caller& loud = call();
  Caller& other = call();
  const std::string text = frame(std::string(200, 'x'));
  std::size_t turns = 0;
  other.say(frame("hello"));
  EXPECT_TRUE(until([&] {
    while (loud.to_say.size() < 1 << 20) loud.to_say += text;
    loud.turn();
    other.turn();
    return ++turns > 10 && other.heard == frame("hello");
  }));
}

TEST_F(HubDriverTest, after_a_handler_threw_the_driver_goes_on) {
  serve();
  Caller& caller = call();
  on_event_ = [this](const EchoHub::Event&) {
    if (heard_ == 2) throw std::runtime_error("not now");
  };
  caller.say(frame("one") + frame("two") + frame("three"));
  const auto turns = [&] { (void)until_heard(caller, frame("one") + frame("two") + frame("three")); };
  EXPECT_THROW(turns(), std::runtime_error);
  EXPECT_TRUE(until_heard(caller, frame("one") + frame("two") + frame("three")));
  EXPECT_EQ(heard_, 3u);
}

TEST_F(HubDriverTest, a_program_with_an_event_loop_is_served_by_that) {
  hub_.emplace();
  asio::io_context context;
  host_->inside([&] { sockets_.emplace(ServerConfig{}); });
  std::string heard;
  HubDriver<EchoHub> driver(context.get_executor(), *hub_, *sockets_, [&](const EchoHub::Event& event) {
    heard = text_of(event.bytes);
    context.stop();
  });
  call().say(frame("hello"));
  host_->inside([&] { (void)context.run_for(std::chrono::seconds(5)); });
  EXPECT_EQ(heard, "hello");
}

TEST_F(HubDriverTest, a_udp_socket_that_broke_is_opened_again) {
  serve();
  ASSERT_TRUE(break_socket_at(sockets_->port()));  // the first that was opened
  const std::uint16_t port = sockets_->port();
  EXPECT_TRUE(until(
      [&] { return sockets_->udp_counters().received == 0 && sockets_->udp().valid() && !sockets_->udp().broken(); }));
  EXPECT_EQ(sockets_->port(), port);
  UdpSocket socket = datagram_socket();
  EXPECT_TRUE(until([&] {
    post(socket, "again");
    return heard_ > 0;
  }));
}

TEST_F(HubDriverTest, a_machine_that_has_only_datagrams_is_served_without_tcp) {
  Talker talker;
  std::vector<std::string> heard;
  host_->inside([&] { sockets_.emplace(ServerConfig{.tcp = false}); });
  HubDriver<Talker> driver(talker, *sockets_, [&](const Talker::Event& event) { heard.emplace_back(event.text); });
  talker.say({.peer = server()}, "how?");  // it asks itself
  for (int turns = 0; turns < 1000 && heard.size() < 2; ++turns) {
    driver.turn();
    (void)sockets_->wait(10_ms);
  }
  EXPECT_EQ(heard, (std::vector<std::string>{"how?", "answer"}));
}

TEST_F(HubDriverTest, neither_a_connection_nor_a_packet_costs_an_allocation) {
  serve();
  Caller& steady = call();
  steady.heard.reserve(100'000);
  steady.to_say.reserve(100);
  const std::string text = frame("hello");
  const Endpoint at = server();
  std::size_t expected = 0;
  const auto one_round = [&] {
    Caller fleeting = host_->inside([&] { return Caller(at); });
    fleeting.say(text);
    steady.say(text);
    expected += text.size();
    EXPECT_TRUE(until([&] {
      steady.turn();
      fleeting.turn();
      return steady.heard.size() == expected && fleeting.heard.size() == text.size();
    }));
    fleeting.leave();
    EXPECT_TRUE(until([&] { return hub_->open() == 1; }));
  };
  one_round();
  const std::size_t before = test::allocations();
  for (int i = 0; i < 100; ++i) one_round();
  EXPECT_EQ(test::allocations(), before);
}

}  // namespace

}  // namespace tacit::net
