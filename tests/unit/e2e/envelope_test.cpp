// The envelope as a receiver sees it: what was sealed opens once, within its window, and nothing that differs in one
// bit or ends early does. The original's own packets are in spec/vectors/mqtt-e2e.json, which the conformance tests
// run.
#include "tacit/e2e/envelope.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/e2e_side.hpp"

namespace tacit::e2e {
namespace {

using namespace literals;

constexpr PacketTime start(1'763'990'438'123'456'789);
constexpr PacketTime after(Duration time) { return PacketTime(start.ns + ns_of(time)); }

class Station {
 public:
  explicit Station(const EnvelopeConfig& config = {}, std::size_t packets = 64)
      : packets_(packets), oldest_(packets), buckets_(64), envelope(test::e2e_key(), config, tables(), random_) {}

  std::vector<std::uint8_t> seal(std::string_view message, PacketTime now = start, std::string_view topic = "t") {
    std::vector<std::uint8_t> out(envelope.packet_size(message.size()));
    const auto sealed = envelope.seal(topic, bytes_of(message), now, out);
    EXPECT_TRUE(sealed);
    EXPECT_EQ(sealed->size, out.size());
    return out;
  }
  // None: opened, and `said` is what it was.
  std::optional<Reason> open(std::vector<std::uint8_t> packet, PacketTime now = start, std::string_view topic = "t") {
    const auto opened = envelope.open(topic, packet, now);
    if (!opened) return opened.error();
    said = text_of(opened->message());
    sent_at = opened->sent_at();
    return std::nullopt;
  }

  std::string said;
  PacketTime sent_at;

 private:
  Seen::Tables tables() { return {packets_, oldest_, buckets_}; }

  std::vector<Seen::Packet> packets_;
  std::vector<Seen::Packet*> oldest_, buckets_;
  test::E2eRandom random_;

 public:
  Envelope envelope;
};

// A packet with any plaintext, of who has the key and no manners.
std::vector<std::uint8_t> forged(std::vector<std::uint8_t> text) {
  const crypto::AesGcm key(test::e2e_example_key);
  std::vector<std::uint8_t> packet(iv_size + text.size() + tag_size);
  copy(iv_of(start, {}), packet);
  copy(text, MutBytes(packet).subspan(iv_size));
  crypto::AesGcm::SealJob job{Bytes(packet).first(iv_size), bytes_of(default_aad),
                              MutBytes(packet).subspan(iv_size, text.size()), MutBytes(packet).last(tag_size)};
  key.seal({&job, 1});
  return packet;
}

TEST(Envelope, opens_what_was_sealed_at_every_length) {
  Station sender, receiver;
  for (std::size_t size = 0; size < 200; ++size) {
    const std::string message(size, 'x');
    const auto packet = sender.seal(message);
    EXPECT_EQ(packet.size(), 31 + std::max<std::size_t>(size, 50));
    ASSERT_EQ(receiver.open(packet), std::nullopt) << size;
    EXPECT_EQ(receiver.said, message);
  }
}

TEST(Envelope, refuses_any_bit_flipped_and_every_prefix) {
  Station sender, receiver;
  const auto good = sender.seal("21.5");
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bad = good;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1u << bit % 8);
    ASSERT_NE(receiver.open(bad), std::nullopt) << "bit " << bit;
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    auto bad = good;
    bad.resize(size);
    ASSERT_EQ(receiver.open(bad), size < overhead ? Reason::truncated : Reason::bad_mac) << size << " bytes";
  }
  EXPECT_EQ(receiver.open(good), std::nullopt);
}

TEST(Envelope, takes_what_is_as_old_or_as_far_ahead_as_its_window_says_and_not_a_nanosecond_more) {
  const EnvelopeConfig config{.past = 2_s, .future = 5_s};
  Station sender;
  EXPECT_EQ(Station(config).open(sender.seal("a"), after(2_s)), std::nullopt);
  EXPECT_EQ(Station(config).open(sender.seal("a"), PacketTime(after(2_s).ns + 20)), Reason::stale);
  Station ahead;
  EXPECT_EQ(Station(config).open(ahead.seal("a", after(5_s))), std::nullopt);
  EXPECT_EQ(Station(config).open(ahead.seal("a", after(5_s))), Reason::future);
}

TEST(Envelope, has_a_window_of_any_number_of_nanoseconds) {
  const EnvelopeConfig config{.past = PacketSpan(3), .future = PacketSpan(2)};
  const auto opened_ns_later = [&](std::int64_t ns) {
    return Station(config).open(Station().seal("a"), PacketTime(start.ns + ns));
  };
  EXPECT_EQ(opened_ns_later(3), std::nullopt);
  EXPECT_EQ(opened_ns_later(4), Reason::stale);
  EXPECT_EQ(opened_ns_later(-2), std::nullopt);
  EXPECT_EQ(opened_ns_later(-3), Reason::future);
}

TEST(Envelope, says_what_is_wrong_with_what_a_key_holder_made) {
  Station receiver;
  EXPECT_EQ(receiver.open(forged({2, 0, 0})), Reason::bad_version);
  EXPECT_EQ(receiver.open(forged({0, 1, 0})), Reason::bad_version);
  EXPECT_EQ(receiver.open(forged({1, 0, 1})), Reason::bad_length);
  EXPECT_EQ(receiver.open(forged({1, 0, 3, 'a', 'b'})), Reason::bad_length);
  EXPECT_EQ(receiver.open(forged({1, 0})), Reason::truncated);
  EXPECT_EQ(receiver.open(forged({1, 0, 2, 'a', 'b'})), std::nullopt);  // none of them was remembered
  EXPECT_EQ(receiver.said, "ab");
}

TEST(Envelope, looks_at_nothing_that_is_longer_than_its_cap) {
  Station sender, receiver({.packet_max = 80});
  EXPECT_EQ(receiver.open(sender.seal("a")), Reason::too_large);
  Station exact({.packet_max = 81});
  EXPECT_EQ(exact.open(sender.seal("a")), std::nullopt);
}

TEST(Envelope, refuses_to_send_what_the_original_would_cut) {
  Station sender({.packet_max = 100'000}), receiver({.packet_max = 100'000});
  std::vector<std::uint8_t> out(70'000);
  EXPECT_EQ(sender.envelope.seal("t", std::vector<std::uint8_t>(65'536), start, out).error(), Reason::too_large);
  ASSERT_EQ(receiver.open(sender.seal(std::string(65'535, 'x'))), std::nullopt);
  EXPECT_EQ(receiver.said.size(), 65'535u);
}

TEST(Envelope, never_gives_two_packets_one_time) {
  Station sender, receiver;
  for (int n = 0; n < 20; ++n) {
    ASSERT_EQ(receiver.open(sender.seal("a")), std::nullopt);
    EXPECT_EQ(receiver.sent_at.ns, start.ns + n);
  }
}

TEST(Envelope, follows_a_clock_that_was_put_back_and_says_so) {
  Station sender;
  std::vector<std::uint8_t> out(81);
  const auto stepped = [&](Duration at) { return sender.envelope.seal("t", {}, after(at), out)->clock_stepped_back; };
  EXPECT_FALSE(stepped(100_s));
  EXPECT_FALSE(stepped(99_s));
  EXPECT_TRUE(stepped(50_s));
  EXPECT_FALSE(stepped(50_s));
  Station receiver;
  EXPECT_EQ(receiver.open(out, after(50_s)), std::nullopt);
  EXPECT_EQ(receiver.sent_at.ns, after(50_s).ns + 1);
}

TEST(Envelope, keeps_a_replay_out_when_the_clock_leaps_ahead_and_comes_back) {
  for (const std::size_t room : {4, 64}) {  // the smaller one has had to forget it
    Station sender, receiver({}, room);
    const auto packet = sender.seal("open the door");
    ASSERT_EQ(receiver.open(packet), std::nullopt);
    Station other;
    for (int n = 0; n < 3; ++n) ASSERT_EQ(receiver.open(other.seal("a", after(3600_s)), after(3600_s)), std::nullopt);
    EXPECT_EQ(receiver.open(packet, after(1_s)), room == 4 ? Reason::too_old : Reason::replay);
    Station later;
    EXPECT_EQ(receiver.open(later.seal("b", after(1_s)), after(1_s)), std::nullopt);
  }
}

TEST(Envelope, whose_memory_is_full_refuses_what_comes_late_and_nothing_twice) {
  Station sender, receiver({}, 4);
  std::vector<std::vector<std::uint8_t>> packets;
  for (int n = 0; n < 8; ++n) packets.push_back(sender.seal("a", after(Duration{n * 1'000'000})));
  for (const int n : {0, 2, 3, 4, 5, 6})
    ASSERT_EQ(receiver.open(packets[static_cast<std::size_t>(n)], after(6_s)), std::nullopt) << n;
  EXPECT_EQ(receiver.open(packets[1], after(6_s)), Reason::replay_memory_full);  // new, but who knows
  for (const int n : {0, 2})
    EXPECT_EQ(receiver.open(packets[static_cast<std::size_t>(n)], after(6_s)), Reason::replay_memory_full) << n;
  for (const int n : {3, 4, 5, 6})
    EXPECT_EQ(receiver.open(packets[static_cast<std::size_t>(n)], after(6_s)), Reason::replay) << n;
  EXPECT_EQ(receiver.open(packets[7], after(7_s)), std::nullopt);
}

TEST(Envelope, remembers_a_packet_of_the_future_until_its_own_time_has_passed) {
  Station sender, receiver, other;
  const auto packet = sender.seal("a", after(14_s));
  ASSERT_EQ(receiver.open(packet), std::nullopt);
  for (int second = 1; second <= 29; ++second) {
    const PacketTime now = after(Duration{second * 1'000'000});
    ASSERT_EQ(receiver.open(other.seal("b", now), now), std::nullopt);
    EXPECT_EQ(receiver.open(packet, now), Reason::replay) << second;
  }
}

TEST(Envelope, names_a_packet_that_it_knows_whatever_its_time) {
  Station sender, receiver;
  const auto packet = sender.seal("a");
  ASSERT_EQ(receiver.open(packet), std::nullopt);
  for (const Duration later : {16_s, Duration{-16'000'000}, 3600_s}) {
    EXPECT_EQ(receiver.open(packet, after(later)), Reason::replay);
    EXPECT_EQ(sender.open(packet, after(later)), Reason::own);
  }
}

TEST(Envelope, knows_its_own) {
  Station sender;
  const auto packet = sender.seal("a");
  EXPECT_EQ(sender.open(packet), Reason::own);
  Station again;
  again.envelope.remember_own(iv_of(packet), start);
  EXPECT_EQ(again.open(packet), Reason::own);
}

TEST(Envelope, can_refuse_all_that_was_made_before_a_moment) {
  Station sender, receiver;
  receiver.envelope.refuse_before(after(1_s));
  EXPECT_EQ(receiver.open(sender.seal("a"), after(2_s)), Reason::before_start);
  EXPECT_EQ(receiver.open(sender.seal("a", after(1_s)), after(2_s)), std::nullopt);
}

TEST(Envelope, of_another_key_or_aad_opens_nothing) {
  Station sender({.aad = bytes_of("a garden")}), receiver;
  EXPECT_EQ(receiver.open(sender.seal("a")), Reason::bad_mac);
  EXPECT_EQ(Station({.aad = {}}).open(sender.seal("a")), Reason::bad_mac);
  EXPECT_EQ(Station({.aad = bytes_of("a garden")}).open(sender.seal("a")), std::nullopt);
}

TEST(Envelope, bound_to_its_topic_covers_aad_zero_and_topic) {
  const EnvelopeConfig bound{.binding = Binding::topic_not_interoperable};
  Station sender(bound);
  const std::string aad = std::string(default_aad) + '\0' + "base/iot/x";
  Station spelt_out({.aad = bytes_of(aad)});
  EXPECT_EQ(spelt_out.open(sender.seal("a", start, "base/iot/x")), std::nullopt);
  EXPECT_EQ(Station(bound).open(sender.seal("a", start, "base/iot/x"), start, "base/iot/y"), Reason::bad_mac);
  const std::string longest(bound_aad_max - default_aad.size() - 1, 't');
  EXPECT_EQ(Station(bound).open(sender.seal("a", start, longest), start, longest), std::nullopt);
  std::vector<std::uint8_t> out(81);
  EXPECT_EQ(sender.envelope.seal(longest + "t", {}, start, out).error(), Reason::too_large);
  EXPECT_EQ(sender.open(out, start, longest + "t"), Reason::too_large);
}

}  // namespace
}  // namespace tacit::e2e
