#pragma once
#include <string>

#include "app/bench/experiment.hpp"

namespace tacit::app::bench {

// A table for a terminal: medians, and below each of them the least and the most.
std::string text_of(const Report&);

}  // namespace tacit::app::bench
