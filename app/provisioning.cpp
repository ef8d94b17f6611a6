#include "app/provisioning.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "app/failure.hpp"
#include "app/qr_code.hpp"
#include "app/secret_output.hpp"
#include "tacit/host/key_file.hpp"
#include "tacit/host/private_file.hpp"

namespace tacit::app {
namespace {

QrCode code_of(const host::UsmpKey& key, const std::optional<host::ServerAddress>& server) {
  host::KeyText file;
  host::write_key_text(host::key_of(key.device, key.psk), "", file);
  const std::string_view text = file.reveal();
  const std::size_t comment = text.find('\n') + 1;
  host::SecretString content(text.substr(comment, text.size() - comment - 1));
  if (server) content.append("\n# server ").append(server->host).append(" ").append(std::to_string(server->port));
  auto code = QrCode::of(content);
  require(code.has_value());  // at most 110 bytes, and the host's name
  return *std::move(code);
}

void create(const std::string& path, std::string_view content) {
  (void)or_fail(host::create_private_file(path, content), ExitCode::key);
}

}  // namespace

void add_provisioning_options(CLI::App& app, Provisioning& options) {
  app.add_option("--key-file", options.key_file,
                 "Create the device's key file, for `tacit usmp connect`, with mode 0600; never over another file.")
      ->type_name("FILE");
  app.add_flag("--qr", options.qr, "Show a QR code of the key on the terminal.");
  app.add_option("--qr-svg", options.qr_svg, "Create a picture of that QR code, with mode 0600.")->type_name("FILE");
  app.add_option("--header", options.header, "Create a C header for an ESP32 project, with mode 0600.")
      ->type_name("FILE");
  app.add_option("--server", options.server,
                 "Where the device finds its server, for --qr, --qr-svg and --header; port 9000 where none is said.")
      ->type_name("HOST[:PORT]");
}

std::optional<host::ServerAddress> server_of(const Provisioning& options) {
  if (options.server.empty()) return std::nullopt;
  const auto refuse = [&] {
    return Failure{ExitCode::usage, "usage", "--server: \"" + options.server + "\" is not HOST or HOST:PORT",
                   "An IPv6 address is written [2001:db8::1]:9000."};
  };
  std::string_view text = options.server;
  host::ServerAddress server;
  std::size_t end = std::min(text.find(':'), text.size());
  if (text.starts_with('[')) end = text.find(']') == std::string_view::npos ? throw refuse() : text.find(']') + 1;
  server.host = text.substr(0, end);
  if (server.host.starts_with('[')) server.host = server.host.substr(1, server.host.size() - 2);
  const auto belongs = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == ':' || c == '_' || c == '%';
  };
  if (server.host.empty() || server.host.size() > 253 || !std::ranges::all_of(server.host, belongs)) throw refuse();
  text.remove_prefix(end);
  if (text.empty()) return server;
  const auto [stop, error] = std::from_chars(text.data() + 1, text.data() + text.size(), server.port);
  if (text.front() != ':' || error != std::errc{} || stop != text.data() + text.size() || server.port == 0)
    throw refuse();
  return server;
}

void check_before(const Provisioning& options) {
  (void)server_of(options);
  for (const std::string& path : {options.key_file, options.qr_svg, options.header}) {
    std::error_code ignored;
    if (!path.empty() && std::filesystem::exists(std::filesystem::symlink_status(path, ignored)))
      throw Failure{ExitCode::key, "already_exists", path + ": exists already, and is never overwritten",
                    "Choose another name, or remove the file if nobody needs its key any more."};
  }
}

void provide(const Provisioning& options, const std::string& name, const host::UsmpKey& key) {
  const auto server = server_of(options);
  if (!options.key_file.empty()) {
    const host::Key file = host::key_of(key.device, key.psk);
    (void)or_fail(host::create_key_file(options.key_file, file, std::time(nullptr)), ExitCode::key);
  }
  if (!options.header.empty()) {
    host::SecretString header;
    host::write_device_header(name, key, server, header);
    create(options.header, header);
  }
  if (!options.qr_svg.empty()) create(options.qr_svg, svg(code_of(key, server)));
  if (options.qr) {
    const char* no_colour = std::getenv("NO_COLOR");
    const bool colours = ::isatty(STDOUT_FILENO) != 0 && (no_colour == nullptr || *no_colour == '\0');
    print_secret(half_blocks(code_of(key, server), colours), "--qr-svg FILE makes one with mode 0600");
    note("who sees this code has the key of " + name + "; clear the screen when it was read");
  }
}

}  // namespace tacit::app
