#pragma once
#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "app/bench/settings.hpp"

namespace tacit::app::bench {

// One thing that can be measured of one protocol.
struct Measurement {
  std::string protocol, name;
  std::string sentence;              // what it is, without a full stop
  std::vector<std::string> options;  // of the command, as typed, that it looks at
  Settings defaults;
  struct Limits {
    std::size_t message = 0, sessions = 1;
    int qos = 2;
  } most;
  Experiment (*make)(const Settings&);

  bool takes(std::string_view option) const { return std::ranges::find(options, option) != options.end(); }
};

std::span<const Measurement> measurements();

}  // namespace tacit::app::bench
