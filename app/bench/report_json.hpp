#pragma once
#include <nlohmann/json_fwd.hpp>

#include "app/bench/experiment.hpp"

namespace tacit::app::bench {

// "rows", "ratios" and "notes", as docs/bench.md says. A figure that means nothing is null.
nlohmann::ordered_json json_of(const Report&);

}  // namespace tacit::app::bench
