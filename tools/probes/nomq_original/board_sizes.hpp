#pragma once
#include "tacit/nomq/tables.hpp"

// The limits of the original.
inline constexpr tacit::nomq::Sizes board_sizes{};
