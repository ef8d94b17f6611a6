#include "app/bench/report_json.hpp"

#include <nlohmann/json.hpp>

namespace tacit::app::bench {
namespace {

using nlohmann::ordered_json;

ordered_json json_of(const Spread& spread) {
  return {{"median", spread.median}, {"least", spread.least}, {"most", spread.most}, {"rounds", spread.rounds}};
}

}  // namespace

ordered_json json_of(const Report& report) {
  ordered_json rows = ordered_json::array(), ratios = ordered_json::array();
  for (const Report::Row& row : report.rows) {
    ordered_json figures = ordered_json::object();
    for (std::size_t c = 0; c < row.figures.size(); ++c)
      figures[std::string(report.columns[c].key)] = json_of(row.figures[c]);
    rows.push_back({{"key", row.key}, {"name", row.name}, {"figures", std::move(figures)}});
  }
  for (const Report::RatioRow& ratio : report.ratios) {
    ordered_json one{{"of", ratio.what.of}, {"to", ratio.what.to}, {"figure", ratio.what.column}};
    one.update(json_of(ratio.value));
    ratios.push_back(std::move(one));
  }
  return {{"rows", std::move(rows)}, {"ratios", std::move(ratios)}, {"notes", report.notes}};
}

}  // namespace tacit::app::bench
