#include "tacit/host/conformance/report.hpp"

#include <algorithm>

#include "tacit/host/hex.hpp"

namespace tacit::host::conformance {
namespace {

constexpr std::size_t shown_whole = 32, shown_part = 8;  // bytes

// All of it, or how much there is and what stands where the other differs.
std::string excerpt(Bytes bytes, std::size_t first_difference) {
  if (bytes.size() <= shown_whole) return bytes.empty() ? "nothing" : encode_hex(bytes);
  const Bytes part = bytes.subspan(std::min(first_difference, bytes.size()));
  const std::string at = " at " + std::to_string(first_difference);
  return std::to_string(bytes.size()) + " bytes" +
         (part.empty() ? "" : " with " + encode_hex(part.first(std::min(part.size(), shown_part))) + at);
}

void append(std::string& list, std::string_view what, std::string_view value) {
  if (!list.empty()) list += "; ";
  list.append(what).append(what.empty() ? "" : " ").append(value);
}

std::string on_one_line(std::string text) {
  std::replace_if(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return text;
}

}  // namespace

void Comparison::text(std::string_view what, std::string_view out, std::string_view should) {
  if (out == should) return;
  append(out_, what, out);
  append(should_, what, should);
}

void Comparison::number(std::string_view what, std::uint64_t out, std::int64_t should) {
  if (should >= 0 && out == static_cast<std::uint64_t>(should)) return;
  append(out_, what, std::to_string(out));
  append(should_, what, std::to_string(should));
}

void Comparison::bytes(std::string_view what, Bytes out, Bytes should) {
  const auto [in_out, in_should] = std::mismatch(out.begin(), out.end(), should.begin(), should.end());
  if (in_out == out.end() && in_should == should.end()) return;
  const auto first_difference = static_cast<std::size_t>(in_out - out.begin());
  append(out_, what, excerpt(out, first_difference));
  append(should_, what, excerpt(should, first_difference));
}

void Comparison::note(std::string out, std::string should) {
  append(out_, "", out);
  append(should_, "", should);
}

void Report::add(std::string_view section, std::size_t index, std::string_view name, const Comparison& comparison) {
  if (comparison.agrees()) ++passed;
  else failures.push_back({std::string(section), index, std::string(name), comparison.out(), comparison.should()});
  if (!comparison.advice().empty())
    advice.push_back({std::string(section), index, std::string(name), comparison.advice()});
}

void Report::add(Report other) {
  passed += other.passed;
  skipped += other.skipped;
  failures.insert(failures.end(), std::make_move_iterator(other.failures.begin()),
                  std::make_move_iterator(other.failures.end()));
  advice.insert(advice.end(), std::make_move_iterator(other.advice.begin()),
                std::make_move_iterator(other.advice.end()));
}

std::string line_of(const std::string& file, const Failure& failure) {
  return on_one_line("FAIL " + file + " " + failure.section + "[" + std::to_string(failure.index) + "] " +
                     failure.name + ": " + failure.out + ", should be " + failure.should);
}

std::string line_of(const std::string& file, const Advice& advice) {
  return on_one_line("note: " + file + " " + advice.section + "[" + std::to_string(advice.index) + "] " + advice.name +
                     ": " + advice.what);
}

std::string closing_line(const Report& report) {
  const std::string skipped = report.skipped > 0 ? ", " + std::to_string(report.skipped) + " skipped" : "";
  return std::to_string(report.passed) + " passed, " + std::to_string(report.failures.size()) + " failed" + skipped;
}

}  // namespace tacit::host::conformance
