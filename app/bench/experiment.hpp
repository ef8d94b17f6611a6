#pragma once
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

// What `tacit bench` measures, whatever it is: subjects, of which each gives figures, round after round, in turn.
namespace tacit::app::bench {

struct Column {
  std::string_view key;    // in JSON
  std::string_view title;  // in the table, with its unit
  int decimals = 0;
};

// One for each column; `unknown` where it means nothing.
using Figures = std::vector<double>;
inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

struct Subject {
  std::string key, name;
  std::function<Figures()> round;
};

// In each round, the one subject's figure divided by the other's; both ran within seconds of each other.
struct Ratio {
  std::string of, to;       // keys of subjects
  std::string_view column;  // its key
};

struct Experiment {
  std::vector<Column> columns;
  std::vector<Subject> subjects;
  std::vector<Ratio> ratios;
  std::vector<std::string> notes;  // what was made smaller, or is not there, and how the figures are meant
};

// All figures of one kind. With five rounds the median of very many lies between the least and the most with 94 %.
struct Spread {
  double median = unknown, least = unknown, most = unknown;
  std::vector<double> rounds;
};
Spread spread_of(std::vector<double> rounds);

// 1, 10, 100 … below the last, and the last: how many of something are measured.
std::vector<std::size_t> decades(std::size_t last);

struct Report {
  struct Row {
    std::string key, name;
    std::vector<Spread> figures;  // one for each column
  };
  struct RatioRow {
    Ratio what;
    Spread value;
  };
  std::vector<Column> columns;
  std::vector<Row> rows;
  std::vector<RatioRow> ratios;
  std::vector<std::string> notes;
};

// Of one figure, by its key, over all rows and rounds; 0 where there is no such figure.
double sum_of(const Report&, std::string_view column);

// Told before each subject's turn; `done` of `all` are over.
using Told = std::function<void(std::size_t done, std::size_t all, const std::string& name)>;

// Every subject in each round, in turn, so that a slow minute is everybody's.
Report measure(const Experiment&, std::size_t rounds, const Told&);

}  // namespace tacit::app::bench
