// Files of USMP that are not what they should be: each is refused by name, with its place, before anything of it runs.
#include <functional>

#include "tests/unit/host/conformance/altered.hpp"

namespace tacit::host::conformance {
namespace {

const json& usmp_file() {
  static const json file = original("usmp.json");
  return file;
}

// The file of the original with one change.
void expect_refused(const std::function<void(json&)>& spoil, Fault fault, const std::string& what) {
  json spoiled = usmp_file();
  spoil(spoiled);
  expect_bad_file(spoiled.dump(), fault, what);
}

std::function<void(json&)> set(const std::string& pointer, const json& value) {
  return [=](json& f) { f[json::json_pointer(pointer)] = value; };
}

TEST(UsmpVectorFile, has_sections_that_are_known) {
  expect_refused(set("/receive", json::array()), Fault::unknown_name, "there is no member \"receive\"");
  expect_refused(set("/keys", json::object()), Fault::unknown_name, "there is no member \"keys\"");
  expect_refused(set("/utack", json::object()), Fault::wrong_type, "utack has to be an array");
  expect_refused(set("/legacy_v1", json::array({1})), Fault::wrong_type, "legacy_v1 has to be an object");
}

TEST(UsmpVectorFile, may_lack_sections_and_may_hold_empty_ones) {
  json file = usmp_file();
  file.erase("chacha20poly1305_frame");
  file.erase("legacy_v1");
  file["negative"] = json::array();
  file["transcripts"] = json::array();
  const auto read = read_vectors(file.dump(), "smaller.json");
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(closing_line(run(*read)), "27 passed, 0 failed");
}

TEST(UsmpVectorFile, holds_a_case) {
  const auto read = read_vectors(json{{"about", usmp_file()["about"]}, {"utack", json::array()}}.dump(), "bad.json");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().fault, Fault::empty_file);
}

TEST(UsmpVectorFile, has_the_session_that_two_of_its_sections_are_about) {
  const auto no_session = [](const char* other) {
    return [other](json& f) {
      f.erase("transcripts");
      f.erase(other);
    };
  };
  expect_refused(no_session("negative"), Fault::missing_member, "has no transcripts[0]");
  expect_refused(no_session("legacy_v1"), Fault::missing_member, "has no transcripts[0]");
}

// Each member of each object, where its absence and its name matter alike.
void expect_exact_members(const std::string& pointer, const std::string& place,
                          const std::vector<std::string>& optional) {
  const json& object = usmp_file()[json::json_pointer(pointer)];
  for (const auto& [member, value] : object.items()) {
    if (std::find(optional.begin(), optional.end(), member) != optional.end()) continue;
    SCOPED_TRACE(pointer + "/" + member);
    expect_refused([&](json& f) { f[json::json_pointer(pointer)].erase(member); }, Fault::missing_member,
                   place + " has no " + member);
  }
  expect_refused(set(pointer + "/surprise", 1), Fault::unknown_name, place + " there is no member \"surprise\"");
  expect_refused(set(pointer, 7), Fault::wrong_type, place + " has to be an object");
}

TEST(UsmpVectorFile, misses_no_member_and_has_no_other_in_any_section) {
  for (const auto& [section, elements] : usmp_file().items())
    if (elements.is_array()) expect_exact_members("/" + section + "/0", section + "[0]", {"note"});
  expect_exact_members("/legacy_v1", "legacy_v1", {"note"});
  for (std::size_t i = 0; i < usmp_file()["legacy_v1"]["frames"].size(); ++i)
    expect_exact_members("/legacy_v1/frames/" + std::to_string(i), "legacy_v1.frames[" + std::to_string(i) + "]",
                         {"note"});
  for (const std::size_t t : {0u, 1u, 2u}) {
    const std::string transcript = std::to_string(t);
    expect_exact_members("/transcripts/" + transcript + "/inputs", "transcripts[" + transcript + "].inputs",
                         {"unix_time"});
    for (const std::size_t step : {0u, 1u, 4u})
      expect_exact_members("/transcripts/" + transcript + "/steps/" + std::to_string(step),
                           "transcripts[" + transcript + "].steps[" + std::to_string(step) + "]", {});
  }
}

TEST(UsmpVectorFile, has_members_of_the_right_type) {
  struct Spoiled {
    const char* pointer;
    json value;
    Fault fault;
  };
  const Spoiled all[] = {
      {"/key_schedule/0/priv_c", 5, Fault::wrong_type},
      {"/key_schedule/0/priv_c", "00", Fault::wrong_length},
      {"/key_schedule/0/k_c2s", nullptr, Fault::wrong_type},
      {"/handshake_hmac/0/psk", "00", Fault::wrong_length},
      {"/handshake_hmac/0/who", 1, Fault::wrong_type},
      {"/rekey/1/salt", "00", Fault::wrong_length},
      {"/session_frame/0/type", "5", Fault::wrong_type},
      {"/session_frame/0/seq", 1.0, Fault::wrong_type},
      {"/session_frame/0/session_id", "00", Fault::wrong_length},
      {"/chacha20poly1305_frame/0/seq", true, Fault::wrong_type},
      {"/utack/0/acked_type", 256, Fault::out_of_range},
      {"/utack/0/acked_seq", -1, Fault::out_of_range},
      {"/utack/4/mac_key", 0, Fault::wrong_type},
      {"/cookie/0/message_ascii", 0, Fault::wrong_type},
      {"/negative/0/frame", json::array(), Fault::wrong_type},
      {"/transcripts/0/steps", json::object(), Fault::wrong_type},
      {"/transcripts/0/steps/0/seq", std::uint64_t{1} << 32, Fault::out_of_range},
      {"/transcripts/0/inputs/device_id", "00", Fault::wrong_length},
      {"/transcripts/2/inputs/unix_time", "now", Fault::wrong_type},
      {"/transcripts/2/inputs/cookie_bucket", -1, Fault::out_of_range},
      {"/transcripts/2/inputs/client_addr", "127.0.0.1", Fault::bad_encoding},
      {"/transcripts/2/inputs/client_addr", "127.0.0.1:", Fault::bad_encoding},
      {"/transcripts/2/inputs/client_addr", "127.0.0.1:65536", Fault::bad_encoding},
      {"/legacy_v1/frames", json::object(), Fault::wrong_type},
      {"/legacy_v1/frames/4/seq", "0", Fault::wrong_type},
  };
  for (const Spoiled& one : all) {
    SCOPED_TRACE(std::string(one.pointer) + " = " + one.value.dump());
    expect_refused(set(one.pointer, one.value), one.fault, "");
  }
}

TEST(UsmpVectorFile, has_hex_in_lower_case_pairs) {
  for (const char* pointer :
       {"/key_schedule/0/pub_c", "/handshake_hmac/1/transcript", "/rekey/0/new_k_s2c", "/session_frame/2/plaintext",
        "/chacha20poly1305_frame/0/frame", "/utack/4/mac_key", "/cookie/2/cookie", "/negative/3/frame",
        "/transcripts/1/steps/7/bytes", "/transcripts/1/inputs/rekey_salt", "/legacy_v1/frames/5/plaintext"})
    for (const char* end : {"0", "0g", "AB", " "}) {
      SCOPED_TRACE(std::string(pointer) + " … " + end);
      const auto value = usmp_file()[json::json_pointer(pointer)].get<std::string>() + end;
      expect_refused(set(pointer, value), Fault::bad_encoding, "");
    }
}

TEST(UsmpVectorFile, has_words_that_are_known) {
  const struct {
    const char* pointer;
    const char* word;
    const char* place;
  } all[] = {
      {"/negative/0/verdict", "decrypt", "negative[0].verdict does not know the word \"decrypt\"; did you mean"},
      {"/handshake_hmac/0/who", "Client", "handshake_hmac[0].who begins neither"},
      {"/rekey/0/initiator", "c2s", "rekey[0].initiator does not know the word"},
      {"/transcripts/0/transport", "TCP", "transcripts[0].transport does not know the word"},
      {"/transcripts/0/steps/0/dir", "client", "transcripts[0].steps[0].dir does not know the word"},
      {"/transcripts/0/steps/0/kind", "HELO", "transcripts[0].steps[0].kind does not know the word \"HELO\"; did you"},
      {"/legacy_v1/frames/0/kind", "HELLO_RETRY", "legacy_v1.frames[0].kind does not know the word"},
      {"/legacy_v1/frames/4/kind", "DATA", "legacy_v1.frames[4].kind does not know the word"},
  };
  for (const auto& [pointer, word, place] : all) expect_refused(set(pointer, word), Fault::unknown_name, place);
}

TEST(UsmpVectorFile, has_a_cookie_and_a_salt_where_steps_need_them) {
  json file = usmp_file();
  for (const char* member : {"cookie_secret", "client_addr", "cookie_bucket"})
    expect_refused([&](json& f) { f["transcripts"][2]["inputs"].erase(member); }, Fault::missing_member,
                   "transcripts[2].inputs has no " + std::string(member));
  // A HELLO over TCP never has a cookie, whatever its number.
  file["transcripts"][0]["steps"][0]["seq"] = 1;
  EXPECT_TRUE(read_vectors(file.dump(), "odd.json"));
}

}  // namespace
}  // namespace tacit::host::conformance
