// Goal: the 16 bytes of the original's programs are read in each way that people write them, and nothing else is taken
// for them. Method: the published example key, written well and badly.
#include "tacit/host/e2e_key.hpp"

#include <gtest/gtest.h>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/hex.hpp"
#include "tests/unit/host/temporary_folder.hpp"

namespace tacit::host {
namespace {

constexpr std::string_view example = "762e4c1dc0a7d8b60e61bc68dc858bee";

std::string hex_of(const Attempt<Key>& key) { return key ? encode_hex(key->reveal()) : key.error().what; }

TEST(E2eKey, is_read_as_digits_and_as_the_literal_of_a_toit_program) {
  EXPECT_EQ(hex_of(read_e2e_hex("762e4c1dc0a7d8b60e61bc68dc858bee", "here")), example);
  EXPECT_EQ(hex_of(read_e2e_hex(" 762E4C1D c0a7d8b6 0e61bc68 dc858bee\r\n", "here")), example);
  EXPECT_EQ(hex_of(read_e2e_hex("#[0x76, 0x2e, 0x4c, 0x1d, 0xc0, 0xa7, 0xd8, 0xb6, 0x0e, 0x61, 0xbc, 0x68, 0xdc, 0x85, "
                                "0x8b, 0xee]\n",
                                "here")),
            example);
}

TEST(E2eKey, each_kind_of_damage_has_its_name_and_shows_nothing_of_the_key) {
  const auto fault_of = [](std::string_view text) {
    const auto key = read_e2e_hex(text, "here");
    EXPECT_FALSE(key) << text;
    EXPECT_EQ(key.error().what.find("762e"), std::string::npos);
    return key.error().fault;
  };
  EXPECT_EQ(fault_of(""), Fault::empty_file);
  EXPECT_EQ(fault_of("\n"), Fault::wrong_length);
  EXPECT_EQ(fault_of(example.substr(1)), Fault::wrong_length);
  EXPECT_EQ(fault_of(std::string(example) + "0"), Fault::wrong_length);
  EXPECT_EQ(fault_of("762e4c1dc0a7d8b60e61bc68dc858beg"), Fault::bad_encoding);
  EXPECT_EQ(fault_of(std::string("762e\0c1dc0a7d8b60e61bc68dc858bee", 32)), Fault::bad_encoding);
}

TEST(E2eKey, goes_to_the_original_and_back) {
  const TemporaryFolder folder;
  crypto::HostRandom random;
  const Key key = Key::generate(KeyKind::e2e, random);
  ASSERT_TRUE(create_e2e_hex_file(folder / "key.hex", key));
  const auto again = read_e2e_hex_file(folder / "key.hex");
  ASSERT_TRUE(again);
  EXPECT_EQ(fingerprint(*again), fingerprint(key));
  EXPECT_EQ(create_e2e_hex_file(folder / "key.hex", key).error().fault, Fault::already_exists);
}

TEST(E2eKey, its_key_file_is_one_line_of_its_own_kind) {
  KeyText text;
  write_key_text(*read_e2e_hex(example, "here"), "2026-11-22T02:30:00Z", text);
  EXPECT_NE(text.reveal().find("\ntacit-e2e:di5MHcCn2LYOYbxo3IWL7"), std::string_view::npos);
  EXPECT_EQ(read_key_text(text.reveal(), "here", nomq_kinds).error().fault, Fault::wrong_kind);
  const auto read = read_key_text(text.reveal(), "here", e2e_kinds);
  ASSERT_TRUE(read);
  EXPECT_EQ(encode_hex(read->key.reveal()), example);
}

TEST(E2eKey, the_key_that_everybody_can_read_about_is_known) {
  crypto::HostRandom random;
  EXPECT_TRUE(is_published_example(*read_e2e_hex(example, "here")));
  EXPECT_FALSE(is_published_example(Key::generate(KeyKind::e2e, random)));
}

}  // namespace
}  // namespace tacit::host
