// Goal: ids, keys and names are what they look like, and nothing else passes. Method: each form and its damaged ones.
#include "tacit/host/device.hpp"

#include <gtest/gtest.h>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/device_record.hpp"
#include "tests/unit/host/temporary_folder.hpp"

namespace tacit::host {
namespace {

constexpr DeviceId some_id{0x00, 0x1A, 0x2B, 0x3C, 0x4D, 0x5E};

Psk psk_of_size(std::size_t size) { return *psk_from(std::vector<std::uint8_t>(size, 7), "here"); }

TEST(Device, an_id_is_six_bytes_in_hex_with_colons) {
  EXPECT_EQ(to_text(some_id), "00:1a:2b:3c:4d:5e");
  EXPECT_EQ(device_id_from("00:1A:2b:3c:4D:5e"), some_id);
  for (const char* wrong : {"", "00:1a:2b:3c:4d", "00:1a:2b:3c:4d:5e:6f", "00-1a-2b-3c-4d-5e", "001a2b3c4d5e",
                            "00:1a:2b:3c:4d:5g", "0:1a:2b:3c:4d:5ee", " 0:1a:2b:3c:4d:5e"})
    EXPECT_FALSE(device_id_from(wrong)) << wrong;
}

TEST(Device, a_random_id_is_no_chips_address) {
  crypto::HostRandom random;
  for (int i = 0; i < 100; ++i) EXPECT_EQ(random_device_id(random)[0] & 3, 2);
}

TEST(Device, a_psk_has_at_least_16_bytes_and_of_a_long_one_the_hash_is_kept) {
  EXPECT_EQ(psk_from(std::array<std::uint8_t, 15>{}, "a.psk").error().fault, Fault::weak_key);
  EXPECT_EQ(psk_of_size(65).reveal().size(), 32u);
  EXPECT_EQ(psk_of_size(16).reveal().size(), 16u);
  EXPECT_EQ(psk_of_size(64).reveal().size(), 64u);
  crypto::HostRandom random;
  EXPECT_EQ(generate_psk(random).reveal().size(), 32u);
}

TEST(Device, its_key_file_holds_id_and_psk_of_any_size) {
  for (const std::size_t size : {16u, 17u, 18u, 32u, 63u, 64u}) {
    KeyText text;
    write_key_text(key_of(some_id, psk_of_size(size)), "", text);
    const auto read = read_key_text(text.reveal(), "here", usmp_kinds);
    ASSERT_TRUE(read.has_value()) << size;
    const UsmpKey key = usmp_key(read->key);
    EXPECT_EQ(key.device, some_id);
    EXPECT_EQ(text_of(key.psk.reveal()), std::string(size, 7));
  }
}

TEST(Device, a_key_file_with_less_or_more_than_a_key_is_refused) {
  KeyText text;
  write_key_text(key_of(some_id, psk_of_size(16)), "", text);
  const std::string whole(text.reveal());
  EXPECT_EQ(read_key_text(whole.substr(0, whole.size() - 2), "here", usmp_kinds).error().fault, Fault::wrong_length);
  EXPECT_EQ(read_key_text("tacit-usmp:" + std::string(100, 'A'), "here", usmp_kinds).error().fault,
            Fault::wrong_length);
  for (std::size_t at = whole.find("usmp:") + 5; at + 1 < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = damaged[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(read_key_text(damaged, "here", usmp_kinds).has_value()) << at;
  }
}

TEST(Device, a_name_is_text_that_looks_like_nothing_else) {
  for (const char* right : {"boiler", "living room", "größe", "a", "-1"})
    EXPECT_TRUE(check_device_name(right, "")) << right;
  for (const std::string wrong : {"", " boiler", "boiler ", "a/b", "a+b", "a#b", "a\nb", "a\x1b[0m", "\xff",
                                  "a\xc2\x9b"
                                  "b",
                                  "00:1a:2b:3c:4d:5e"})
    EXPECT_EQ(check_device_name(wrong, "here").error().fault, Fault::out_of_range) << wrong;
  EXPECT_TRUE(check_device_name(std::string(64, 'a'), ""));
  EXPECT_FALSE(check_device_name(std::string(65, 'a'), ""));
}

TEST(Device, a_referred_key_file_has_to_be_the_devices_own) {
  const TemporaryFolder folder;
  KeyText text;
  write_key_text(key_of(some_id, psk_of_size(32)), "", text);
  const KeySource reference = KeyReference{folder.write("a.key", std::string(text.reveal()))};
  EXPECT_TRUE(psk_of(reference, some_id).has_value());
  EXPECT_EQ(psk_of(reference, DeviceId{1}).error().fault, Fault::wrong_kind);
  EXPECT_EQ(psk_of(KeyReference{folder / "absent"}, some_id).error().fault, Fault::cannot_read);
}

}  // namespace
}  // namespace tacit::host
