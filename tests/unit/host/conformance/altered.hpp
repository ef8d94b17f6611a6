#pragma once
#include <gtest/gtest.h>

#include <fstream>

#include "tacit/host/conformance/vector_file.hpp"

// The files of spec/vectors, to be spoiled: what is no vector file has to be refused, and what expects something wrong
// has to fail where it does.
namespace tacit::host::conformance {

using nlohmann::json;

inline json original(const std::string& name) {
  return json::parse(std::ifstream(TACIT_SOURCE_DIR "/spec/vectors/" + name));
}

// `what`: the place and how it is wrong, or how that begins.
inline void expect_bad_file(const std::string& text, Fault fault, const std::string& what) {
  const auto file = read_vectors(text, "bad.json");
  ASSERT_FALSE(file) << text.substr(0, 200);
  EXPECT_EQ(name_of(file.error().fault), name_of(fault)) << file.error().what;
  EXPECT_NE(file.error().what.find("bad.json: " + what), std::string::npos) << file.error().what;
}

inline Report report_of(const json& file) {
  const auto read = read_vectors(file.dump(), "mutated.json");
  if (!read) {
    ADD_FAILURE() << read.error().what;
    return {};
  }
  return run(*read);
}

// Another value of the same kind, well formed.
inline json changed(const json& value) {
  if (value.is_boolean()) return !value.get<bool>();
  if (value.is_number()) return value.get<std::int64_t>() ^ 1;
  auto text = value.get<std::string>();
  if (text.empty()) return "00";
  char& last = text.back();
  last = last == '0' ? '1' : '0';
  return text;
}

// One wrong expectation makes one failure, of that case; `name` is in the case's.
inline void expect_one_failure(const json& file, std::string_view section, std::size_t index,
                               std::string_view name = "") {
  const Report report = report_of(file);
  ASSERT_EQ(report.failures.size(), 1u);
  const std::string line = line_of("mutated.json", report.failures[0]);
  EXPECT_EQ(report.failures[0].section, section) << line;
  EXPECT_EQ(report.failures[0].index, index) << line;
  EXPECT_NE(report.failures[0].name.find(name), std::string::npos) << line;
  EXPECT_TRUE(report.advice.empty()) << line;
}

}  // namespace tacit::host::conformance
