#include "app/bench/experiment.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "app/bench/report_text.hpp"

namespace tacit::app::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Spread, the_middle_one_is_the_median_and_of_two_the_mean) {
  const Spread odd = spread_of({9, 1, 5});
  EXPECT_EQ(odd.median, 5);
  EXPECT_EQ(odd.least, 1);
  EXPECT_EQ(odd.most, 9);
  EXPECT_THAT(odd.rounds, ElementsAre(9, 1, 5)) << "in the order in which they were measured";
  EXPECT_EQ(spread_of({4, 2}).median, 3);
}

TEST(Spread, what_means_nothing_does_not_count) {
  EXPECT_EQ(spread_of({unknown, 3}).median, 3);
  EXPECT_TRUE(std::isnan(spread_of({unknown}).median));
  EXPECT_TRUE(std::isnan(spread_of({}).most));
}

// Two subjects, of which the second is always half of the first.
struct Halves {
  std::vector<std::string> order;
  double value = 1;
  Experiment experiment{.columns = {{"size", "size", 1}},
                        .subjects = {{"whole", "the whole",
                                      [this] {
                                        order.emplace_back("whole");
                                        return Figures{value *= 2};
                                      }},
                                     {"half", "its half",
                                      [this] {
                                        order.emplace_back("half");
                                        return Figures{value / 2};
                                      }}},
                        .ratios = {{"whole", "half", "size"}},
                        .notes = {"a note"}};
};

TEST(Measure, subjects_take_turns_in_every_round) {
  Halves halves;
  std::vector<std::string> told;
  (void)measure(halves.experiment, 2, [&](auto done, auto all, const auto& name) {
    told.push_back(std::to_string(done) + "/" + std::to_string(all) + " " + name);
  });
  EXPECT_THAT(halves.order, ElementsAre("whole", "half", "whole", "half"));
  EXPECT_THAT(told, ElementsAre("0/4 the whole", "1/4 its half", "2/4 the whole", "3/4 its half"));
}

TEST(Measure, a_ratio_is_made_within_each_round) {
  Halves halves;
  const Report report = measure(halves.experiment, 3, [](auto, auto, const auto&) {});
  EXPECT_THAT(report.rows[0].figures[0].rounds, ElementsAre(2, 4, 8));
  EXPECT_THAT(report.ratios[0].value.rounds, ElementsAre(2, 2, 2))
      << "medians of each would say so too, but not always";
  EXPECT_EQ(sum_of(report, "size"), 2 + 4 + 8 + 1 + 2 + 4);
  EXPECT_EQ(sum_of(report, "weight"), 0);
}

TEST(Table, has_medians_and_below_them_the_interval) {
  Halves halves;
  const std::string text = text_of(measure(halves.experiment, 3, [](auto, auto, const auto&) {}));
  EXPECT_EQ(text,
            "                 size\n"
            "the whole         4.0\n"
            "           2.0 to 8.0\n"
            "its half          2.0\n"
            "           1.0 to 4.0\n"
            "\n"
            "size: 2.00 times that of its half\n"
            "\n"
            "- a note\n");
}

TEST(Table, groups_thousands_and_shows_what_means_nothing_as_a_dash) {
  const Experiment experiment{.columns = {{"a", "a", 0}, {"b", "b", 2}},
                              .subjects = {{"one", "one", [] { return Figures{1234567, unknown}; }}},
                              .ratios = {},
                              .notes = {}};
  const std::string text = text_of(measure(experiment, 1, [](auto, auto, const auto&) {}));
  EXPECT_THAT(text, HasSubstr("one  1 234 567  -\n"));
}

}  // namespace
}  // namespace tacit::app::bench
