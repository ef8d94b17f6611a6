#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/failure.hpp"
#include "app/program.hpp"
#include "tacit/base/endpoint.hpp"
#include "tacit/base/reason.hpp"
#include "tacit/nomq/config.hpp"
#include "tacit/nomq/packet.hpp"

namespace tacit::host {
class Nomq;
}

// What all commands share that join a NoMQ group.
namespace tacit::app {

struct NomqFlags {
  std::string host, epoch, client_id;
  std::vector<std::string> interfaces;
  std::optional<std::uint16_t> port;
  bool keep_session = false;
};

// -h, -p, --epoch, --interface, --key-file, and mosquitto's -c and -i, which mean nothing here.
void add_nomq_options(Program&, CLI::App&, NomqFlags&);

// Flags, environment and configuration, checked against each other.
struct Join {
  host::Key key;
  nomq::Config config;
  std::vector<std::string> interfaces;
  std::optional<Endpoint> to;  // nothing: the group
  std::string context;         // its name, for the control socket
  Log log;
};
Join nomq_join(Program&, const NomqFlags&);

Failure failure_of(Reason, ExitCode, const std::string& about = "");
ExitCode exit_code_of_refusal(Reason);  // of a verb

std::string text_of(nomq::SessionId);
std::optional<nomq::SessionId> session_of(const std::string& text);

}  // namespace tacit::app
