// What stands in front of a message, in both layouts of the deployed boards; and what no sender could have meant.
#include "tacit/nomq/body.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace tacit::nomq {
namespace {

std::vector<std::uint8_t> body_of(const std::string& message, Profile profile) {
  PublishFront room;
  const Bytes front =
      write_publish_front({0, 1'750'000'000, 0xC0FF'EE01, static_cast<std::uint32_t>(message.size())}, profile, room);
  std::vector<std::uint8_t> body(front.begin(), front.end());
  body.insert(body.end(), message.begin(), message.end());
  return body;
}

RC_GTEST_PROP(Body, is_read_as_it_was_written, (const std::string& message)) {
  for (const Profile profile : {Profile::v1, Profile::legacy}) {
    const auto body = body_of(message, profile);
    RC_ASSERT(body.size() == message.size() + (profile == Profile::v1 ? 16 : 20));
    const auto read = read_publish(body, profile);
    RC_ASSERT(read.has_value());
    RC_ASSERT(text_of(read->message) == message);
    RC_ASSERT(read->preamble.published_s == 1'750'000'000u);
    RC_ASSERT(read->preamble.nonce == 0xC0FF'EE01u);
  }
}

// The original sends 16 bytes and reads 20: a legacy node takes both, v1 only its own.
RC_GTEST_PROP(Body, of_an_original_board_is_read_by_legacy_and_of_legacy_by_nobody_else, (const std::string& message)) {
  const auto body = body_of(message, Profile::v1);
  const auto original = read_publish(body, Profile::legacy);
  RC_ASSERT(original.has_value());
  RC_ASSERT(text_of(original->message) == message);
  RC_ASSERT(read_publish(body_of(message, Profile::legacy), Profile::v1).error() == Reason::bad_body);
}

TEST(Body, is_refused_at_any_other_length) {
  for (const Profile profile : {Profile::v1, Profile::legacy}) {
    auto body = body_of("3.2 bar", profile);
    for (std::size_t size = 0; size < body.size(); ++size) {
      if (profile == Profile::legacy && size + legacy_filler == body.size()) continue;  // an original board's
      EXPECT_EQ(read_publish(Bytes(body).first(size), profile).error(), Reason::bad_body) << size;
    }
    body.push_back(0);
    EXPECT_EQ(read_publish(body, profile).error(), Reason::bad_body);
  }
}

TEST(Body, whose_length_field_would_overflow_is_refused) {
  auto body = body_of("", Profile::legacy);
  for (const std::size_t at : {12u, 13u, 14u, 15u}) body[at] = 0xFF;
  EXPECT_EQ(read_publish(body, Profile::legacy).error(), Reason::bad_body);
}

TEST(HeartbeatFlags, say_what_they_were_made_of_and_ask_when_they_are_zero) {
  for (const bool asks : {false, true})
    for (const bool wants : {false, true}) {
      const auto flags = HeartbeatFlags::of(HeartbeatFlags{asks, wants}.bits());
      EXPECT_EQ(flags.asks, asks);
      EXPECT_EQ(flags.wants_subscriptions, wants);
    }
  EXPECT_TRUE(HeartbeatFlags::of(0).asks) << "as the original sends it";
}

}  // namespace
}  // namespace tacit::nomq
