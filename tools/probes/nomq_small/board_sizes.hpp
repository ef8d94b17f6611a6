#pragma once
#include "tacit/nomq/tables.hpp"

// A sensor that keeps nothing for who comes later.
inline constexpr tacit::nomq::Sizes board_sizes{.channels = 4,
                                                .slots = 4,
                                                .message_bytes = 256,
                                                .peers = 8,
                                                .interests = 8,
                                                .debts = 9,
                                                .retained = 0,
                                                .receipts = 1,
                                                .sessions = 8,
                                                .traces = 64,
                                                .events = 1,
                                                .answers = 1};
