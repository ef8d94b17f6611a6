#pragma once
#include <string>

#include "tacit/host/device_header.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): not ours
class App;
}  // namespace CLI

namespace tacit::app {

// The ways in which a device gets its key. Each shows a secret, so each is asked for by name, and a file is made with
// mode 0600 and never over another one.
struct Provisioning {
  std::string key_file, qr_svg, header, server;
  bool qr = false;

  bool is_asked_for() const { return qr || !key_file.empty() || !qr_svg.empty() || !header.empty(); }
};

void add_provisioning_options(CLI::App&, Provisioning&);

// The server's address; a Failure where that is no HOST or HOST:PORT. Called before anything is changed.
std::optional<host::ServerAddress> server_of(const Provisioning&);
// A Failure where one of the files exists already. Likewise.
void check_before(const Provisioning&);

// Does what was asked for. The code holds the line of a key file, and where the server is as a comment below it: what
// is read from it can be saved as the device's key file.
void provide(const Provisioning&, const std::string& name, const host::UsmpKey&);

}  // namespace tacit::app
