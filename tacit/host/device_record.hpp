#pragma once
#include <ctime>
#include <variant>

#include "tacit/host/device.hpp"

// What a registry keeps of a device.
namespace tacit::host {

// All that is no secret. Times are those of the wall clock, in seconds of Unix time.
struct Device {
  DeviceId id{};
  std::string name;
  bool revoked = false;
  bool wire1_allowed = false;  // a weaker version of the protocol; spec/usmp.md section 10
  std::time_t created = 0;
  std::optional<std::time_t> rotated{};            // when the key in use took the place of another
  std::optional<std::time_t> rotation_deadline{};  // while a new key waits: when the old one dies at the latest
  std::optional<std::time_t> last_seen{};
  std::string last_address{};               // as text; empty where it was never seen
  std::optional<std::uint8_t> last_wire{};  // 1 or 2
};

// The key file that holds a PSK, for those who do not want it in the database: an absolute path.
struct KeyReference {
  std::string path;
};
using KeySource = std::variant<Psk, KeyReference>;

struct DeviceWithKeys {
  Device device;
  KeySource key;
  std::optional<KeySource> next_key{};  // exactly where there is a rotation_deadline
};

// The PSK itself. Of a referred key file also what read_key_file() gives, and wrong_kind where it is another device's.
Attempt<Psk> psk_of(const KeySource&, const DeviceId&);

// A name is 1 to 64 bytes of UTF-8, without control characters, without / + #, which mean something in a channel's
// name, without blanks at its ends, and does not look like an id. Otherwise out_of_range.
Attempt<Done> check_device_name(std::string_view name, const std::string& where);

}  // namespace tacit::host
