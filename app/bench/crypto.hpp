#pragma once
#include "app/bench/bare_cipher.hpp"
#include "app/bench/settings.hpp"

namespace tacit::app::bench {

// What sealing and opening the packets of a protocol costs, by the size of their messages and by how many are handed
// over at a time; with the engine that is in use and, where that is not OpenSSL, with that too.
Experiment crypto_costs(Like, const std::vector<std::size_t>& sizes);

}  // namespace tacit::app::bench
