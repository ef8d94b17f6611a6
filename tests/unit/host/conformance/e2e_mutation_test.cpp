// A runner that always says "passed" would pass every other test: here files of mqtt-e2e expect what is wrong. Each
// thing that has to come out is changed by itself, in one case, and that case alone has to fail.
#include "tests/unit/host/conformance/altered.hpp"

namespace tacit::host::conformance {
namespace {

const json& e2e_file() {
  static const json file = original("mqtt-e2e.json");
  return file;
}

// A file of one section, so that many mutations take no time.
json part_of(const std::string& section) {
  json part;
  for (const char* member : {"format", "source", "conventions", "constants"}) part[member] = e2e_file()[member];
  part[section] = e2e_file()[section];
  return part;
}

TEST(E2eMutation, each_member_that_has_to_come_out_fails_its_case_alone) {
  struct Section {
    const char* name;
    std::initializer_list<const char*> out;
  };
  for (const auto& [section, members] : {Section{"topics", {"topic_base"}}, Section{"sealed", {"packet", "message"}},
                                         Section{"accept", {"packet", "message"}}})
    for (std::size_t i = 0; i < e2e_file()[section].size(); ++i)
      for (const char* member : members) {
        SCOPED_TRACE(std::string(section) + "[" + std::to_string(i) + "]." + member);
        json mutated = part_of(section);
        json& value = mutated[section][i][member];
        value = changed(value);
        expect_one_failure(mutated, section, i);
      }
}

TEST(E2eMutation, an_example_topic_fails_its_case) {
  json mutated = part_of("topics");
  mutated["topics"][1]["example_topics"]["iot/#"] = "elsewhere/iot/#";
  expect_one_failure(mutated, "topics", 1);
}

TEST(E2eMutation, a_captured_packet_belongs_to_its_keys_topic) {
  for (const char* member : {"packet", "message", "topic"}) {
    json mutated = part_of("genuine");
    json& value = mutated["genuine"]["packets"][2][member];
    value = std::string(member) == "topic" ? json("X" + value.get<std::string>()) : changed(value);
    expect_one_failure(mutated, "genuine", 2);
  }
}

TEST(E2eMutation, what_is_to_be_accepted_is_no_longer_when_its_time_is_over) {
  for (std::size_t i = 0; i < e2e_file()["accept"].size(); ++i) {
    json mutated = part_of("accept");
    mutated["accept"][i]["now_ns"] = "1763990498123456789";
    expect_one_failure(mutated, "accept", i);
  }
}

TEST(E2eMutation, what_is_refused_fails_where_it_should_be_accepted) {
  for (std::size_t i = 0; i < e2e_file()["reject"].size(); ++i) {
    json mutated = part_of("reject");
    mutated["reject"][i]["expect"] = "ok";
    expect_one_failure(mutated, "reject", i);
  }
}

TEST(E2eMutation, each_step_of_a_sequence_fails_by_itself) {
  for (std::size_t i = 0; i < e2e_file()["sequences"].size(); ++i)
    for (std::size_t step = 0; step < e2e_file()["sequences"][i]["steps"].size(); ++step) {
      json mutated = part_of("sequences");
      json& one = mutated["sequences"][i]["steps"][step];
      one.erase("expect_any");
      if (one["expect"] == "ok") {
        one["expect"] = "replay";
      } else {
        one["expect"] = "ok";
        one["message"] = "00";
      }
      expect_one_failure(mutated, "sequences", i);
    }
}

TEST(E2eMutation, another_name_for_a_refusal_is_advice_and_no_failure) {
  json mutated = part_of("reject");
  mutated["reject"][0]["expect"] = "replay";
  mutated["reject"][1]["expect"] = "replay";
  mutated["reject"][1]["expect_any"] = {"too_old", "auth_failed"};
  const Report report = report_of(mutated);
  EXPECT_TRUE(report.failures.empty());
  ASSERT_EQ(report.advice.size(), 1u);
  EXPECT_EQ(line_of("mutated.json", report.advice[0]),
            "note: mutated.json reject[0] wrong-key: refused as bad_mac, advised is replay");
}

TEST(E2eMutation, a_receiver_refuses_what_it_has_sent_itself) {
  json mutated = part_of("sequences");
  json& sequence = mutated["sequences"][0];
  sequence["own_sent"].push_back(sequence["steps"][0]["packet"]);
  expect_one_failure(mutated, "sequences", 0);
  sequence["steps"][0]["expect"] = "replay";
  const Report report = report_of(mutated);
  EXPECT_TRUE(report.failures.empty());
  EXPECT_TRUE(report.advice.empty());
}

}  // namespace
}  // namespace tacit::host::conformance
