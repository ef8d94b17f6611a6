// Goal: configuration files and signatures are those of the original. Method: vectors that it made, then
// files of our own that each break one rule.
#include "tacit/host/nomq_config_file.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/hex.hpp"
#include "tacit/host/signature.hpp"
#include "temporary_folder.hpp"

namespace tacit::host {
namespace {

const nlohmann::json& vectors() {
  static const nlohmann::json file = nlohmann::json::parse(std::ifstream(TACIT_SOURCE_DIR "/spec/vectors/nomq.json"));
  return file;
}

std::string text(const nlohmann::json& json) { return json.get<std::string>(); }

template <std::size_t N> std::array<std::uint8_t, N> bytes_of_hex(const std::string& hex) {
  std::array<std::uint8_t, N> bytes{};
  EXPECT_TRUE(decode_hex(hex, bytes));
  return bytes;
}

Attempt<NomqConfig> read_sealed(std::string_view json) {
  return read_nomq_config(seal_nomq_config(json, crypto::Iv{1, 2, 3}), "nomq_config.json");
}

std::string json_with(const std::string& more) {
  return R"({"encryption_key": ")" + std::string(64, 'a') + R"(", "hmac_key": ")" + std::string(64, 'B') + '"' + more +
         "}";
}

TEST(NomqConfigFile, what_the_original_wrote_is_read_and_written_byte_for_byte) {
  ASSERT_EQ(vectors()["config_files"].size(), 3u);
  for (const auto& one : vectors()["config_files"]) {
    SCOPED_TRACE(one["name"]);
    const auto iv = bytes_of_hex<16>(one["iv"]);
    EXPECT_EQ(seal_nomq_config(text(one["plaintext_json"]), iv), text(one["file"]));

    const auto config = read_nomq_config(text(one["file"]), "file");
    ASSERT_TRUE(config.has_value());
    const auto& reload = one["genuine_reload"];
    EXPECT_EQ(config->ip, text(reload["ip"]));
    EXPECT_EQ(config->port, reload["port"].get<int>());
    EXPECT_EQ(config->use_ipv6, reload["use_ipv6"].get<bool>());
    EXPECT_EQ(encode_hex(config->keys.encryption.reveal()), text(reload["encryption_key"]));
    EXPECT_EQ(encode_hex(config->keys.mac.reveal()), text(reload["hmac_key"]));
  }
}

TEST(NomqConfigFile, what_the_original_refuses_is_refused_and_nothing_else) {
  ASSERT_EQ(vectors()["config_files_negative"].size(), 8u);
  for (const auto& one : vectors()["config_files_negative"]) {
    const auto config = read_nomq_config(text(one["file"]), "file");
    EXPECT_EQ(config.has_value(), text(one["expect"]) == "accept") << one["name"];
  }
}

TEST(NomqConfigFile, what_is_absent_has_the_originals_default_and_what_is_unknown_does_no_harm) {
  const auto config = read_sealed(json_with(R"(, "colour": ["green"])"));
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->ip, "0.0.0.0");
  EXPECT_EQ(config->port, 8888);
  EXPECT_FALSE(config->use_ipv6);
  EXPECT_EQ(config->keys.encryption.reveal()[0], 0xAA);
  EXPECT_EQ(config->keys.mac.reveal()[31], 0xBB);
}

TEST(NomqConfigFile, each_kind_of_damage_has_its_name) {
  const auto fault_of = [](std::string_view json) { return read_sealed(json).error().fault; };
  EXPECT_EQ(fault_of("[]"), Fault::bad_syntax);
  EXPECT_EQ(fault_of("{"), Fault::bad_syntax);
  EXPECT_EQ(fault_of("{}"), Fault::missing_member);
  EXPECT_EQ(fault_of(R"({"encryption_key": ")" + std::string(64, 'a') + R"("})"), Fault::missing_member);
  EXPECT_EQ(fault_of(R"({"encryption_key": 5})"), Fault::wrong_type);
  EXPECT_EQ(fault_of(R"({"encryption_key": "abc"})"), Fault::wrong_length);
  EXPECT_EQ(fault_of(json_with(R"(, "port": "8888")")), Fault::wrong_type);
  EXPECT_EQ(fault_of(json_with(R"(, "port": 1.5)")), Fault::wrong_type);
  EXPECT_EQ(fault_of(json_with(R"(, "port": 65536)")), Fault::out_of_range);
  EXPECT_EQ(fault_of(json_with(R"(, "port": -1)")), Fault::out_of_range);
  EXPECT_EQ(fault_of(json_with(R"(, "port": 18446744073709551615)")), Fault::out_of_range);
  EXPECT_EQ(fault_of(json_with(R"(, "ip": 1)")), Fault::wrong_type);
  EXPECT_EQ(fault_of(json_with(R"(, "use_ipv6": 1)")), Fault::wrong_type);

  const auto fault_of_file = [](std::string_view file) { return read_nomq_config(file, "file").error().fault; };
  EXPECT_EQ(fault_of_file(""), Fault::empty_file);
  EXPECT_EQ(fault_of_file("\n\n"), Fault::empty_file);
  EXPECT_EQ(fault_of_file("{\"ip\": \"0.0.0.0\"}"), Fault::bad_encoding);
  EXPECT_EQ(fault_of_file("tacit-nomq-legacy:AAAA\n"), Fault::bad_encoding);
  EXPECT_EQ(fault_of_file("AAAA"), Fault::wrong_length);
  EXPECT_EQ(fault_of_file(std::string(20'000, 'A')), Fault::file_too_large);
}

TEST(NomqConfigFile, every_shorter_file_is_refused) {
  const std::string file = vectors()["config_files"][0]["file"];
  for (std::size_t size = 0; size + 1 < file.size(); ++size)
    EXPECT_FALSE(read_nomq_config(file.substr(0, size), "file").has_value()) << size;
}

TEST(NomqConfigFile, what_we_write_is_read_again) {
  const TemporaryFolder folder;
  crypto::HostRandom random;
  NomqConfig config{.ip = "fe80::1\"\n", .port = 18888, .use_ipv6 = true};
  config.keys.mac.fill()[31] = 9;
  ASSERT_TRUE(create_nomq_config_file(folder / "nomq_config.json", config, random).has_value());
  const auto again = read_nomq_config_file(folder / "nomq_config.json");
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->ip, config.ip);
  EXPECT_EQ(again->port, config.port);
  EXPECT_TRUE(again->use_ipv6);
  EXPECT_EQ(text_of(again->keys.mac.reveal()), text_of(config.keys.mac.reveal()));
}

TEST(Signature, is_that_of_the_original_in_both_forms) {
  const Secret<32> key(bytes_of_hex<32>(vectors()["keys"]["hmac_key"]));
  ASSERT_EQ(vectors()["signatures"].size(), 3u);
  for (const auto& one : vectors()["signatures"]) {
    const std::string hex = one["message_utf8"];
    std::string message(hex.size() / 2, '\0');
    ASSERT_TRUE(decode_hex(hex, {reinterpret_cast<std::uint8_t*>(message.data()), message.size()}));
    for (const auto& [form, name] :
         {std::pair{SignatureForm::suffix, "signature"}, {SignatureForm::hmac, "signature_hmac"}}) {
      const auto signature = bytes_of_hex<32>(one[name]);
      EXPECT_EQ(encode_hex(gen_signature(form, key, message)), text(one[name]));
      EXPECT_TRUE(authenticate(form, key, signature, message));
      EXPECT_FALSE(authenticate(form, key, signature, message + "."));
      EXPECT_FALSE(authenticate(form, key, Bytes(signature).first(31), message));
    }
  }
}

TEST(Signature, signs_the_word_auth_unless_told_otherwise) {
  const Secret<32> key;
  EXPECT_EQ(gen_signature(SignatureForm::hmac, key), gen_signature(SignatureForm::hmac, key, "auth"));
}

TEST(Hex, reads_either_case_and_nothing_else) {
  std::array<std::uint8_t, 2> out{};
  EXPECT_TRUE(decode_hex("aBCd", out));
  EXPECT_EQ(encode_hex(out), "abcd");
  for (const std::string_view text : {"", "abc", "abcde", "abcg", "ab d", "0xab"}) EXPECT_FALSE(decode_hex(text, out));
}

}  // namespace
}  // namespace tacit::host
