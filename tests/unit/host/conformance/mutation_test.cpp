// A runner that always says "passed" would pass every other test: here files expect what is wrong, and it has to
// notice. Each thing that has to come out is changed by itself, in one case, and that case alone has to fail.
#include "tests/unit/host/conformance/altered.hpp"

namespace tacit::host::conformance {
namespace {

json nomq_file() { return original("nomq.json"); }

// A file of one section with few cases, so that many mutations take no time.
json part_of(std::string_view section, std::size_t first, std::size_t count) {
  json file = nomq_file();
  json part{{"about", file["about"]}, {"now", file["now"]}, {"config_key", file["config_key"]}, {"keys", file["keys"]}};
  for (std::size_t i = first; i < first + count; ++i) part[section].push_back(file[section].at(i));
  return part;
}

constexpr std::array packet_sections{"packets_suffix", "packets_hmac", "packets_filler20_suffix"};

TEST(Mutation, everything_that_a_packet_has_to_be_is_compared) {
  for (const char* section : packet_sections) {
    const json file = part_of(section, 0, 3);
    ASSERT_TRUE(report_of(file).failures.empty());
    for (const char* member :
         {"packet", "flags", "packet_id", "session_id", "ttl", "iv", "timestamp", "channel_id", "plaintext"}) {
      SCOPED_TRACE(std::string(section) + "." + member);
      json mutated = file;
      mutated[section][1][member] = changed(mutated[section][1][member]);
      expect_one_failure(mutated, section, 1);
    }
  }
}

TEST(Mutation, everything_that_a_packet_is_made_from_is_compared) {
  for (const char* section : packet_sections) {
    const json file = part_of(section, 0, 3);
    for (const char* pointer : {"/channel", "/inner/timestamp", "/inner/nonce", "/inner/message_utf8", "/call/channel",
                                "/call/message", "/call/qos", "/call/retain", "/call/ttl", "/call/priority"}) {
      SCOPED_TRACE(std::string(section) + pointer);
      json mutated = file;
      json& value = mutated[section][1][json::json_pointer(pointer)];
      value = changed(value);
      expect_one_failure(mutated, section, 1);
    }
  }
}

TEST(Mutation, each_type_of_packet_has_the_plaintext_of_its_type) {
  const json file = nomq_file();
  const json& packets = file["packets_hmac"];
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (packets[i]["type"] == 1) continue;
    SCOPED_TRACE(packets[i]["name"].get<std::string>());
    json mutated = part_of("packets_hmac", i, 1);
    mutated["packets_hmac"][0]["plaintext"] = changed(packets[i]["plaintext"]);
    expect_one_failure(mutated, "packets_hmac", 0);
  }
}

TEST(Mutation, the_priority_of_a_subscribe_is_in_its_flags) {
  const json file = nomq_file();
  std::size_t subscribes = 0;
  for (std::size_t i = 0; i < file["packets_suffix"].size(); ++i) {
    if (file["packets_suffix"][i]["type"] != 2) continue;
    ++subscribes;
    json mutated = part_of("packets_suffix", i, 1);
    json& priority = mutated["packets_suffix"][0]["call"]["priority"];
    priority = changed(priority);
    expect_one_failure(mutated, "packets_suffix", 0);
  }
  EXPECT_GT(subscribes, 0u);
}

TEST(Mutation, the_inner_header_is_sixteen_bytes_long_or_twenty_as_its_section_says) {
  json long_ones = part_of("packets_filler20_suffix", 0, 1);
  long_ones["packets_suffix"] = long_ones["packets_filler20_suffix"];
  expect_one_failure(long_ones, "packets_suffix", 0);
  json short_ones = part_of("packets_suffix", 0, 1);
  short_ones["packets_filler20_suffix"] = short_ones["packets_suffix"];
  expect_one_failure(short_ones, "packets_filler20_suffix", 0);
}

TEST(Mutation, a_number_that_fits_no_field_fails_its_case_and_no_more) {
  json file = part_of("packets_hmac", 0, 3);
  file["packets_hmac"][2]["session_id"] = std::uint64_t{1} << 32 | 0xA1B2C3D4;
  expect_one_failure(file, "packets_hmac", 2);
  file["packets_hmac"][2]["session_id"] = -1;
  expect_one_failure(file, "packets_hmac", 2);
}

TEST(Mutation, a_packet_that_a_node_takes_is_no_foreign_one) {
  json file = part_of("packets_hmac", 1, 1);
  file["packets_readme_literal_hmac"] = file["packets_hmac"];
  file["early_format_f1e2"] = json::array({file["packets_hmac"][0]});
  for (const char* member : {"channel_id", "channel", "inner", "call"}) file["early_format_f1e2"][0].erase(member);
  const Report report = report_of(file);
  ASSERT_EQ(report.failures.size(), 2u);
  EXPECT_EQ(report.failures[0].section, "packets_readme_literal_hmac");
  EXPECT_NE(report.failures[0].out.find("answered"), std::string::npos) << report.failures[0].out;
  EXPECT_EQ(report.failures[1].section, "early_format_f1e2");
}

// --- What a node makes of packets --------------------------------------------------------------------

constexpr std::array expectations{"expect_compat", "expect_spec"};

// All cases, with one kind of change to each that it concerns; every one of those has to fail, and no other.
template <class Change> void expect_failures_where(Change change, std::size_t at_least) {
  json file = nomq_file();
  std::size_t changed_cases = 0;
  for (json& element : file["receive"])
    for (const char* expectation : expectations)
      if (!element[expectation].is_null() && change(element[expectation])) ++changed_cases;
  ASSERT_GE(changed_cases, at_least);
  json only{{"about", file["about"]}, {"now", 0}, {"config_key", ""}, {"keys", file["keys"]}};
  only["receive"] = file["receive"];
  const Report report = report_of(only);
  EXPECT_EQ(report.failures.size(), changed_cases);
  EXPECT_EQ(report.passed, 127 - changed_cases);
}

TEST(Mutation, a_verdict_that_should_be_another_fails) {
  const auto drop_instead = [](json& expected) {
    if (expected["verdict"] == "drop") return false;
    expected = {{"verdict", "drop"}, {"why", "mac"}};
    return true;
  };
  expect_failures_where(drop_instead, 30);
  const auto accept_instead = [](json& expected) {
    if (expected["verdict"] == "accept") return false;
    expected = {{"verdict", "accept"}, {"replies", json::array()}, {"delivered", 0}};
    return true;
  };
  expect_failures_where(accept_instead, 80);
  for (const char* verdict :
       {"complete", "advance", "note peer subscription", "forget peer subscription", "peer alive"})
    expect_failures_where(
        [&](json& expected) {
          if (expected["verdict"] == verdict) return false;
          expected = {{"verdict", verdict}, {"replies", json::array()}, {"delivered", 0}};
          return true;
        },
        100);
}

TEST(Mutation, a_drop_for_another_reason_fails) {
  const auto other_reason = [](json& expected) {
    if (expected["verdict"] != "drop") return false;
    expected["why"] = expected["why"] == "own" ? "mac" : "own";
    return true;
  };
  expect_failures_where(other_reason, 60);
}

TEST(Mutation, a_reply_too_many_or_too_few_fails) {
  const auto one_more = [](json& expected) {
    if (expected["verdict"] == "drop") return false;
    expected["replies"].push_back("ACK");
    return true;
  };
  expect_failures_where(one_more, 30);
  const auto none = [](json& expected) {
    if (expected["verdict"] == "drop" || expected["replies"].empty()) return false;
    if (expected["replies"][0] == "HEARTBEAT at most once per interval and peer") return false;
    expected["replies"].erase(0);
    return true;
  };
  expect_failures_where(none, 12);
}

TEST(Mutation, a_delivery_too_many_or_too_few_fails) {
  for (const int count : {0, 2}) {
    const auto miscounted = [count](json& expected) {
      if (expected["verdict"] == "drop") return false;
      expected["delivered"] = count == 2 ? 2 : expected.value("verdict", "") == "accept" ? 7 : 1;
      return true;
    };
    expect_failures_where(miscounted, 30);
  }
}

TEST(Mutation, what_a_file_expects_does_not_change_what_comes_out) {
  json file = nomq_file();
  for (json& element : file["receive"])
    for (const char* expectation : expectations)
      if (!element[expectation].is_null())
        element[expectation] = {{"verdict", "peer alive"}, {"replies", {"ACK", "PUBCOMP"}}, {"delivered", 99}};
  const Report wrong = report_of(file);
  EXPECT_EQ(wrong.failures.size(), 127u);
  std::size_t drops = 0;
  for (const Failure& failure : wrong.failures) drops += failure.out.find(": drop (") != std::string::npos;
  std::size_t expected_drops = 0;
  const json right = nomq_file();
  for (const json& element : right["receive"])
    for (const char* expectation : expectations)
      expected_drops += !element[expectation].is_null() && element[expectation]["verdict"] == "drop";
  EXPECT_EQ(drops, expected_drops);
}

// --- Beside the wire ---------------------------------------------------------------------------------

TEST(Mutation, everything_that_a_configuration_file_says_is_compared) {
  const json file = part_of("config_files", 0, 3);
  for (const char* pointer : {"/file", "/plaintext_json", "/iv", "/genuine_reload/use_ipv6", "/genuine_reload/ip",
                              "/genuine_reload/hmac_key", "/genuine_reload/port", "/genuine_reload/encryption_key"}) {
    SCOPED_TRACE(pointer);
    json mutated = file;
    json& value = mutated["config_files"][1][json::json_pointer(pointer)];
    value = changed(value);
    expect_one_failure(mutated, "config_files", 1);
  }
}

TEST(Mutation, a_configuration_file_is_accepted_or_rejected) {
  const std::size_t count = nomq_file()["config_files_negative"].size();
  for (std::size_t i = 0; i < count; ++i) {
    json mutated = part_of("config_files_negative", 0, count);
    json& expect = mutated["config_files_negative"][i]["expect"];
    expect = expect == "accept" ? "reject" : "accept";
    expect_one_failure(mutated, "config_files_negative", i);
  }
}

TEST(Mutation, both_signatures_are_compared) {
  for (const char* member : {"message_utf8", "signature", "signature_hmac"}) {
    json mutated = part_of("signatures", 0, 3);
    json& value = mutated["signatures"][2][member];
    value = changed(value);
    expect_one_failure(mutated, "signatures", 2);
  }
}

TEST(Mutation, other_keys_fail_whatever_depends_on_keys) {
  json file = nomq_file();
  file["keys"]["hmac_key"] = changed(file["keys"]["hmac_key"]);
  const Report report = report_of(file);
  EXPECT_GT(report.failures.size(), 100u);
  EXPECT_GT(report.passed, 10u);  // a configuration file has its keys inside
}

}  // namespace
}  // namespace tacit::host::conformance
