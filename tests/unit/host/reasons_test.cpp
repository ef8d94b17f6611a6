// Goal: what a person reads about a Reason is complete and carries the enumerator's own name.
// Method: ask the compiler for each enumerator's name.
#include "tacit/host/reasons.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <utility>

namespace tacit::host {
namespace {

// GCC: "... [with tacit::Reason R = tacit::Reason::bad_mac; ...]", Clang: "... [R = tacit::Reason::bad_mac]".
template <Reason R> constexpr std::string_view enumerator() {
  const std::string_view text = __PRETTY_FUNCTION__;
  constexpr std::string_view before = "R = tacit::Reason::";
  const auto start = text.find(before) + before.size();
  return text.substr(start, text.find_first_of(";]", start) - start);
}

template <std::size_t... I> constexpr auto enumerators(std::index_sequence<I...>) {
  return std::array{enumerator<static_cast<Reason>(I)>()...};
}

TEST(Reasons, a_reason_is_printed_under_its_enumerators_name) {
  constexpr auto names = enumerators(std::make_index_sequence<reason_count>());
  for (std::size_t i = 0; i < reason_count; ++i) EXPECT_EQ(explain(static_cast<Reason>(i)).name, names[i]);
}

TEST(Reasons, a_reason_is_found_again_by_its_name) {
  for (const Explanation& one : all_reasons()) EXPECT_EQ(reason_named(one.name), one.reason);
  EXPECT_EQ(reason_named("no_such_reason"), std::nullopt);
  EXPECT_EQ(reason_named(""), std::nullopt);
}

TEST(Reasons, sentences_and_next_steps_are_whole_sentences_and_each_its_own) {
  std::set<std::string_view> sentences;
  for (const Explanation& one : all_reasons()) {
    EXPECT_TRUE(one.sentence.ends_with('.')) << one.name;
    EXPECT_TRUE(one.next_step.ends_with('.')) << one.name;
    EXPECT_TRUE(sentences.insert(one.sentence).second) << one.name;
    EXPECT_FALSE(heading(one.group).empty());
  }
}

}  // namespace
}  // namespace tacit::host
