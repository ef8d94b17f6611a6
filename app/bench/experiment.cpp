#include "app/bench/experiment.hpp"

#include <algorithm>
#include <cmath>

#include "tacit/base/require.hpp"

namespace tacit::app::bench {
namespace {

std::size_t index_of(const std::vector<Subject>& subjects, const std::string& key) {
  const auto at = std::ranges::find(subjects, key, &Subject::key);
  require(at != subjects.end());
  return static_cast<std::size_t>(at - subjects.begin());
}
std::size_t index_of(const std::vector<Column>& columns, std::string_view key) {
  const auto at = std::ranges::find(columns, key, &Column::key);
  require(at != columns.end());
  return static_cast<std::size_t>(at - columns.begin());
}

}  // namespace

Spread spread_of(std::vector<double> rounds) {
  Spread spread{.rounds = rounds};
  std::erase_if(rounds, [](double value) { return std::isnan(value); });
  if (rounds.empty()) return spread;
  std::ranges::sort(rounds);
  const std::size_t middle = rounds.size() / 2;
  spread.median = rounds.size() % 2 == 1 ? rounds[middle] : (rounds[middle - 1] + rounds[middle]) / 2;
  spread.least = rounds.front();
  spread.most = rounds.back();
  return spread;
}

std::vector<std::size_t> decades(std::size_t last) {
  std::vector<std::size_t> counts;
  for (std::size_t count = 1; count < last; count *= 10) counts.push_back(count);
  counts.push_back(last);
  return counts;
}

double sum_of(const Report& report, std::string_view column) {
  const auto at = std::ranges::find(report.columns, column, &Column::key);
  if (at == report.columns.end()) return 0;
  double sum = 0;
  for (const Report::Row& row : report.rows)
    for (const double value : row.figures[static_cast<std::size_t>(at - report.columns.begin())].rounds)
      if (!std::isnan(value)) sum += value;
  return sum;
}

Report measure(const Experiment& experiment, std::size_t rounds, const Told& told) {
  const auto& [columns, subjects, ratios, notes] = experiment;
  std::vector<std::vector<std::vector<double>>> all(subjects.size(), std::vector<std::vector<double>>(columns.size()));
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t s = 0; s < subjects.size(); ++s) {
      told(round * subjects.size() + s, rounds * subjects.size(), subjects[s].name);
      const Figures figures = subjects[s].round();
      require(figures.size() == columns.size());
      for (std::size_t c = 0; c < columns.size(); ++c) all[s][c].push_back(figures[c]);
    }
  }

  Report report{.columns = columns, .rows = {}, .ratios = {}, .notes = notes};
  for (std::size_t s = 0; s < subjects.size(); ++s) {
    Report::Row& row = report.rows.emplace_back(subjects[s].key, subjects[s].name, std::vector<Spread>());
    for (const auto& values : all[s]) row.figures.push_back(spread_of(values));
  }
  for (const Ratio& ratio : ratios) {
    const std::size_t column = index_of(columns, ratio.column);
    std::vector<double> values = all[index_of(subjects, ratio.of)][column];
    const auto& to = all[index_of(subjects, ratio.to)][column];
    for (std::size_t round = 0; round < values.size(); ++round) values[round] /= to[round];
    report.ratios.push_back({ratio, spread_of(std::move(values))});
  }
  return report;
}

}  // namespace tacit::app::bench
