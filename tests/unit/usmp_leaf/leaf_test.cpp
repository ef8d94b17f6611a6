// Goal: a program without the other transport, version 1 and a REKEY of its own still speaks the protocol. Method: its
// sessions speak with one another, and hear what others could say, made by hand.
#include <gtest/gtest.h>

#include "../../support/usmp_side.hpp"
#include "tacit/usmp/client.hpp"

namespace tacit::usmp {

namespace {

using namespace test;

constexpr Transport transport = features.stream ? Transport::stream : Transport::datagrams;
constexpr Transport other_transport = features.stream ? Transport::datagrams : Transport::stream;

Side::Plan plan(Role role) {
  Side::Plan plan;
  plan.role = role;
  plan.transport = transport;
  return plan;
}

// A frame of the server's.
std::vector<std::uint8_t> sealed(const Keys& keys, FrameType type, std::uint32_t seq, Bytes text) {
  std::vector<std::uint8_t> frame(sealed_size(text.size()));
  seal(crypto::AesGcm(keys.server_to_client.reveal()), some_session, {.type = type, .seq = seq}, text, frame);
  return frame;
}

TEST(UsmpLeaf, messages_of_every_size_go_both_ways) {
  Side client(plan(Role::client)), server(plan(Role::server));
  for (const std::size_t size : std::array<std::size_t, 5>{0, 1, 452, 453, 1808}) {
    ASSERT_TRUE(client.send(size));
    ASSERT_TRUE(server.send(size));
  }
  for (int ms = 0; ms < 1000; ms += 50) converse(client, server, at_ms(ms));
  for (const Side* side : {&client, &server}) {
    ASSERT_EQ(side->heard.size(), 5U);
    EXPECT_EQ(side->heard[4].size(), 1808U);
    EXPECT_EQ(side->delivered(), 5U);
  }
}

TEST(UsmpLeaf, it_begins_no_rekey) {
  Side client(plan(Role::client));
  EXPECT_EQ(client.session.rekey().error(), Reason::not_supported);
}

TEST(UsmpLeaf, it_follows_the_rekey_of_its_peer) {
  Side client(plan(Role::client));
  const std::array<std::uint8_t, rekey_salt_size> salt{9, 8, 7};
  const Keys before = some_keys(), after = rekeyed(before, Role::server, some_session, salt);
  ASSERT_TRUE(client.hear(sealed(before, FrameType::rekey, 0, salt), at_ms(0)));
  ASSERT_TRUE(client.hear(sealed(after, FrameType::data, 0, bytes_of("new")), at_ms(1)));
  EXPECT_EQ(client.heard, std::vector<std::string>{"new"});
}

TEST(UsmpLeaf, version_1_is_refused_as_that) {
  std::array<std::uint8_t, header_size> frame;
  encode_frame({.wire = Wire::v1, .type = FrameType::hello}, frame);
  EXPECT_EQ(decode_datagram(frame, Wires::both).error(), Reason::bad_version);
}

TEST(UsmpLeafDeathTest, a_session_over_the_other_transport_stops_the_program) {
  Side::Plan wrong = plan(Role::client);
  wrong.transport = other_transport;
  EXPECT_DEATH(Side{wrong}, "");
}

TEST(UsmpLeafDeathTest, a_client_that_is_to_speak_version_1_stops_the_program) {
  ClientMemory<ClientSizes{}> memory;
  CountingRandom random;
  const Psk psk = *Psk::of(std::array<std::uint8_t, 32>{1});
  ClientConfig config;
  config.wires = Wires::both;
  if constexpr (features.stream) EXPECT_DEATH((StreamClient{config, psk, memory.tables(), random}), "");
  else EXPECT_DEATH((DatagramClient{config, psk, Path{}, memory.tables(), random}), "");
}

}  // namespace

}  // namespace tacit::usmp
