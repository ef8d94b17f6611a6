#include "tacit/host/device_record.hpp"

#include <algorithm>

#include "tacit/base/utf8.hpp"
#include "tacit/host/key_file.hpp"

namespace tacit::host {

Attempt<Psk> psk_of(const KeySource& source, const DeviceId& device) {
  if (const Psk* psk = std::get_if<Psk>(&source)) return psk->duplicate();
  const std::string& path = std::get<KeyReference>(source).path;
  auto file = read_key_file(path, usmp_kinds);
  if (!file) return file.error();
  UsmpKey key = usmp_key(file->key);
  if (key.device != device)
    return Problem{
        Fault::wrong_kind,
        path + ": this is the key of device " + to_text(key.device) + ", and that of " + to_text(device) + " is wanted",
        ""};
  return std::move(key.psk);
}

Attempt<Done> check_device_name(std::string_view name, const std::string& where) {
  const auto refuse = [&](const std::string& why) {
    return Problem{Fault::out_of_range, where + ": a device's name " + why, ""};
  };
  if (name.empty() || name.size() > 64) return refuse("has 1 to 64 bytes");
  if (!is_utf8(bytes_of(name))) return refuse("has to be UTF-8");
  const auto forbidden = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '/' || c == '+' || c == '#';
  };
  if (std::ranges::any_of(name, forbidden)) return refuse("has no control characters, and none of / + #");
  // Those of ISO 6429 have two bytes in UTF-8, C2 80 to C2 9F.
  for (std::size_t i = 0; i + 1 < name.size(); ++i)
    if (name[i] == '\xC2' && static_cast<unsigned char>(name[i + 1]) < 0xA0) return refuse("has no control characters");
  if (name.front() == ' ' || name.back() == ' ') return refuse("neither begins nor ends with a blank");
  if (device_id_from(name)) return refuse("must not look like a device id");
  return Done{};
}

}  // namespace tacit::host
