#pragma once
#include <optional>
#include <string>

namespace tacit::app {

// A line that tells a server what to send: DEVICE MESSAGE, or {"device":DEVICE,"payload":TEXT}, where "payload_b64" may
// stand in place of "payload".
struct DeviceCommand {
  std::string device;   // its name or id
  std::string payload;  // any bytes
};
std::optional<DeviceCommand> read_device_command(const std::string& line);

}  // namespace tacit::app
