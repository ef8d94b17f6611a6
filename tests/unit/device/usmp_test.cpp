#include "tacit/device/usmp.hpp"

#include <gmock/gmock.h>

#include <deque>

#include "tests/support/usmp_script.hpp"

// A chip's program, as it is written for the original's component, on a transport that is a few variables.
namespace tacit::test {
namespace {

using testing::ElementsAre;
using namespace usmp;

// What a board has. Bytes of a stream come in pieces of any size.
class FakeTransport final : public device::UsmpTransport {
 public:
  bool send(Bytes bytes) override {
    if (!up) return false;
    sent.emplace_back(bytes.begin(), bytes.end());
    return true;
  }
  std::optional<std::size_t> recv(MutBytes out) override {
    if (!up) return std::nullopt;
    auto& first = arrived.front();
    const std::size_t size = std::min({first.size(), out.size(), piece});
    copy(Bytes(first).first(size), out);
    first.erase(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(size));
    if (first.empty()) arrived.pop_front();
    return size;
  }
  void close() override {
    ++closed;
    arrived.clear();
  }
  bool reconnect() override {
    ++opened;
    return up = there_is_a_network;
  }
  std::size_t available() override { return up && !arrived.empty() ? arrived.front().size() : !up; }

  Frames take() { return std::exchange(sent, {}); }
  void put(const Frames& all) { arrived.insert(arrived.end(), all.begin(), all.end()); }

  bool there_is_a_network = true, up = false;
  int opened = 0, closed = 0;
  std::size_t piece = 2000;
  Frames sent;
  std::deque<std::vector<std::uint8_t>> arrived;
};

template <class C> class DeviceUsmp : public testing::Test {
 protected:
  static constexpr auto transport_of = Caller<C>::transport;

  // Until the session is up.
  void shake_hands(std::int64_t ms) {
    ASSERT_TRUE(usmp.connect(now_ms(ms)));
    ScriptedServer server(transport_of);
    server.hear_hello(frames().front());
    transport.put({server.challenge()});
    EXPECT_FALSE(usmp.keepalive_tick(now_ms(ms)));
    ASSERT_TRUE(server.proves(frames().back()));
    transport.put({server.session_ok()});
    EXPECT_TRUE(usmp.keepalive_tick(now_ms(ms)));
    transport.take();
    side = server.side();
  }
  // A stream's writes are whole frames here, since there is room for one only.
  Frames frames() { return transport.take(); }
  // Until neither side has more to say.
  void converse(std::int64_t ms) {
    for (int i = 0; i < 30; ++i) {
      side->hear_all(transport.take(), at_ms(ms));
      transport.put(side->say(at_ms(ms)));
      usmp.keepalive_tick(now_ms(ms));
    }
  }
  std::optional<std::string> recv(std::int64_t ms) {
    std::array<std::uint8_t, message_size_max> out;
    const auto size = usmp.recv(out, now_ms(ms));
    if (!size) return std::nullopt;
    return std::string(text_of(Bytes(out).first(*size)));
  }

  FakeTransport transport;
  CountingRandom random;
  ClientMemory<ClientSizes{.messages = 2, .message_bytes = 1000}> memory;
  device::Usmp<C> usmp{{.device = some_device}, some_psk(), memory.tables(), transport, random};
  std::unique_ptr<Side> side;
};
using Both = testing::Types<StreamClient, DatagramClient>;
TYPED_TEST_SUITE(DeviceUsmp, Both);

TYPED_TEST(DeviceUsmp, a_program_connects_sends_and_receives) {
  this->shake_hands(0);
  ASSERT_TRUE(this->usmp.send(bytes_of("21.5 degrees"), now_ms(10)));
  this->converse(10);
  EXPECT_THAT(this->side->heard, ElementsAre("21.5 degrees"));
  ASSERT_TRUE(this->side->send("open the window"));
  this->converse(20);
  EXPECT_EQ(this->recv(20), "open the window");
  EXPECT_EQ(this->recv(20), std::nullopt);
}

TYPED_TEST(DeviceUsmp, nothing_is_read_while_a_message_waits_and_none_is_lost) {
  this->transport.piece = 7;
  if (this->transport_of == Transport::datagrams) this->transport.piece = 2000;
  this->shake_hands(0);
  for (const std::size_t size : {0u, 1u, 500u, 1808u}) ASSERT_TRUE(this->side->send(size));
  std::vector<std::size_t> sizes;
  for (int i = 0; i < 20; ++i) {
    this->converse(10);
    while (const auto text = this->recv(10)) sizes.push_back(text->size());
  }
  EXPECT_THAT(sizes, ElementsAre(0, 1, 500, 1808));
}

TYPED_TEST(DeviceUsmp, nothing_is_sent_before_there_is_a_session) {
  EXPECT_EQ(this->usmp.send(bytes_of("too early"), now_ms(0)).error(), Reason::not_connected);
  EXPECT_FALSE(this->usmp.keepalive_tick(now_ms(0)));
  EXPECT_EQ(this->transport.opened, 0);
}

TYPED_TEST(DeviceUsmp, a_quiet_program_pings_by_calling_keepalive_tick) {
  this->shake_hands(0);
  EXPECT_TRUE(this->usmp.keepalive_tick(now_ms(29'000)));
  EXPECT_TRUE(this->frames().empty());
  EXPECT_TRUE(this->usmp.keepalive_tick(now_ms(30'100)));
  EXPECT_THAT(types(this->frames()), ElementsAre(FrameType::ping));
}

TYPED_TEST(DeviceUsmp, a_lost_connection_is_made_anew_after_a_pause_or_when_the_program_says_so) {
  this->shake_hands(0);
  this->side->session.close();
  this->transport.put(this->side->say(at_ms(10)));
  EXPECT_FALSE(this->usmp.keepalive_tick(now_ms(10)));
  EXPECT_EQ(this->usmp.last_end()->reason, Reason::peer_closed);
  this->frames();
  EXPECT_FALSE(this->usmp.keepalive_tick(now_ms(1000)));
  EXPECT_TRUE(this->frames().empty());
  EXPECT_TRUE(this->usmp.reconnect(now_ms(1000)));
  EXPECT_THAT(types(this->frames()), ElementsAre(FrameType::hello));
  EXPECT_TRUE(this->usmp.reconnect(now_ms(1001)));  // one is under way
  EXPECT_TRUE(this->frames().empty());
}

TYPED_TEST(DeviceUsmp, a_board_without_a_network_is_asked_again) {
  this->transport.there_is_a_network = false;
  EXPECT_FALSE(this->usmp.connect(now_ms(0)));
  this->transport.there_is_a_network = true;
  for (int ms = 0; ms < 13'000; ms += 10) (void)this->usmp.keepalive_tick(now_ms(ms));
  EXPECT_GE(this->transport.opened, 2);
  EXPECT_THAT(types(this->frames()), testing::Contains(FrameType::hello));
}

TYPED_TEST(DeviceUsmp, a_connection_that_breaks_is_closed_and_opened_again) {
  this->shake_hands(0);
  this->transport.up = false;
  EXPECT_TRUE(this->usmp.send(bytes_of("into the void"), now_ms(10)));
  for (int ms = 10; ms < 3000; ms += 10) (void)this->usmp.keepalive_tick(now_ms(ms));
  EXPECT_GE(this->transport.closed, 1);
  EXPECT_GE(this->transport.opened, 2);
}

TYPED_TEST(DeviceUsmp, close_says_goodbye_and_stays_away) {
  this->shake_hands(0);
  this->usmp.close(now_ms(10));
  this->converse(10);
  EXPECT_EQ(this->side->session.ended(), Reason::peer_closed);
  EXPECT_FALSE(this->usmp.is_connected());
  EXPECT_FALSE(this->usmp.keepalive_tick(now_ms(60'000)));
  EXPECT_EQ(this->transport.opened, 1);
  EXPECT_EQ(this->transport.closed, 1);
}

}  // namespace
}  // namespace tacit::test
