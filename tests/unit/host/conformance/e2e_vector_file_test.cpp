// Files of mqtt-e2e that are not what they should be: each is refused by name, with its place, before anything of it
// runs.
#include "tests/unit/host/conformance/altered.hpp"

namespace tacit::host::conformance {
namespace {

json e2e_file() { return original("mqtt-e2e.json"); }

void expect_refused(const std::string& pointer, const json& value, Fault fault, const std::string& what) {
  json spoiled = e2e_file();
  spoiled[json::json_pointer(pointer)] = value;
  expect_bad_file(spoiled.dump(), fault, what);
}

TEST(E2eVectorFile, has_members_that_are_known_and_all_that_are_required) {
  expect_refused("/receive", json::array(), Fault::unknown_name, "there is no member \"receive\"");
  for (const char* section : {"topics", "sealed", "accept", "reject", "sequences"}) {
    const std::string place = "/" + std::string(section) + "/0";
    expect_refused(place + "/extra", 1, Fault::unknown_name, section);
    const json element = e2e_file()[section][0];
    for (const auto& [member, value] : element.items()) {
      if (member == "live_text" || member == "packet_rule") continue;
      json spoiled = e2e_file();
      spoiled[section][0].erase(member);
      expect_bad_file(spoiled.dump(), Fault::missing_member, section);
    }
  }
  for (const char* member : {"source", "conventions", "constants"}) {
    json spoiled = e2e_file();
    spoiled.erase(member);
    expect_bad_file(spoiled.dump(), Fault::missing_member, "");
  }
}

TEST(E2eVectorFile, has_values_of_their_kinds) {
  expect_refused("/topics/0/key", "00", Fault::wrong_length, "topics[0].key is not 16 bytes");
  expect_refused("/topics/0/example_topics", json::array(), Fault::wrong_type, "topics[0].example_topics");
  expect_refused("/sealed/0/time_ns", 17, Fault::wrong_type, "sealed[0].time_ns");
  expect_refused("/sealed/0/time_ns", "1e9", Fault::bad_encoding, "sealed[0].time_ns");
  expect_refused("/sealed/0/time_ns", "9223372036854775808", Fault::out_of_range, "sealed[0].time_ns");
  expect_refused("/sealed/0/random", "0102", Fault::wrong_length, "sealed[0].random");
  expect_refused("/sealed/0/pad_size", 65'536, Fault::out_of_range, "sealed[0].pad_size");
  expect_refused("/sealed/0/message", "0G", Fault::bad_encoding, "sealed[0].message");
  expect_refused("/accept/0/message", nullptr, Fault::wrong_type, "accept[0].message");
  expect_refused("/accept/0/window_ns", "-1000", Fault::out_of_range, "accept[0].window_ns");
  expect_refused("/reject/0/expect", "too_shirt", Fault::unknown_name, "reject[0].expect");
  expect_refused("/reject/0/packet", nullptr, Fault::missing_member, "reject[0]");
  expect_refused("/sequences/0/own_sent", {"00"}, Fault::wrong_length, "sequences[0].own_sent[0]");
  expect_refused("/sequences/0/steps/0/message", nullptr, Fault::wrong_type, "sequences[0].steps[0].message");
  expect_refused("/sequences/0/steps/0/expect_any", {"yes"}, Fault::unknown_name,
                 "sequences[0].steps[0].expect_any[0]");
  expect_refused("/genuine/packets/0/extra", 1, Fault::unknown_name, "genuine.packets[0]");
}

TEST(E2eVectorFile, may_say_a_packet_by_a_rule) {
  json file = e2e_file();
  for (json& element : file["reject"])
    if (element.contains("packet_rule")) {
      for (const char* rule : {"byte i = (7*i+3) mod 256", "byte i = (7*i+3) mod 256, 9 bytes!", ""}) {
        element["packet_rule"] = rule;
        expect_bad_file(file.dump(), Fault::bad_encoding, "reject[");
      }
      element["packet_rule"] = "byte i = (7*i+3) mod 256, 999999999 bytes";
      expect_bad_file(file.dump(), Fault::out_of_range, "reject[");
    }
}

TEST(E2eVectorFile, may_lack_sections_and_may_hold_empty_ones) {
  json file = e2e_file();
  for (const char* section : {"topics", "accept", "genuine"}) file.erase(section);
  file["sequences"] = json::array();
  const auto read = read_vectors(file.dump(), "smaller.json");
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(closing_line(run(*read)), "64 passed, 0 failed");
}

}  // namespace
}  // namespace tacit::host::conformance
