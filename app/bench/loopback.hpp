#pragma once
#include "tacit/base/endpoint.hpp"

namespace tacit::app::bench {

// 127.0.0.1.
constexpr Endpoint loopback(std::uint16_t port) {
  return {.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 1}, .port = port};
}

}  // namespace tacit::app::bench
