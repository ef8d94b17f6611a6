#include "app/bench/measurement.hpp"

#include "app/bench/crypto.hpp"
#include "app/bench/e2e.hpp"
#include "app/bench/nomq.hpp"
#include "app/bench/usmp.hpp"
#include "tacit/nomq/packet.hpp"
#include "tacit/usmp/frame.hpp"

namespace tacit::app::bench {
namespace {

// A size of 0 stands for a small one, a usual one and a large one.
template <Like like> Experiment crypto_of(const Settings& settings) {
  constexpr std::size_t large = like == Like::usmp ? usmp::fragment_size_max : 1000;
  if (settings.message > 0) return crypto_costs(like, {settings.message});
  return crypto_costs(like, {16, 100, large});
}

const Settings for_traffic{};
const Settings for_latency{.length = {.seconds = 0.5}};
const Settings for_handshake{.message = 0, .length = {.messages = 400}};
const Settings for_sessions{.sessions = 10'000, .length = {.messages = 50'000}};
const Settings for_crypto{.message = 0};

}  // namespace

std::span<const Measurement> measurements() {
  static const std::vector<Measurement> all{
      {"nomq",
       "throughput",
       "NoMQ, from a publisher to a subscriber",
       {"--size", "--qos", "--duration", "--messages", "--rate", "--loss"},
       for_traffic,
       {.message = nomq::message_max},
       nomq_throughput},
      {"nomq",
       "latency",
       "NoMQ, a message and its answer",
       {"--size", "--qos", "--duration", "--messages", "--loss"},
       for_latency,
       {.message = nomq::message_max},
       nomq_latency},
      {"nomq",
       "sessions",
       "NoMQ, what a message costs one node among many",
       {"--size", "--sessions", "--messages"},
       for_sessions,
       {.message = nomq::message_max, .sessions = 10'000},
       nomq_sessions},
      {"nomq",
       "crypto",
       "NoMQ, the cryptography of its packets",
       {"--size"},
       for_crypto,
       {.message = nomq::message_max},
       crypto_of<Like::nomq>},
      {"usmp",
       "throughput",
       "USMP, from devices to a server",
       {"--size", "--transport", "--sessions", "--shards", "--duration", "--messages"},
       for_traffic,
       {.message = usmp::message_size_max, .sessions = 200},
       usmp_throughput},
      {"usmp",
       "latency",
       "USMP, a message and its answer",
       {"--size", "--transport", "--duration", "--messages"},
       for_latency,
       {.message = usmp::message_size_max},
       usmp_latency},
      {"usmp",
       "handshake",
       "USMP, what a handshake costs a server",
       {"--messages"},
       for_handshake,
       {.message = usmp::message_size_max},
       usmp_handshake},
      {"usmp",
       "sessions",
       "USMP, what sessions and their messages cost a server",
       {"--size", "--sessions", "--messages"},
       for_sessions,
       {.message = usmp::fragment_size_max, .sessions = 1'000'000},
       usmp_sessions},
      {"usmp",
       "crypto",
       "USMP, the cryptography of its frames",
       {"--size"},
       for_crypto,
       {.message = usmp::fragment_size_max},
       crypto_of<Like::usmp>},
      {"e2e",
       "throughput",
       "mqtt-e2e, from a publisher to a subscriber through a broker",
       {"--size", "--qos", "--duration", "--messages", "--rate", "--host", "--port"},
       for_traffic,
       {.message = 4096, .qos = 1},
       e2e_throughput},
      {"e2e",
       "latency",
       "mqtt-e2e, a message and its answer through a broker",
       {"--size", "--qos", "--duration", "--messages", "--host", "--port"},
       for_latency,
       {.message = 4096, .qos = 1},
       e2e_latency},
      {"e2e",
       "crypto",
       "mqtt-e2e, the cryptography of its envelopes",
       {"--size"},
       for_crypto,
       {.message = 4096},
       crypto_of<Like::e2e>},
  };
  return all;
}

}  // namespace tacit::app::bench
