// Each message of the handshake comes back as it was sent, and from no other payload.
#include "tacit/usmp/handshake_messages.hpp"

#include <gtest/gtest.h>

#include "tests/unit/usmp/frames.hpp"

namespace tacit::usmp {
namespace {

using test::ByteVector;

template <class Array> Array filled(std::uint8_t first) {
  Array array;
  for (auto& byte : array) byte = first++;
  return array;
}

template <class Message> ByteVector encoded(const Message& message, std::uint32_t seq = 0) {
  ByteVector frame(frame_size_of<Message>);
  encode_handshake(Wire::v2, seq, message, frame);
  return frame;
}

template <class Message> Result<Message> decoded(MutBytes bytes) {
  const auto frame = decode_datagram(bytes, Wires::v2);
  if (!frame) return frame.error();
  return decode_handshake<Message>(*frame);
}

// Every payload but one of the right size is refused.
template <class Message> void expect_one_size() {
  for (std::size_t size = 0; size <= 100; ++size) {
    auto bytes = test::frame_of(type_of<Message>, test::some_bytes(size));
    const auto message = decoded<Message>(bytes);
    EXPECT_EQ(message.has_value(), size == wire::size_of<Message>) << size;
    if (!message) { EXPECT_EQ(message.error(), Reason::bad_length); }
  }
}

TEST(HandshakeMessages, come_back_as_they_were_sent) {
  const Hello hello{filled<DeviceId>(1), filled<PublicKey>(7), {}};
  auto bytes = encoded(hello, hello_seq);
  EXPECT_EQ(bytes.size(), 50u);
  const auto hello_back = decoded<Hello>(bytes);
  ASSERT_TRUE(hello_back);
  EXPECT_EQ(hello_back->device, hello.device);
  EXPECT_EQ(hello_back->public_key, hello.public_key);
  EXPECT_FALSE(hello_back->cookie);

  bytes = encoded(HelloRetry{filled<Cookie>(3)});
  EXPECT_EQ(bytes.size(), 28u);
  EXPECT_EQ(decoded<HelloRetry>(bytes)->cookie, filled<Cookie>(3));

  bytes = encoded(Challenge{filled<ChallengeNonce>(4), filled<PublicKey>(90)});
  EXPECT_EQ(bytes.size(), 76u);
  EXPECT_EQ(decoded<Challenge>(bytes)->nonce, filled<ChallengeNonce>(4));
  EXPECT_EQ(decoded<Challenge>(bytes)->public_key, filled<PublicKey>(90));

  bytes = encoded(HelloAck{filled<HandshakeMac>(5)});
  EXPECT_EQ(bytes.size(), 44u);
  EXPECT_EQ(decoded<HelloAck>(bytes)->mac, filled<HandshakeMac>(5));

  bytes = encoded(SessionOk{filled<SessionId>(6), filled<HandshakeMac>(40)});
  EXPECT_EQ(bytes.size(), 60u);
  EXPECT_EQ(decoded<SessionOk>(bytes)->session, filled<SessionId>(6));
  EXPECT_EQ(decoded<SessionOk>(bytes)->mac, filled<HandshakeMac>(40));
}

TEST(HandshakeMessages, hello_carries_a_cookie_behind_the_rest) {
  const Hello hello{filled<DeviceId>(1), filled<PublicKey>(7), filled<Cookie>(100)};
  ByteVector bytes(frame_size_of_hello(hello));
  EXPECT_EQ(bytes.size(), 66u);
  encode_handshake(Wire::v2, cookie_hello_seq, hello, bytes);
  const auto back = decoded<Hello>(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->device, hello.device);
  EXPECT_EQ(back->cookie, hello.cookie);
}

TEST(HandshakeMessages, have_one_size_each_and_hello_has_two) {
  expect_one_size<HelloRetry>();
  expect_one_size<Challenge>();
  expect_one_size<HelloAck>();
  expect_one_size<SessionOk>();
  for (std::size_t size = 0; size <= 100; ++size) {
    auto bytes = test::frame_of(FrameType::hello, test::some_bytes(size));
    EXPECT_EQ(decoded<Hello>(bytes).has_value(), size == 38 || size == 54) << size;
  }
}

TEST(HandshakeMessages, are_of_their_type) {
  auto bytes = test::frame_of(FrameType::session_ok, test::some_bytes(38));
  EXPECT_EQ(decoded<Hello>(bytes).error(), Reason::bad_type);
  bytes = test::frame_of(FrameType::hello, test::some_bytes(64));
  EXPECT_EQ(decoded<Challenge>(bytes).error(), Reason::bad_type);
}

TEST(HandshakeMessages, are_refused_when_cut_or_with_one_wrong_bit) {
  const Hello hello{filled<DeviceId>(1), filled<PublicKey>(7), {}};
  test::for_each_damage(encoded(hello), [](ByteVector bad) { EXPECT_FALSE(decoded<Hello>(bad)); });
  test::for_each_damage(encoded(HelloRetry{}), [](ByteVector bad) { EXPECT_FALSE(decoded<HelloRetry>(bad)); });
  test::for_each_damage(encoded(Challenge{}), [](ByteVector bad) { EXPECT_FALSE(decoded<Challenge>(bad)); });
  test::for_each_damage(encoded(HelloAck{}), [](ByteVector bad) { EXPECT_FALSE(decoded<HelloAck>(bad)); });
  test::for_each_damage(encoded(SessionOk{}), [](ByteVector bad) { EXPECT_FALSE(decoded<SessionOk>(bad)); });
}

}  // namespace
}  // namespace tacit::usmp
