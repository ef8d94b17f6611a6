#pragma once
#include <optional>
#include <string>

#include "app/e2e_join.hpp"

namespace tacit::app {

// Has the broker forget what it retains on a topic below the key's. Nothing is sealed: MQTT says that by an empty
// payload, and whoever knows the topic can do so.
ExitCode clear_retained(E2eJoin&, const std::string& suffix, std::optional<double> wait_s);

}  // namespace tacit::app
