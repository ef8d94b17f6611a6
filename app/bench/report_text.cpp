#include "app/bench/report_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace tacit::app::bench {
namespace {

// 1234567 as "1 234 567".
std::string grouped(std::string digits) {
  const std::size_t end = std::min(digits.find('.'), digits.size());
  for (std::size_t at = end; at > 3;) digits.insert(at -= 3, " ");
  return digits;
}

std::string number(double value, int decimals) {
  if (std::isnan(value)) return "-";
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return grouped(text.data());
}

// What all rounds agree on has no interval.
std::string interval(const Spread& spread, int decimals) {
  const std::string least = number(spread.least, decimals), most = number(spread.most, decimals);
  return spread.rounds.size() < 2 || least == most ? "" : least + " to " + most;
}

std::size_t width_of(std::string_view text) {  // in places, not in bytes
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}
std::string right(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, width_of(text)), ' ') + text;
}
std::string left(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, width_of(text)), ' ');
}
std::string line_end(std::string line) {
  while (line.ends_with(' ')) line.pop_back();
  return line + "\n";
}

const std::string& name_of(const Report& report, const std::string& key) {
  return std::ranges::find(report.rows, key, &Report::Row::key)->name;
}

std::string ratio_line(const Report& report, const Report::RatioRow& ratio) {
  const auto column = std::ranges::find(report.columns, ratio.what.column, &Column::key);
  std::string line = std::string(column->title) + ": " + number(ratio.value.median, 2);
  const std::string between = interval(ratio.value, 2);
  if (!between.empty()) line += " (" + between + ")";
  return line + " times that of " + name_of(report, ratio.what.to) + "\n";
}

}  // namespace

std::string text_of(const Report& report) {
  std::size_t first = 0;
  std::vector<std::size_t> widths;
  for (const Report::Row& row : report.rows) first = std::max(first, width_of(row.name));
  for (std::size_t c = 0; c < report.columns.size(); ++c) {
    std::size_t width = width_of(report.columns[c].title);
    for (const Report::Row& row : report.rows) {
      width = std::max(width, width_of(number(row.figures[c].median, report.columns[c].decimals)));
      width = std::max(width, width_of(interval(row.figures[c], report.columns[c].decimals)));
    }
    widths.push_back(width);
  }
  const auto line = [&](const std::string& name, auto cell) {
    std::string out = left(name, first);
    for (std::size_t c = 0; c < report.columns.size(); ++c) out += "  " + right(cell(c), widths[c]);
    return line_end(out);
  };

  std::string out = line("", [&](std::size_t c) { return std::string(report.columns[c].title); });
  for (const Report::Row& row : report.rows) {
    out += line(row.name, [&](std::size_t c) { return number(row.figures[c].median, report.columns[c].decimals); });
    const std::string between =
        line("", [&](std::size_t c) { return interval(row.figures[c], report.columns[c].decimals); });
    if (between != "\n") out += between;
  }
  if (!report.ratios.empty()) out += "\n";
  for (const Report::RatioRow& ratio : report.ratios) out += ratio_line(report, ratio);
  if (!report.notes.empty()) out += "\n";
  for (const std::string& note : report.notes) out += "- " + note + "\n";
  return out;
}

}  // namespace tacit::app::bench
