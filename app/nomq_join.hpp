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
  std::string via, host, epoch, client_id;
  std::vector<std::string> interfaces;
  std::optional<std::uint16_t> port;
  bool keep_session = false;

  std::vector<const CLI::Option*> options;  // those that mean nothing with a broker
};

// --key-file, --interface, --epoch
void add_group_options(Program&, CLI::App&, NomqFlags&);
// Those, --via, -h, -p, -c and -i, for commands that speak to a broker as well.
void add_nomq_options(Program&, CLI::App&, NomqFlags&);

// Flags, environment and configuration, checked against each other.
struct Join {
  host::Key key;
  nomq::Config config;
  std::vector<std::string> interfaces;
  std::optional<Endpoint> to;  // nothing: the group
  bool to_many = false;        // it is a broadcast or multicast address
  std::string context;         // its name, for the control socket
  Log log;
};
Join nomq_join(Program&, const NomqFlags&);

// Of the key that is named, for commands that can do without one.
std::optional<std::string> fingerprint_if_any(Program&);

std::uint16_t own_port_of(nomq::Profile);  // where a node is found when nobody says otherwise

// An address or a host's name, with or without a port. Throws Failure, about what stands `where`.
Endpoint address_of(const std::string& text, std::uint16_t default_port, const std::string& where);

Failure failure_of(Reason, ExitCode, const std::string& about = "");
ExitCode exit_code_of_refusal(Reason);  // of a verb

std::string text_of(nomq::SessionId);
std::optional<nomq::SessionId> session_of(const std::string& text);

}  // namespace tacit::app
