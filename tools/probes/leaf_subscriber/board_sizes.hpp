#pragma once
#include "tacit/nomq/tables.hpp"

// A lamp that hears four channels, from eight peers.
inline constexpr tacit::nomq::Sizes board_sizes{.channels = 4,
                                                .slots = 0,
                                                .message_bytes = 256,
                                                .peers = 8,
                                                .interests = 0,
                                                .debts = 0,
                                                .retained = 0,
                                                .receipts = 0,
                                                .sessions = 8,
                                                .traces = 64,
                                                .events = 1,
                                                .answers = 1};
