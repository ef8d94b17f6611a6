#pragma once
#include "tacit/nomq/tables.hpp"

// A sensor with four messages on their way, and eight peers that listen to one channel each.
inline constexpr tacit::nomq::Sizes board_sizes{.channels = 0,
                                                .slots = 4,
                                                .message_bytes = 256,
                                                .peers = 8,
                                                .interests = 8,
                                                .debts = 9,
                                                .retained = 0,
                                                .receipts = 0,
                                                .sessions = 0,
                                                .traces = 64,
                                                .events = 1,
                                                .answers = 1};
