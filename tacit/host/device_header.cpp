#include "tacit/host/device_header.hpp"

#include "tacit/host/hex.hpp"

namespace tacit::host {
namespace {

// The array's bytes, eight a line.
void append_array(std::string_view name, Bytes bytes, SecretString& out) {
  out.append("static const uint8_t ").append(name).append("[").append(std::to_string(bytes.size())).append("] = {");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out.append(i % 8 == 0 ? "\n    0x" : " 0x");
    out.resize(out.size() + 2);
    encode_hex(bytes.subspan(i, 1), std::span<char>(out).last(2));
    out.append(",");
  }
  out.append("\n};\n");
}

// A host's name has neither quotes nor backslashes; whatever else was given must not end the text.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text)
    if (c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20) out += c;
  return out + '"';
}

}  // namespace

void write_device_header(std::string_view name, const UsmpKey& key, const std::optional<ServerAddress>& server,
                         SecretString& out) {
  out.reserve(2048);
  // A name has no control characters, so it cannot end the line; nor may it continue it.
  out.append("// USMP device \"").append(name).append("\", made by `tacit device`.\n");
  out.append(
      "// This file holds the device's secret key: keep it out of version control, and flash it on no second board.\n"
      "//\n"
      "//   usmp_t ctx = {0};\n"
      "//   ctx.psk = tacit_psk;\n"
      "//   ctx.psk_len = sizeof tacit_psk;\n");
  if (server) out.append("//   usmp_transport_tcp_init(&transport, TACIT_SERVER_HOST, TACIT_SERVER_PORT);\n");
  out.append(
      "//\n"
      "// The component takes the address of the board's Wi-Fi as its device id: the two have to be the same.\n"
      "#pragma once\n"
      "#include <stdint.h>\n\n");
  if (server) {
    out.append("#define TACIT_SERVER_HOST ").append(quoted(server->host)).append("\n");
    out.append("#define TACIT_SERVER_PORT ").append(std::to_string(server->port)).append("\n\n");
  }
  append_array("tacit_device_id", key.device, out);
  out.append("\n");
  append_array("tacit_psk", key.psk.reveal(), out);
}

}  // namespace tacit::host
