// Goal: one text for each sequence of bytes, and no other text is read. Method: RFC 4648 section 10, and
// every length and every foreign character.
#include "tacit/host/base64.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace tacit::host {
namespace {

std::string encoded(Base64 form, std::string_view bytes) {
  std::string room(base64_length(form, bytes.size()), '?');
  return std::string(encode_base64(form, bytes_of(bytes), room));
}

std::optional<std::string> decoded(Base64 form, std::string_view text) {
  std::vector<std::uint8_t> room(text.size());
  const auto bytes = decode_base64(form, text, room);
  if (!bytes) return std::nullopt;
  return std::string(text_of(*bytes));
}

TEST(Base64, writes_and_reads_the_examples_of_rfc_4648) {
  const std::array<std::array<std::string_view, 2>, 7> examples{{{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"}}};
  for (const auto& [bytes, text] : examples) {
    EXPECT_EQ(encoded(Base64::standard, bytes), text);
    EXPECT_EQ(decoded(Base64::standard, text), bytes);
    const std::string_view unpadded = text.substr(0, text.find('='));
    EXPECT_EQ(encoded(Base64::url, bytes), unpadded);
    EXPECT_EQ(decoded(Base64::url, unpadded), bytes);
  }
}

TEST(Base64, every_byte_survives_in_every_place) {
  for (std::size_t length = 0; length < 7; ++length) {
    for (int byte = 0; byte < 256; ++byte) {
      const std::string bytes(length, static_cast<char>(byte));
      EXPECT_EQ(decoded(Base64::standard, encoded(Base64::standard, bytes)), bytes);
      EXPECT_EQ(decoded(Base64::url, encoded(Base64::url, bytes)), bytes);
    }
  }
}

TEST(Base64, nothing_else_is_read) {
  for (const std::string_view text :
       {"Z", "Zg", "Zg=", "Zg===", "====", "Zh==", "Zm9=", "Zm-v", "Zm 9", "Zm9v\n", "=Zg="})
    EXPECT_EQ(decoded(Base64::standard, text), std::nullopt) << text;
  for (const std::string_view text : {"Z", "Zg==", "Zh", "Zm9", "Zm+v", "Zm9v="})
    EXPECT_EQ(decoded(Base64::url, text), std::nullopt) << text;
}

}  // namespace
}  // namespace tacit::host
