#pragma once
#include "app/failure.hpp"
#include "app/program.hpp"
#include "tacit/host/usmp_client.hpp"

// What all commands share that are a USMP device.
namespace tacit::app {

struct UsmpFlags {
  std::string host;
  std::optional<std::uint16_t> port;
  std::string wire;  // "1", "2", "auto", or empty
  bool udp = false, reconnect = false;
};

// Flags, environment and configuration, checked against each other.
struct UsmpJoin {
  host::UsmpKey key;
  host::UsmpClient::Options options;
  std::string server;  // "gateway.local:9000", as people say it
  std::string context;
  Log log;
};
UsmpJoin usmp_join(Program&, const UsmpFlags&);

// Why there is no session, or none any more: cannot_reach where nobody answered, not_authentic where the server did
// but took no proof of our key; where it ended later, not_acknowledged if something was `owed` still.
Failure usmp_failure(const UsmpJoin&, const usmp::Disconnected&, std::error_code stream_error, bool owed);

}  // namespace tacit::app
