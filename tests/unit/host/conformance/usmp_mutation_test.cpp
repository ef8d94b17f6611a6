// A runner that always says "passed" would pass every other test: here files of USMP expect what is wrong. Each thing
// that has to come out is changed by itself, in one case, and that case alone has to fail.
#include <map>

#include "tests/unit/host/conformance/altered.hpp"

namespace tacit::host::conformance {
namespace {

const json& usmp_file() {
  static const json file = original("usmp.json");
  return file;
}

// A file of one section, so that many mutations take no time; with the session that it is about.
json part_of(const std::string& section) {
  json part{{"about", usmp_file()["about"]}, {section, usmp_file()[section]}};
  if (section == "negative" || section == "legacy_v1") {
    part["transcripts"] = json::array({usmp_file()["transcripts"][0]});
    part["transcripts"][0]["steps"] = json::array();
  }
  return part;
}

// One transcript, as the first of a file.
json transcript(std::size_t index) {
  return {{"about", usmp_file()["about"]}, {"transcripts", json::array({usmp_file()["transcripts"][index]})}};
}

struct Section {
  const char* name;
  std::initializer_list<const char*> out;
};

TEST(UsmpMutation, each_member_that_has_to_come_out_fails_its_case_alone) {
  const Section sections[] = {{"key_schedule", {"pub_c", "pub_s", "k_c2s", "k_s2c"}},
                              {"handshake_hmac", {"transcript", "hmac"}},
                              {"rekey", {"new_k_c2s", "new_k_s2c"}},
                              {"session_frame", {"type", "seq", "plaintext", "frame"}},
                              {"utack", {"utack"}},
                              {"cookie", {"cookie"}}};
  for (const auto& [section, members] : sections)
    for (std::size_t i = 0; i < usmp_file()[section].size(); ++i)
      for (const char* member : members) {
        SCOPED_TRACE(std::string(section) + "[" + std::to_string(i) + "]." + member);
        json mutated = part_of(section);
        json& value = mutated[section][i][member];
        value = changed(value);
        expect_one_failure(mutated, section, i);
      }
}

TEST(UsmpMutation, each_member_that_is_put_in_changes_what_comes_out) {
  const Section sections[] = {{"key_schedule", {"priv_c", "priv_s", "challenge_nonce"}},
                              {"handshake_hmac", {"psk"}},
                              {"rekey", {"initiator_tx_key", "initiator_rx_key", "session_id", "salt"}},
                              {"session_frame", {"key"}},
                              {"utack", {"acked_type", "acked_seq"}},
                              {"cookie", {"secret", "message_ascii"}}};
  for (const auto& [section, members] : sections)
    for (const char* member : members) {
      SCOPED_TRACE(std::string(section) + "." + member);
      json mutated = part_of(section);
      json& value = mutated[section][0][member];
      // X25519 clamps the last bits of a private key and ignores no other bit.
      if (std::string_view(member).starts_with("priv")) value = "f" + value.get<std::string>().substr(1);
      else value = changed(value);
      expect_one_failure(mutated, section, 0);
    }
}

TEST(UsmpMutation, a_transcript_is_compared_in_all_its_parts) {
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t digit = 0; digit < usmp_file()["handshake_hmac"][i]["transcript"].get<std::string>().size();
         ++digit) {
      json mutated = part_of("handshake_hmac");
      auto text = mutated["handshake_hmac"][i]["transcript"].get<std::string>();
      text[digit] = text[digit] == '0' ? '1' : '0';
      mutated["handshake_hmac"][i]["transcript"] = text;
      expect_one_failure(mutated, "handshake_hmac", i);
    }
}

TEST(UsmpMutation, a_transcript_that_is_too_long_or_too_short_fails_its_case) {
  for (const std::size_t size : {0u, 6u, 210u, 214u, 300u}) {
    json mutated = part_of("handshake_hmac");
    auto text = mutated["handshake_hmac"][0]["transcript"].get<std::string>();
    text.resize(size, '0');
    mutated["handshake_hmac"][0]["transcript"] = text;
    expect_one_failure(mutated, "handshake_hmac", 0);
  }
}

TEST(UsmpMutation, a_number_that_fits_no_field_fails_its_case_and_no_more) {
  const json too_large[] = {-1, 256, std::int64_t{1} << 32};
  for (const json& number : too_large) {
    json mutated = part_of("session_frame");
    mutated["session_frame"][3]["type"] = number;
    expect_one_failure(mutated, "session_frame", 3);
  }
  json mutated = part_of("session_frame");
  mutated["session_frame"][3]["seq"] = std::int64_t{1} << 32;
  expect_one_failure(mutated, "session_frame", 3);
  mutated["session_frame"][3]["seq"] = usmp_file()["session_frame"][3]["seq"];
  mutated["session_frame"][3]["plaintext"] = std::string(453 * 2, '0');
  expect_one_failure(mutated, "session_frame", 3);
}

TEST(UsmpMutation, each_verdict_but_the_right_one_fails) {
  const std::array words{"decrypts",   "frame ok, CryptoError", "MagicError", "VersionError", "CRCError",
                         "FrameError", "PayloadError",          "ValueError"};
  const json& negative = usmp_file()["negative"];
  for (std::size_t i = 0; i < negative.size(); ++i)
    for (const char* word : words) {
      if (negative[i]["verdict"] == word) continue;
      // A frame that ends early is called by both names, and one that does not open by that of its type as well.
      if (negative[i]["verdict"] == "FrameError" && word == std::string_view("PayloadError")) continue;
      const bool unopened = negative[i]["verdict"] == "frame ok, CryptoError";
      if (unopened && word == std::string_view("ValueError")) continue;
      SCOPED_TRACE(negative[i]["name"].get<std::string>() + ": " + word);
      json mutated = part_of("negative");
      mutated["negative"][i]["verdict"] = word;
      expect_one_failure(mutated, "negative", i);
    }
}

TEST(UsmpMutation, the_bytes_of_each_step_fail_that_step_alone) {
  const json& transcripts = usmp_file()["transcripts"];
  for (std::size_t i = 0; i < transcripts.size(); ++i)
    for (std::size_t step = 0; step < transcripts[i]["steps"].size(); ++step)
      for (const bool cut : {false, true}) {
        json mutated = transcript(i);
        json& bytes = mutated["transcripts"][0]["steps"][step]["bytes"];
        if (cut) bytes = bytes.get<std::string>().substr(2);
        else bytes = changed(bytes);
        expect_one_failure(mutated, "transcripts", 0, "step " + std::to_string(step) + ",");
      }
}

TEST(UsmpMutation, a_sealed_step_is_the_next_of_its_direction) {
  const json& steps = usmp_file()["transcripts"][0]["steps"];
  for (std::size_t step = 4; step < steps.size(); ++step) {
    json mutated = transcript(0);
    mutated["transcripts"][0]["steps"][step]["seq"] = steps[step]["seq"].get<int>() + 1;
    expect_one_failure(mutated, "transcripts", 0, "step " + std::to_string(step) + ",");
  }
}

TEST(UsmpMutation, what_version_1_says_is_compared) {
  json mutated = part_of("legacy_v1");
  mutated["legacy_v1"]["session_key_both_directions"] = changed(mutated["legacy_v1"]["session_key_both_directions"]);
  expect_one_failure(mutated, "legacy_v1", 0, "session_key_both_directions");
  for (std::size_t i = 0; i < usmp_file()["legacy_v1"]["frames"].size(); ++i)
    for (const char* member : {"frame", "seq", "plaintext"}) {
      mutated = part_of("legacy_v1");
      json& frame = mutated["legacy_v1"]["frames"][i];
      if (!frame.contains(member)) continue;
      SCOPED_TRACE(frame["kind"].get<std::string>() + "." + member);
      frame[member] = changed(frame[member]);
      expect_one_failure(mutated, "legacy_v1", i, frame["kind"].get<std::string>());
    }
}

TEST(UsmpMutation, what_a_file_expects_does_not_change_what_comes_out) {
  json file = usmp_file();
  for (json& transcript : file["transcripts"])
    for (json& step : transcript["steps"]) step["bytes"] = "00";
  for (json& frame : file["negative"]) frame["verdict"] = "VersionError";
  const Report report = report_of(file);
  std::map<std::string, std::size_t> failures;
  for (const Failure& failure : report.failures) ++failures[failure.section];
  EXPECT_EQ(failures["transcripts"], 123u);
  EXPECT_EQ(failures["negative"], 12u);
  EXPECT_EQ(report.failures.size(), 135u);
}

}  // namespace
}  // namespace tacit::host::conformance
