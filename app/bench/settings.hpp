#pragma once
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

#include "app/bench/traffic.hpp"

namespace tacit::app::bench {

enum class Transport : std::uint8_t { udp, tcp };

struct BrokerAt {
  std::string host;
  std::uint16_t port = 1883;
};

// What is to be measured, and how. Which of these a measurement looks at, the command knows.
struct Settings {
  std::size_t message = 100;  // bytes; 0: several sizes, where that makes sense
  int qos = 0;
  Transport transport = Transport::udp;
  std::size_t shards = 1, sessions = 1;
  RunLength length{};
  std::optional<BrokerAt> broker{};  // mqtt-e2e's; without: one of our own
  std::optional<double> rate{};      // messages a second; without: as many as can be
  std::optional<double> loss{};      // percent of the datagrams, each way; without: no relay between the two
};

// The two ends of what is measured did not find each other, or a broker did not take them.
struct NotReached : std::runtime_error {
  explicit NotReached(const std::string& what, std::string then = "")
      : runtime_error(what), next_step(std::move(then)) {}
  std::string next_step;
};

}  // namespace tacit::app::bench
