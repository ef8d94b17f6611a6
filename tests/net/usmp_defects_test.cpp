// Goal: what went wrong with the original implementation, over real sockets, does not go wrong with ours: specification
// section 12. Method: a device made of frames, that can also say what no device would, and honest ones beside it.
#include "tests/net/usmp_attack.hpp"

namespace tacit::net {
namespace {

using namespace usmp;
using namespace tacit::literals;
using test::Buffer;
using test::UsmpDevice;

// Somebody who has a lamp's key and a line to the server, and keeps what went over it.
struct Recorder : UsmpDevice {
  Recorder(std::unique_ptr<Strangers> line, const DeviceId& device, std::string_view key)
      : UsmpDevice(7, key), air(std::move(line)) {
    id = device;
  }

  void turn() {
    air->hear([&](std::size_t, Buffer datagram) {
      if (type_of(datagram) == FrameType::hello_retry) say(hello(cookie_in(datagram)));
      if (type_of(datagram) == FrameType::challenge && !keys) say(hello_ack(datagram));
      if (type_of(datagram) == FrameType::session_ok) {
        if (!keys && !take_session_ok(datagram)) ADD_FAILURE() << "the server has not proven the key";
        say(acknowledgement(FrameType::session_ok, 0));
      }
      if (type_of(datagram) == FrameType::data) {
        if (const auto text = open(datagram)) echoes.push_back(*text);
        say(acknowledgement(datagram));
      }
      if (is_acknowledgement(datagram)) acknowledgements.push_back(*decode_acknowledgement(datagram));
      heard.push_back(std::move(datagram));
    });
  }
  void say(Buffer datagram) {
    air->say(at, datagram);
    said.push_back(std::move(datagram));
  }
  std::size_t acknowledged(FrameType type, std::uint32_t seq) const {
    return static_cast<std::size_t>(std::ranges::count(acknowledgements, Acknowledgement{type, seq}));
  }

  std::unique_ptr<Strangers> air;
  std::size_t at = 5;  // which address
  std::vector<Buffer> said, heard;
  std::vector<Acknowledgement> acknowledgements;
  std::vector<std::string> echoes;
};

class UsmpDefectsTest : public UsmpAttackTest {
 protected:
  std::unique_ptr<Recorder> connected_recorder() {
    auto recorder = std::make_unique<Recorder>(strangers(), lamp, lamp_key);
    recorder->say(recorder->hello());
    EXPECT_TRUE(until([&] { return server_->newest.has_value(); }, *recorder));
    return recorder;
  }
  // Until the server has heard all that was said, in turns that cannot be counted from outside.
  template <class... Others> void let_pass(Duration duration, Others&... others) {
    const Instant end = linux_port::now().tick + duration;
    (void)until([&] { return linux_port::now().tick > end; }, others...);
  }
};

TEST_F(UsmpDefectsTest, a_frame_that_is_not_authentic_is_never_acknowledged) {
  const auto recorder = connected_recorder();
  const Buffer real = recorder->data("21.5");
  Buffer junk = real;  // the same type, number and session; a right checksum; another text
  junk[30] ^= 1;
  encode_crc(junk);
  recorder->say(junk);
  ASSERT_TRUE(until([&] { return server_->count(Reason::bad_mac) == 1; }, *recorder));
  let_pass(50_ms, *recorder);
  EXPECT_EQ(recorder->acknowledged(FrameType::data, 0), 0u);

  recorder->say(real);  // what the junk was to replace still arrives
  ASSERT_TRUE(until([&] { return recorder->echoes.size() == 1; }, *recorder));
  EXPECT_EQ(recorder->echoes[0], "21.5");
  EXPECT_EQ(recorder->acknowledged(FrameType::data, 0), 1u);
}

TEST_F(UsmpDefectsTest, what_is_replayed_from_anywhere_arrives_once_and_moves_nobody) {
  const auto recorder = connected_recorder();
  for (std::size_t i = 0; i < 20; ++i) {
    recorder->say(recorder->data(std::to_string(i)));
    ASSERT_TRUE(until([&] { return recorder->echoes.size() > i; }, *recorder));
  }
  const auto captured = recorder->said;
  const auto elsewhere = strangers();
  for (std::size_t round = 0; round < 20; ++round)
    for (const Buffer& datagram : captured) {
      elsewhere->say(100 + round, datagram);
      recorder->air->say(recorder->at, datagram);
    }
  recorder->say(recorder->data("last"));
  ASSERT_TRUE(until([&] { return recorder->echoes.back() == "last"; }, *recorder));  // it has not moved away
  let_pass(50_ms, *recorder);
  EXPECT_EQ(server_->messages, 21u);
  EXPECT_EQ(server_->hub.sessions(), 1u);
  EXPECT_GE(server_->count(Reason::duplicate), 20u * 20);
  EXPECT_GT(server_->count(Reason::bad_cookie), 0u);  // cookies of the other address
}

TEST_F(UsmpDefectsTest, what_the_server_said_means_nothing_to_the_server) {
  const auto recorder = connected_recorder();
  recorder->say(recorder->data("21.5"));
  ASSERT_TRUE(until([&] { return recorder->echoes.size() == 1; }, *recorder));
  const auto captured = recorder->heard;
  for (const Buffer& datagram : captured) recorder->say(datagram);
  recorder->say(recorder->data("22.0"));
  ASSERT_TRUE(until([&] { return recorder->echoes.size() == 2; }, *recorder));
  EXPECT_GE(refused(Reason::bad_type), 3u);  // HELLO_RETRY, CHALLENGE, SESSION_OK
  EXPECT_GE(refused(Reason::bad_mac), 1u);   // its own frame, under the key of the other direction
  EXPECT_EQ(server_->messages, 2u);
}

TEST_F(UsmpDefectsTest, a_recorded_handshake_opens_no_second_session) {
  const auto recorder = connected_recorder();
  Buffer hello, proof;
  for (const Buffer& datagram : recorder->said) {
    if (type_of(datagram) == FrameType::hello && hello.empty()) hello = datagram;
    if (type_of(datagram) == FrameType::hello_ack) proof = datagram;
  }
  Caller thief = caller(stranger_address(50));
  const auto say = [&](const Buffer& frame) { thief.say({reinterpret_cast<const char*>(frame.data()), frame.size()}); };
  say(hello);
  say(proof);
  ASSERT_TRUE(until([&] { return thief.ended || thief.broken; }, thief));
  EXPECT_EQ(refused(Reason::wrong_key), 1u);
  EXPECT_EQ(server_->hub.sessions(), 1u);
}

TEST_F(UsmpDefectsTest, a_frame_of_an_unknown_type_ends_no_session) {
  const auto recorder = connected_recorder();
  for (unsigned type = 0x0C; type < 0x100; ++type) {
    Buffer frame = recorder->data("?");
    frame[3] = static_cast<std::uint8_t>(type);
    encode_crc(frame);
    recorder->say(frame);
  }
  recorder->say(recorder->data("21.5"));
  ASSERT_TRUE(until([&] { return recorder->echoes.size() == 1; }, *recorder));
  EXPECT_EQ(refused(Reason::bad_type), 0x100u - 0x0C);
}

TEST_F(UsmpDefectsTest, a_bad_device_behind_the_same_address_locks_nobody_out) {
  // In all of this they have the same address, as behind a NAT.
  for (int attempt = 0; attempt < 30; ++attempt) {
    UsmpDevice bad(6, "not the key that the server has");
    Caller line = caller({});
    const auto say = [&](const Buffer& frame) {
      line.say({reinterpret_cast<const char*>(frame.data()), frame.size()});
    };
    say(bad.hello());
    (void)until([&] { return line.heard.size() >= frame_size_of<Challenge> || line.ended || line.broken; }, line);
    if (line.heard.size() < frame_size_of<Challenge>) continue;
    say(bad.hello_ack(Buffer(line.heard.begin(), line.heard.end())));
    ASSERT_TRUE(until([&] { return line.ended || line.broken; }, line));
  }
  EXPECT_GT(refused(Reason::locked_out), 0u);
  const auto good = honest<StreamClient>(lamp);
  const auto better = honest<DatagramClient>(switch_);
  ASSERT_TRUE(until([&] { return good->connected && better->connected; }, *good, *better));
  EXPECT_EQ(good->attempts_failed + better->attempts_failed, 0u);
}

TEST_F(UsmpDefectsTest, a_cookie_that_is_lost_on_its_way_does_not_stop_a_handshake) {
  std::size_t lost = 0;
  const auto loses_one = [&](std::span<Datagram> in) {
    std::size_t kept = 0;
    for (Datagram& one : in) {
      if (type_of(one.bytes) == FrameType::hello_retry && lost < 1 && ++lost) continue;
      in[kept++] = one;
    }
    return in.first(kept);
  };
  const auto device = honest<DatagramClient>(lamp, loses_one);
  ASSERT_TRUE(until([&] { return device->connected; }, *device));
  EXPECT_EQ(lost, 1u);
  EXPECT_EQ(device->attempts_failed, 0u);  // it was the same one, and nobody waited for its end
}

// Keys change again and again while messages go both ways, from either side.
template <class Client> class KeysChange : public UsmpDefectsTest {};
using Clients = testing::Types<DatagramClient, StreamClient>;
TYPED_TEST_SUITE(KeysChange, Clients);

TYPED_TEST(KeysChange, with_frames_in_flight_and_nothing_is_lost) {
  // Under each key more than 64 frames, which is the window; and so many messages on their way there and back.
  constexpr std::size_t messages = 600, rekey_every = 120, ahead = 8;
  const auto device = this->template honest<TypeParam>(this->lamp);
  std::size_t said = 0, changed = 0;
  Instant quiet_until{};
  ASSERT_TRUE(this->until(
      [&] {
        const auto keys_due = [&] { return said / rekey_every > changed; };
        while (!keys_due() && said < messages && said < device->heard.size() + ahead &&
               device->say(std::to_string(said)))
          ++said;
        if (keys_due() && UsmpEcho::now().tick > quiet_until) {
          const bool ours = ++changed % 2 == 0;
          EXPECT_TRUE(ours ? this->server_->hub.rekey(*this->server_->newest, UsmpEcho::now())
                           : device->client.rekey(UsmpEcho::now()));
          this->host_->inside([&] {
            this->server_->flush();
            device->flush();
          });
          quiet_until = UsmpEcho::now().tick + 300_ms;  // a peer may send eight control frames a second
        }
        return device->heard.size() == messages && changed == messages / rekey_every;
      },
      *device));
  for (std::size_t i = 0; i < messages; ++i) EXPECT_EQ(device->heard[i], std::to_string(i));
  EXPECT_EQ(device->delivered, messages);
  EXPECT_EQ(device->sessions_ended, 0u);
  EXPECT_EQ(this->server_->unanswered, 0u);
}

}  // namespace
}  // namespace tacit::net
