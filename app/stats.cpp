// tacit stats: what the commands that run have counted.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/control_service.hpp"
#include "app/json_lines.hpp"

namespace tacit::app {
namespace {

using nlohmann::ordered_json;

constexpr std::chrono::seconds patience{2};

// A row for each number that somebody has: of traffic and sockets all, of what is refused what happened.
struct Row {
  std::string name;
  std::vector<std::uint64_t> values;  // of each command
};

class Table {
 public:
  explicit Table(std::size_t columns) : columns_(columns) {}

  void add(const std::string& name, std::size_t column, std::uint64_t value) {
    auto row = std::ranges::find(rows_, name, &Row::name);
    if (row == rows_.end()) row = rows_.insert(rows_.end(), {name, std::vector<std::uint64_t>(columns_)});
    row->values[column] = value;
  }
  void add_numbers(const std::string& before, std::size_t column, const ordered_json& object) {
    for (const auto& [name, value] : object.items())
      if (value.is_number_unsigned() || value.is_number_integer())
        add(before + name, column, value.get<std::uint64_t>());
  }
  const std::vector<Row>& rows() const { return rows_; }

 private:
  std::size_t columns_;
  std::vector<Row> rows_;
};

// A port and a buffer are no counts.
bool can_be_summed(const std::string& name) { return name != "port" && name != "receive_buffer"; }

void print_table(const std::vector<ordered_json>& answers) {
  const bool several = answers.size() > 1;
  std::printf("%-28s", "");
  for (const ordered_json& one : answers)
    std::printf(" %14s", (one.value("command", "") + " " + std::to_string(one.value("pid", 0))).c_str());
  std::puts(several ? "            all" : "");
  for (const char* part : {"traffic", "sessions", "sockets", "reasons"}) {
    Table table(answers.size());
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const ordered_json& numbers = answers[i].contains(part) ? answers[i][part] : ordered_json::object();
      table.add_numbers("", i, numbers);
      if (numbers.contains("unsent")) table.add_numbers("unsent ", i, numbers["unsent"]);
    }
    if (!table.rows().empty()) std::printf("%s\n", part == std::string("reasons") ? "refused, by reason" : part);
    for (const Row& row : table.rows()) {
      std::printf("  %-26s", row.name.c_str());
      std::uint64_t sum = 0;
      for (const std::uint64_t value : row.values) {
        std::printf(" %14llu", static_cast<unsigned long long>(value));
        sum += value;
      }
      if (several && can_be_summed(row.name)) std::printf(" %14llu", static_cast<unsigned long long>(sum));
      std::puts("");
    }
  }
}

ExitCode show_stats(Program& program, bool json) {
  const std::string context = program.context().name();
  const auto answers = ask_running(context, {{"v", 1}, {"ask", "stats"}}, patience);
  if (answers.empty())
    throw Failure{
        ExitCode::cannot_reach, "cannot_reach", "no command of the context " + context + " runs here",
        "`tacit sub`, `tacit pub --stay`, `tacit pub -l` and `tacit usmp serve` count, for the user who runs them."};
  if (!json) print_table(answers);
  else
    for (const ordered_json& one : answers) std::puts(line_of(one).c_str());
  return ExitCode::ok;
}

}  // namespace

void add_stats(Program& program) {
  CLI::App& app = program.add(program.root(), "stats", "tell what the commands that run have counted",
                              "tacit stats            # packets, messages, and what is refused, by reason\n"
                              "tacit stats --json     # a line for each command\n"
                              "tacit reasons bad_mac  # what a reason means");
  auto json = std::make_shared<bool>(false);
  app.add_flag("--json", *json, "One JSON object a line.");
  app.callback([&program, json] { program.run = [&program, json] { return show_stats(program, *json); }; });
}

}  // namespace tacit::app
