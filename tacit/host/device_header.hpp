#pragma once
#include "tacit/host/device.hpp"
#include "tacit/host/secret_text.hpp"

namespace tacit::host {

struct ServerAddress {
  std::string host;
  std::uint16_t port = 9000;
};

// A C header for the project of a board that uses the original's `usmp` component: device id, PSK, and where the server
// is if that is said. `name` is the device's, checked.
void write_device_header(std::string_view name, const UsmpKey&, const std::optional<ServerAddress>&, SecretString& out);

}  // namespace tacit::host
