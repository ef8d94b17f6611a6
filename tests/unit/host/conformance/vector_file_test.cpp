// Files that are not what they should be: each is refused by name, with its place, before anything of it runs.
#include <functional>

#include "tests/unit/host/conformance/altered.hpp"
#include "tests/unit/host/temporary_folder.hpp"

namespace tacit::host::conformance {
namespace {

const json& nomq_file() {
  static const json file = original("nomq.json");
  return file;
}

// The file of the original with one change.
void expect_refused(const std::function<void(json&)>& spoil, Fault fault, const std::string& what) {
  json file = nomq_file();
  spoil(file);
  expect_bad_file(file.dump(), fault, what);
}

TEST(VectorFile, is_utf8_json) {
  expect_bad_file("", Fault::bad_syntax, "is not UTF-8 JSON");
  expect_bad_file("{", Fault::bad_syntax, "is not UTF-8 JSON");
  expect_bad_file("{\"about\": \"NoMQ v1 \xff\"}", Fault::bad_syntax, "is not UTF-8 JSON");
  expect_bad_file(nomq_file().dump() + "}", Fault::bad_syntax, "is not UTF-8 JSON");
}

TEST(VectorFile, says_nothing_twice) {
  expect_bad_file(R"({"about": "NoMQ v1", "receive": [], "receive": []})", Fault::bad_syntax,
                  "the name \"receive\" comes twice");
  expect_bad_file(R"({"about": "NoMQ v1", "keys": {"a": 1, "b": {"a": 1}, "a": 2}})", Fault::bad_syntax,
                  "the name \"a\" comes twice");
}

TEST(VectorFile, is_of_a_known_protocol) {
  expect_bad_file("[]", Fault::unknown_kind, "is not an object");
  expect_bad_file("{}", Fault::unknown_kind, "says neither");
  expect_bad_file(R"({"about": "NoMQ v2"})", Fault::unknown_kind, "says neither");
  expect_bad_file(R"({"about": {"what": "USMP"}})", Fault::unknown_kind, "says neither");
  expect_bad_file(R"({"about": {"wire_version": 2}})", Fault::empty_file, "holds no case");
  expect_bad_file(R"({"format": "mqtt-e2e test vectors", "source": "", "conventions": "", "constants": {}})",
                  Fault::empty_file, "holds no case");
}

TEST(VectorFile, can_be_read) {
  TemporaryFolder folder;
  for (const std::string& path : {folder / "absent.json", folder.path().string()}) {
    const auto file = read_vector_file(path);
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().fault, Fault::cannot_read) << file.error().what;
    EXPECT_NE(file.error().what.find(path), std::string::npos);
  }
}

TEST(VectorFile, has_sections_that_are_known) {
  expect_refused([](json& f) { f["recieve"] = json::array(); }, Fault::unknown_name,
                 "there is no member \"recieve\"; did you mean receive?");
  expect_refused([](json& f) { f["transcripts"] = json::array(); }, Fault::unknown_name,
                 "there is no member \"transcripts\"");
  expect_refused([](json& f) { f["receive"] = json::object(); }, Fault::wrong_type, "receive has to be an array");
  for (const char* name : {"now", "config_key", "keys"})
    expect_refused([&](json& f) { f.erase(name); }, Fault::missing_member, "has no " + std::string(name));
}

TEST(VectorFile, may_lack_sections_and_may_hold_empty_ones) {
  json file = nomq_file();
  file.erase("receive");
  file["packets_hmac"] = json::array();
  const auto read = read_vectors(file.dump(), "smaller.json");
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->cases, 213u - 127 - 24);
  EXPECT_EQ(closing_line(run(*read)), "62 passed, 0 failed");
}

TEST(VectorFile, holds_a_case) {
  json file{{"about", "NoMQ v1"}, {"now", 0}, {"config_key", ""}, {"keys", nomq_file()["keys"]}};
  expect_bad_file(file.dump(), Fault::empty_file, "holds no case");
  file["signatures"] = json::array();
  expect_bad_file(file.dump(), Fault::empty_file, "holds no case");
  file["receive"] = json::array({nomq_file()["receive"][0]});
  json& element = file["receive"][0];
  for (const char* name : {"expect_compat", "expect_spec"}) element[name] = nullptr;
  for (const char* name : {"packets_suffix", "packets_hmac"}) element[name] = json::array();
  expect_bad_file(file.dump(), Fault::empty_file, "holds no case");
}

// Each member of each section, where its absence and its name matter alike.
TEST(VectorFile, misses_no_member_and_has_no_other_in_any_section) {
  const std::array optional{"sent_to", "genuine_head_receiver", "pending"};
  for (const auto& [section, elements] : nomq_file().items()) {
    if (!elements.is_array()) continue;
    SCOPED_TRACE(section);
    const std::string place = section + "[0]";
    for (const auto& [member, value] : elements[0].items()) {
      if (std::find(optional.begin(), optional.end(), member) != optional.end()) continue;
      SCOPED_TRACE(member);
      expect_refused([&](json& f) { f[section][0].erase(member); }, Fault::missing_member, place + " has no " + member);
      if (!value.is_object() || member == "genuine_head") continue;
      const std::string inside = place + "." + member;
      expect_refused([&](json& f) { f[section][0][member]["surprise"] = 1; }, Fault::unknown_name,
                     inside + " there is no member \"surprise\"");
      for (const auto& [name, ignored] : value.items())
        expect_refused([&](json& f) { f[section][0][member].erase(name); }, Fault::missing_member,
                       inside + " has no " + name);
    }
    expect_refused([&](json& f) { f[section][0]["surprise"] = 1; }, Fault::unknown_name,
                   place + " there is no member \"surprise\"");
    expect_refused([&](json& f) { f[section][0] = 7; }, Fault::wrong_type, place + " has to be an object");
  }
}

TEST(VectorFile, has_members_of_the_right_type) {
  struct Spoiled {
    const char* pointer;
    json value;
    Fault fault;
  };
  const Spoiled all[] = {
      {"/keys/hmac_key", 5, Fault::wrong_type},
      {"/keys/hmac_key", "00", Fault::wrong_length},
      {"/packets_suffix/0/type", "1", Fault::wrong_type},
      {"/packets_suffix/0/type", 1.0, Fault::wrong_type},
      {"/packets_suffix/0/flags", nullptr, Fault::wrong_type},
      {"/packets_suffix/0/ttl", true, Fault::wrong_type},
      {"/packets_suffix/0/channel", 3, Fault::wrong_type},
      {"/packets_suffix/0/inner/timestamp", -1, Fault::out_of_range},
      {"/packets_suffix/0/call/retain", 0, Fault::wrong_type},
      {"/packets_suffix/0/call/qos", "0", Fault::wrong_type},
      {"/packets_readme_literal_hmac/0/timestamp", "now", Fault::wrong_type},
      {"/early_format_f1e2/0/timestamp", std::uint64_t{1} << 32, Fault::out_of_range},
      {"/receive/0/now", -1, Fault::out_of_range},
      {"/receive/0/subscribed", "test/channel", Fault::wrong_type},
      {"/receive/0/subscribed", json::array({1}), Fault::wrong_type},
      {"/receive/0/packets_hmac", json::array({7}), Fault::wrong_type},
      {"/receive/0/expect_spec", "drop", Fault::wrong_type},
      {"/receive/0/expect_compat/replies", "ACK", Fault::wrong_type},
      {"/receive/0/expect_compat/delivered", "1", Fault::wrong_type},
      {"/receive/0/pending", json::array(), Fault::wrong_type},
      {"/receive/0/pending", {{"0x1", nullptr}}, Fault::wrong_type},
      {"/receive/0/pending", {{"007", nullptr}}, Fault::wrong_type},
      {"/receive/0/pending", {{"4294967296", nullptr}}, Fault::wrong_type},
      {"/config_files/0/genuine_reload/port", "8888", Fault::wrong_type},
      {"/config_files/0/genuine_reload/use_ipv6", 0, Fault::wrong_type},
      {"/config_files/0/iv", "00", Fault::wrong_length},
      {"/config_files_negative/0/file", nullptr, Fault::wrong_type},
      {"/signatures/0/signature", 0, Fault::wrong_type},
  };
  for (const Spoiled& one : all) {
    SCOPED_TRACE(std::string(one.pointer) + " = " + one.value.dump());
    expect_refused([&](json& f) { f[json::json_pointer(one.pointer)] = one.value; }, one.fault, "");
  }
}

TEST(VectorFile, has_hex_in_lower_case_pairs) {
  for (const char* pointer :
       {"/keys/encryption_key", "/packets_hmac/0/packet", "/packets_hmac/0/iv", "/packets_hmac/0/channel_id",
        "/packets_hmac/0/plaintext", "/packets_hmac/0/inner/message_utf8", "/packets_readme_literal_hmac/0/packet",
        "/early_format_f1e2/0/packet", "/receive/0/packets_suffix/0", "/receive/0/packets_hmac/0", "/config_files/0/iv",
        "/config_files/0/genuine_reload/hmac_key", "/signatures/1/message_utf8", "/signatures/1/signature"})
    for (const char* end : {"0", "0g", "AB", " "}) {
      SCOPED_TRACE(std::string(pointer) + " … " + end);
      const auto spoil = [&](json& f) {
        json& value = f[json::json_pointer(pointer)];
        value = value.get<std::string>() + end;
      };
      expect_refused(spoil, Fault::bad_encoding, "");
    }
}

TEST(VectorFile, has_words_that_are_known) {
  const auto set = [](const char* pointer, const char* word) {
    return [=](json& f) { f[json::json_pointer(pointer)] = word; };
  };
  expect_refused(set("/receive/0/expect_compat/verdict", "acept"), Fault::unknown_name,
                 "receive[0].expect_compat.verdict does not know the word \"acept\"; did you mean accept?");
  expect_refused(set("/receive/0/expect_spec/why", "bad_mac"), Fault::unknown_name,
                 "receive[0].expect_spec.why does not know the word \"bad_mac\"");
  expect_refused(set("/config_files_negative/3/expect", "rejects"), Fault::unknown_name,
                 "config_files_negative[3].expect does not know the word");
  expect_refused([](json& f) { f["receive"][0]["pending"] = {{"7", "PUBACK_SENT"}}; }, Fault::unknown_name,
                 "receive[0].pending.7 does not know the word \"PUBACK_SENT\"");
}

TEST(VectorFile, has_a_reason_for_each_drop_and_replies_for_all_else) {
  expect_refused([](json& f) { f["receive"][0]["expect_spec"].erase("why"); }, Fault::missing_member,
                 "receive[0].expect_spec has no why");
  expect_refused([](json& f) { f["receive"][0]["expect_spec"]["replies"] = json::array(); }, Fault::unknown_name,
                 "receive[0].expect_spec there is no member \"replies\"");
  expect_refused([](json& f) { f["receive"][0]["expect_compat"]["why"] = "mac"; }, Fault::unknown_name,
                 "receive[0].expect_compat there is no member \"why\"");
  expect_refused([](json& f) { f["receive"][0]["packets_hmac"] = json::array(); }, Fault::missing_member,
                 "receive[0].packets_hmac has no packet to judge");
}

TEST(VectorFile, has_what_each_type_of_packet_needs) {
  const auto first_of = [](int type) {
    const json& packets = nomq_file()["packets_hmac"];
    const auto found =
        std::find_if(packets.begin(), packets.end(), [type](const json& packet) { return packet["type"] == type; });
    return static_cast<std::size_t>(found - packets.begin());
  };
  const auto subscribe = first_of(2), ack = first_of(3);
  expect_refused([&](json& f) { f["packets_hmac"][subscribe].erase("call"); }, Fault::missing_member,
                 "packets_hmac[" + std::to_string(subscribe) + "] has no call");
  expect_refused([&](json& f) { f["packets_hmac"][ack]["call"] = {{"priority", 1}}; }, Fault::unknown_name,
                 "packets_hmac[" + std::to_string(ack) + "] there is no member \"call\"");
}

TEST(VectorFile, of_any_names_makes_one_line_a_failure) {
  json file = nomq_file();
  file["signatures"][0]["signature"] = "00";
  file["config_files_negative"][0]["name"] = "two\nlines";
  file["config_files_negative"][0]["expect"] = "accept";
  const auto read = read_vectors(file.dump(), "odd.json");
  ASSERT_TRUE(read);
  const Report report = run(*read);
  ASSERT_EQ(report.failures.size(), 2u);
  EXPECT_EQ(line_of("odd.json", report.failures[0]),
            "FAIL odd.json config_files_negative[0] two?lines: rejected (file: is empty), should be accepted");
  EXPECT_EQ(line_of("odd.json", report.failures[1]).find('\n'), std::string::npos);
  EXPECT_EQ(closing_line(report), "211 passed, 2 failed");
}

TEST(Report, says_how_many_were_skipped_only_where_some_were) {
  Report report;
  report.passed = 3;
  EXPECT_EQ(closing_line(report), "3 passed, 0 failed");
  report.skipped = 2;
  EXPECT_EQ(closing_line(report), "3 passed, 0 failed, 2 skipped");
}

}  // namespace
}  // namespace tacit::host::conformance
