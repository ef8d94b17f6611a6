#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tacit/base/bytes.hpp"

// What became of cases.
namespace tacit::host::conformance {

// What came out of a case beside what should have: nothing where they agree.
class Comparison {
 public:
  void text(std::string_view what, std::string_view out, std::string_view should);
  void number(std::string_view what, std::uint64_t out, std::int64_t should);  // a negative one never agrees
  void bytes(std::string_view what, Bytes out, Bytes should);
  void note(std::string out, std::string should);               // they differ, and this is how
  void advise(std::string what) { advice_ = std::move(what); }  // they agree in what is binding, but not in this

  bool agrees() const { return out_.empty(); }
  const std::string& out() const { return out_; }
  const std::string& should() const { return should_; }
  const std::string& advice() const { return advice_; }

 private:
  std::string out_, should_, advice_;
};

struct Failure {
  std::string section;
  std::size_t index = 0;
  std::string name, out, should;
};

// Advice that a case did not follow, which is no failure.
struct Advice {
  std::string section;
  std::size_t index = 0;
  std::string name, what;
};

struct Report {
  std::size_t passed = 0, skipped = 0;
  std::vector<Failure> failures;
  std::vector<Advice> advice;

  void add(std::string_view section, std::size_t index, std::string_view name, const Comparison&);
  void add(Report other);
};

// "FAIL FILE SECTION[INDEX] NAME: what came out, what should have", on one line whatever the names are.
std::string line_of(const std::string& file, const Failure&);
// "note: FILE SECTION[INDEX] NAME: what differs"
std::string line_of(const std::string& file, const Advice&);
// "N passed, M failed", or "N passed, M failed, K skipped".
std::string closing_line(const Report&);

}  // namespace tacit::host::conformance
