// tacit e2e: what can be said of mqtt-e2e without a broker.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/e2e_topic.hpp"
#include "app/json_lines.hpp"
#include "app/program.hpp"
#include "tacit/e2e/topic.hpp"

namespace tacit::app {
namespace {

struct TopicOptions {
  std::vector<std::string> suffixes;
  bool json = false;
};

// What a broker is told, so it may go into its access list.
ExitCode show_topics(Program& program, const TopicOptions& options) {
  for (const std::string& suffix : options.suffixes)
    if (!e2e::is_filter(suffix))
      throw Failure{ExitCode::usage, "usage", "\"" + suffix + "\" is no topic and no filter",
                    "In a filter + stands for a whole level and # for all that follow, at the end."};
  const std::string base = base_topic_of(program.key_file("", host::e2e_kinds).key);
  std::vector<std::string> topics;
  for (const std::string& suffix : options.suffixes) topics.push_back(base + "/" + suffix);
  if (topics.empty()) topics.push_back(base);
  for (const std::string& topic : topics) {
    if (options.json) print_line(line_of({{"v", 1}, {"base", base}, {"topic", topic}}));
    else print_line(topic);
  }
  return ExitCode::ok;
}

}  // namespace

std::string base_topic_of(const host::Key& key) {
  const crypto::AesGcm cipher(key.reveal());
  return std::string(e2e::TopicBase(cipher).text());
}

void add_e2e(Program& program) {
  CLI::App& parent = program.add(program.root(), "e2e", "what messages through a broker have to do with its topics",
                                 "tacit e2e topic --key-file home.key           # FGeeQanXEwx3\n"
                                 "tacit sub --via e2e -h broker.example -t 'iot/#' --key-file home.key");
  CLI::App& app = program.add(parent, "topic", "print the topics that a key leads to",
                              "tacit e2e topic --key-file home.key           # the base, which the key alone makes\n"
                              "tacit e2e topic controller 'iot/#'            # with the context's key, whole topics");
  auto options = std::make_shared<TopicOptions>();
  program.add_key_file(app);
  app.add_option("suffix", options->suffixes, "What follows the base and a slash.")->type_name("TOPIC");
  app.add_flag("--json", options->json, "One JSON object a line.");
  app.callback([&program, options] { program.run = [&program, options] { return show_topics(program, *options); }; });
}

}  // namespace tacit::app
