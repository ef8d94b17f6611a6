// Goal: a machine has its stream when it wants one, and is told by name why there is none. Method: one that says and
// hears bytes, with the echo of the hub's tests or with nobody behind the address.
#include "tacit/port/linux/stream_driver.hpp"

#include <gtest/gtest.h>

#include <asio/io_context.hpp>

#include "tacit/port/linux/hub_driver.hpp"
#include "tests/net/caller.hpp"
#include "tests/net/namespaces.hpp"
#include "tests/support/echo_hub.hpp"

namespace tacit::net {

namespace {

using namespace literals;
using linux_port::HubDriver;
using linux_port::ServerSockets;
using linux_port::StreamDriver;
using linux_port::TcpClient;
using test::EchoHub;

// Takes all bytes, says what it is told to say, and wants a stream so many times.
class Talker {
 public:
  using Event = std::string;

  int streams_wanted = 1;
  std::string to_say;
  int connects = 0, disconnects = 0;

  bool wants_stream() const { return streams_wanted > 0; }
  void connected(Now) {
    EXPECT_EQ(connects, disconnects - failures_);
    ++connects;
    there_ = true;
  }
  void disconnected(Now) {
    failures_ += !there_;
    there_ = false;
    ++disconnects;
    --streams_wanted;
  }
  std::size_t input(MutBytes in, Now) {
    EXPECT_TRUE(there_);
    heard_ = text_of(in);
    return in.size();
  }
  std::size_t poll_transmit(MutBytes out, Now) {
    EXPECT_TRUE(there_);
    const std::size_t size = std::min(out.size(), to_say.size());
    copy(bytes_of(to_say).first(size), out);
    to_say.erase(0, size);
    return size;
  }
  void timeout(Now) {}
  std::optional<Event> poll_event() { return std::exchange(heard_, std::nullopt); }
  std::optional<Instant> next_timeout() const { return std::nullopt; }

 private:
  bool there_ = false;
  int failures_ = 0;
  std::optional<Event> heard_;
};

class StreamDriverTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!why_no_namespaces().empty()) GTEST_SKIP() << why_no_namespaces();
    host_.emplace();
    host_->inside([&] { sockets_.emplace(linux_port::ServerConfig{}); });
    hub_driver_.emplace(hub_, *sockets_, [](const EchoHub::Event&) {});
  }

  Endpoint at(std::string_view ip) const {
    std::error_code error;
    return linux_port::parse_endpoint(ip, sockets_->port(), error);
  }
  void connect_to(std::vector<Endpoint> servers, Duration within = 5_s) {
    client_.emplace(linux_port::TcpClientOptions{.servers = std::move(servers), .connect_within = within});
    driver_.emplace(talker_, *client_, [this](const std::string& text) { heard_ += text; });
  }
  template <class Is> bool until(Is is) {
    const Instant give_up = linux_port::now().tick + 20_s;
    while (!is()) {
      if (linux_port::now().tick > give_up) return false;
      (void)client_->wait(2_ms);
      host_->inside([&] {
        driver_->turn();
        if (hub_driver_) hub_driver_->turn();
      });
    }
    return true;
  }

  std::optional<Namespace> host_;
  EchoHub hub_;
  std::optional<ServerSockets> sockets_;
  std::optional<HubDriver<EchoHub>> hub_driver_;
  Talker talker_;
  std::optional<TcpClient> client_;
  std::optional<StreamDriver<Talker>> driver_;
  std::string heard_;
};

TEST_F(StreamDriverTest, a_machine_gets_its_stream_and_is_heard) {
  connect_to({at("127.0.0.1")});
  std::string bytes;
  for (int i = 0; i < 20'000; ++i) bytes += frame("message " + std::to_string(i));
  talker_.to_say = bytes;
  EXPECT_TRUE(until([&] { return heard_.size() >= bytes.size(); }));
  EXPECT_EQ(heard_, bytes);
  EXPECT_EQ(talker_.connects, 1);
}

TEST_F(StreamDriverTest, the_servers_are_tried_in_turn) {
  Endpoint nobody = at("::1");
  nobody.port = 1;
  connect_to({nobody, at("192.0.2.1"), at("::1")});  // refused, unreachable, there
  talker_.to_say = frame("hello");
  EXPECT_TRUE(until([&] { return heard_ == frame("hello"); }));
  EXPECT_EQ(client_->peer(), at("::1"));
  EXPECT_EQ(talker_.disconnects, 0);
}

TEST_F(StreamDriverTest, a_refusal_has_its_name_and_is_told_once_an_attempt) {
  Endpoint nobody = at("127.0.0.1");
  nobody.port = 1;
  connect_to({nobody});
  talker_.streams_wanted = 2;
  EXPECT_TRUE(until([&] { return talker_.disconnects == 2; }));
  EXPECT_EQ(client_->error(), std::errc::connection_refused);
  EXPECT_EQ(talker_.connects, 0);
}

TEST_F(StreamDriverTest, a_server_that_does_not_answer_is_given_up_in_time) {
  host_->ip("link add v0 type veth peer name v1");
  host_->ip("addr add 10.9.0.1/24 dev v0");
  host_->ip("link set v0 up");
  host_->ip("link set v1 up");
  connect_to({at("10.9.0.2")}, 20_ms);
  EXPECT_TRUE(until([&] { return talker_.disconnects == 1; }));
  EXPECT_EQ(client_->error(), std::errc::timed_out);
}

TEST_F(StreamDriverTest, what_was_said_last_arrives_before_the_end) {
  connect_to({at("127.0.0.1")});
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += frame("x");
  talker_.to_say = text + frame("last");
  std::size_t heard = 0;
  std::string last;
  hub_driver_.emplace(hub_, *sockets_, [&](const EchoHub::Event& event) {
    ++heard;
    last = text_of(event.bytes);
  });
  ASSERT_TRUE(until([&] { return talker_.to_say.empty(); }));
  talker_.streams_wanted = 0;
  EXPECT_TRUE(until([&] { return talker_.disconnects == 1 && heard == 10'001; }));
  EXPECT_EQ(last, "last");
  EXPECT_FALSE(client_->error());
}

TEST_F(StreamDriverTest, an_end_by_the_server_is_an_end_without_an_error_and_another_stream_can_follow) {
  connect_to({at("127.0.0.1")});
  talker_.streams_wanted = 2;
  talker_.to_say = frame("bye");
  EXPECT_TRUE(until([&] { return talker_.disconnects == 1 && talker_.connects == 2; }));
  EXPECT_FALSE(client_->error());
  EXPECT_EQ(heard_, frame("bye"));
  talker_.to_say = frame("hello");
  EXPECT_TRUE(until([&] { return heard_ == frame("bye") + frame("hello"); }));
}

TEST_F(StreamDriverTest, a_reset_has_its_name) {
  connect_to({at("127.0.0.1")});
  ASSERT_TRUE(until([&] { return talker_.connects == 1 && hub_.open() == 1; }));
  talker_.to_say = "nobody reads this";
  host_->inside([&] { driver_->flush(); });
  hub_driver_.reset();
  sockets_.reset();
  EXPECT_TRUE(until([&] { return talker_.disconnects == 1; }));
  EXPECT_EQ(client_->error(), std::errc::connection_reset);
}

TEST_F(StreamDriverTest, a_program_with_an_event_loop_is_served_by_that) {
  asio::io_context context;
  client_.emplace(linux_port::TcpClientOptions{.servers = {at("127.0.0.1")}});
  StreamDriver<Talker> driver(context.get_executor(), talker_, *client_, [&](const std::string& text) {
    heard_ += text;
    if (heard_ == frame("hello")) context.stop();
  });
  HubDriver<EchoHub> server(context.get_executor(), hub_, *sockets_, [](const EchoHub::Event&) {});
  talker_.to_say = frame("hello");
  host_->inside([&] { (void)context.run_for(std::chrono::seconds(5)); });
  EXPECT_EQ(heard_, frame("hello"));
}

}  // namespace

}  // namespace tacit::net
