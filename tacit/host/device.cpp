#include "tacit/host/device.hpp"

#include "tacit/host/hex.hpp"
#include "tacit/host/private_file.hpp"

namespace tacit::host {

static_assert(key_forms[2].kind == KeyKind::usmp && key_forms[2].size_min == DeviceId{}.size() + Psk::size_min &&
              key_forms[2].size_max == DeviceId{}.size() + Psk::size_max);

std::string to_text(const DeviceId& id) {
  const std::string digits = encode_hex(id);
  std::string text;
  for (std::size_t i = 0; i < id.size(); ++i) text.append(i == 0 ? "" : ":").append(digits, 2 * i, 2);
  return text;
}

std::optional<DeviceId> device_id_from(std::string_view text) {
  DeviceId id{};
  if (text.size() != 3 * id.size() - 1) return std::nullopt;
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (i > 0 && text[3 * i - 1] != ':') return std::nullopt;
    if (!decode_hex(text.substr(3 * i, 2), MutBytes(id).subspan(i, 1))) return std::nullopt;
  }
  return id;
}

DeviceId random_device_id(crypto::Random& random) {
  auto id = random.value<DeviceId>();
  id[0] = static_cast<std::uint8_t>((id[0] & ~1u) | 2u);  // IEEE 802: unicast, locally administered
  return id;
}

Psk generate_psk(crypto::Random& random) {
  Secret<generated_psk_size> bytes;
  random.fill(bytes.fill());
  return *Psk::of(bytes.reveal());
}

Attempt<Psk> psk_from(Bytes bytes, const std::string& where) {
  auto psk = Psk::of(bytes);
  if (psk) return *std::move(psk);
  return Problem{Fault::weak_key,
                 where + ": a PSK of " + std::to_string(bytes.size()) + " bytes is too short; at least 16 are needed",
                 "32 random bytes are best: leave the choice to Tacit."};
}

Attempt<Psk> read_psk_file(const std::string& path) {
  Secret<4096> room;
  const auto file = read_file(path, room.fill());
  if (!file) return file.error();
  return psk_from(file->bytes, path);
}

UsmpKey usmp_key(const Key& key) {
  require(key.kind() == KeyKind::usmp);
  UsmpKey usmp{.device = {}, .psk = *Psk::of(key.reveal().subspan(DeviceId{}.size()))};
  copy(key.reveal().first(usmp.device.size()), usmp.device);
  return usmp;
}

Key key_of(const DeviceId& device, const Psk& psk) {
  Secret<max_key_size> bytes;
  copy(device, bytes.fill());
  copy(psk.reveal(), bytes.fill().subspan(device.size()));
  return Key(KeyKind::usmp, bytes.reveal().first(device.size() + psk.reveal().size()));
}

}  // namespace tacit::host
