#pragma once
#include "tacit/port/linux/lan_sockets.hpp"

namespace tacit::app::bench {

// 127.0.0.1.
constexpr Endpoint loopback(std::uint16_t port) {
  return {.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 1}, .port = port};
}

// One of a group that is on loopback alone, with any port as its own.
inline linux_port::LanConfig lan_on_loopback(std::uint16_t group_port) {
  return {.group = {group_port, std::nullopt}, .own = {}, .interfaces = {"lo"}};
}

}  // namespace tacit::app::bench
