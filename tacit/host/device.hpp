#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "tacit/host/key.hpp"
#include "tacit/host/problem.hpp"
#include "tacit/usmp/frame.hpp"
#include "tacit/usmp/psk.hpp"

// A USMP device as its owner sees it: who it is, and what only it and its server know (spec/usmp.md section 3).
namespace tacit::host {

// With an ESP32 the address of its Wi-Fi. It travels in clear and proves nothing.
using usmp::DeviceId;

std::string to_text(const DeviceId&);                      // "00:1a:2b:3c:4d:5e"
std::optional<DeviceId> device_id_from(std::string_view);  // hex of either case, with colons
// Random, and marked as given out locally, so that it is never the address of some chip.
DeviceId random_device_id(crypto::Random&);

using usmp::Psk;
inline constexpr std::size_t generated_psk_size = 32;

Psk generate_psk(crypto::Random&);
// weak_key below 16 bytes; `where` begins the text.
Attempt<Psk> psk_from(Bytes, const std::string& where);
// The bytes of a file as they are. Gives what read_file() and psk_from() give.
Attempt<Psk> read_psk_file(const std::string& path);

// What a key file of kind usmp holds: all that a client needs to know of itself.
struct UsmpKey {
  DeviceId device{};
  Psk psk;
};
UsmpKey usmp_key(const Key&);  // of kind usmp
Key key_of(const DeviceId&, const Psk&);

}  // namespace tacit::host
