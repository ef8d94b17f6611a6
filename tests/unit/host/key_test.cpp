// Goal: a key text is read back as what it is, and every other text is refused by name. Method: texts made
// here, then damaged in each place.
#include "tacit/host/key.hpp"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>

#include "tacit/crypto/backend/openssl_random.hpp"

namespace tacit::host {
namespace {

constexpr std::string_view created = "2026-11-22T02:30:00Z";

// Bytes first, first + 1, ...
Key counting_key(KeyKind kind, std::uint8_t first = 0) {
  std::array<std::uint8_t, 64> bytes{};
  for (std::uint8_t& byte : bytes) byte = first++;
  return Key(kind, bytes);
}

std::string text_of_key(const Key& key) {
  KeyText text;
  write_key_text(key, created, text);
  return std::string(text.reveal());
}

Attempt<KeyWithComment> read(std::string_view text, std::span<const KeyKind> wanted = nomq_kinds) {
  return read_key_text(text, "lab.key", wanted);
}

Fault fault_of(std::string_view text, std::span<const KeyKind> wanted = nomq_kinds) {
  const auto key = read(text, wanted);
  EXPECT_FALSE(key.has_value());
  EXPECT_TRUE(key.error().what.starts_with("lab.key: ")) << key.error().what;
  return key.error().fault;
}

TEST(Key, its_text_is_stable) {
  EXPECT_EQ(
      text_of_key(counting_key(KeyKind::nomq_v1)),
      "# tacit key  kind=nomq-v1  created=2026-11-22T02:30:00Z  fp=P3GC-67FY-ZG5G\n"
      "tacit-nomq-v1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-P-7gAkE\n");
}

TEST(Key, is_read_back_with_kind_and_date) {
  for (const KeyKind kind : nomq_kinds) {
    const Key key = counting_key(kind, 7);
    const auto again = read(text_of_key(key));
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->key.kind(), kind);
    EXPECT_EQ(text_of(again->key.reveal()), text_of(key.reveal()));
    EXPECT_EQ(again->created, created);
  }
}

TEST(Key, comments_blank_lines_and_foreign_line_ends_do_no_harm) {
  const std::string line =
      text_of_key(counting_key(KeyKind::nomq_v1)).substr(text_of_key(counting_key(KeyKind::nomq_v1)).find('\n') + 1);
  EXPECT_TRUE(read("# für die Werkstatt\n\n  # created=soon \n" + line + "\n# end").has_value());
  EXPECT_TRUE(read("\r\n  " + line.substr(0, line.size() - 1) + " \r\n").has_value());
  EXPECT_EQ(read("# created=\x1b[31m\n" + line).has_value(), false);
  EXPECT_EQ(read("# created=<blink>\n" + line)->created, "");
}

TEST(Key, every_changed_character_is_noticed) {
  const std::string text = text_of_key(counting_key(KeyKind::nomq_v1));
  const std::size_t start = text.find("\ntacit-") + 1;
  for (std::size_t at = start; at + 1 < text.size(); ++at) {
    for (const char other : {'A', 'B', 'z', '-', '9', '.'}) {
      std::string damaged = text;
      if (damaged[at] == other) continue;
      damaged[at] = other;
      EXPECT_FALSE(read(damaged).has_value()) << at << other;
    }
  }
}

TEST(Key, every_shorter_text_is_refused) {
  const std::string text = text_of_key(counting_key(KeyKind::nomq_legacy));
  for (std::size_t size = 0; size + 1 < text.size(); ++size)
    EXPECT_FALSE(read(text.substr(0, size)).has_value()) << size;
}

TEST(Key, the_wrong_kind_is_named) {
  const auto key = read(text_of_key(counting_key(KeyKind::nomq_legacy)), std::array{KeyKind::nomq_v1});
  ASSERT_FALSE(key.has_value());
  EXPECT_EQ(key.error().fault, Fault::wrong_kind);
  EXPECT_EQ(key.error().what, "lab.key: this is a nomq-legacy key, and nomq-v1 is wanted");
}

TEST(Key, the_same_bytes_under_another_prefix_are_another_key) {
  std::string text = text_of_key(counting_key(KeyKind::nomq_legacy));
  text.replace(text.find("tacit-nomq-legacy:"), 18, "tacit-nomq-v1:");
  EXPECT_EQ(fault_of(text), Fault::bad_checksum);
  EXPECT_NE(fingerprint(counting_key(KeyKind::nomq_v1)), fingerprint(counting_key(KeyKind::nomq_legacy)));
}

TEST(Key, each_kind_of_damage_has_its_name) {
  const std::string text = text_of_key(counting_key(KeyKind::nomq_v1));
  EXPECT_EQ(fault_of(""), Fault::empty_file);
  EXPECT_EQ(fault_of(std::string_view("\0\1\2", 3)), Fault::not_text);
  EXPECT_EQ(fault_of("# only a comment\n\n"), Fault::no_key);
  EXPECT_EQ(fault_of("hello\n"), Fault::no_key);
  EXPECT_EQ(fault_of(std::string(128, 'a')), Fault::no_key);
  EXPECT_EQ(fault_of(text + text), Fault::several_keys);
  EXPECT_EQ(fault_of("tacit-usmp-v9:AAAA\n"), Fault::unknown_kind);
  EXPECT_EQ(fault_of("tacit-nomq-v1:\n"), Fault::wrong_length);
  EXPECT_EQ(fault_of("tacit-nomq-v1:AAAA\n"), Fault::wrong_length);
  EXPECT_EQ(fault_of("tacit-nomq-v1:" + std::string(91, '!') + "\n"), Fault::bad_encoding);
  EXPECT_EQ(fault_of("tacit-nomq-v1:" + std::string(91, 'A') + "\n"), Fault::bad_checksum);
}

TEST(Key, a_problem_shows_nothing_of_the_key) {
  const std::string text = text_of_key(counting_key(KeyKind::nomq_v1));
  const std::string secret = text.substr(text.find("v1:") + 3, 12);
  for (const std::string& damaged : {text + text, text.substr(0, text.size() - 5),
                                     "x" + text.substr(text.find('\n') + 1), text.substr(text.find("v1:") + 3)}) {
    const auto key = read(damaged);
    ASSERT_FALSE(key.has_value());
    EXPECT_EQ((key.error().what + key.error().next_step).find(secret), std::string::npos) << key.error().what;
  }
}

TEST(Key, generated_keys_differ_and_so_do_their_fingerprints) {
  crypto::HostRandom random;
  const Key one = Key::generate(KeyKind::nomq_v1, random), other = Key::generate(KeyKind::nomq_v1, random);
  EXPECT_NE(text_of(one.reveal()), text_of(other.reveal()));
  EXPECT_NE(fingerprint(one), fingerprint(other));
}

TEST(Key, a_fingerprint_is_three_groups_of_four) {
  EXPECT_EQ(fingerprint(counting_key(KeyKind::nomq_v1)), "P3GC-67FY-ZG5G");
  EXPECT_EQ(fingerprint(counting_key(KeyKind::nomq_legacy)), "46VH-W0V0-CBBN");
}

TEST(Key, holds_the_two_keys_of_nomq_in_order) {
  const Key key = counting_key(KeyKind::nomq_v1);
  const NomqKeys keys = nomq_keys(key);
  EXPECT_EQ(keys.encryption.reveal()[0], 0);
  EXPECT_EQ(keys.mac.reveal()[0], 32);
  EXPECT_EQ(text_of(nomq_key(KeyKind::nomq_v1, keys).reveal()), text_of(key.reveal()));
}

static_assert(!std::is_copy_constructible_v<Key>, "a copy of a secret is asked for by name");

}  // namespace
}  // namespace tacit::host
