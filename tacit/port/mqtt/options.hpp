#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tacit/base/time.hpp"
#include "tacit/port/mqtt/credential.hpp"

// What a client has to know of its broker.
namespace tacit::mqtt_port {

enum class Version : std::uint8_t {
  v5,  // what is too large for us the broker keeps to itself
  // A packet of any size is received whole before it can be refused. With three of 30 MB a process of 8.5 MB was seen
  // to grow to 126 MB, and to have given back all but 8 KB of that afterwards.
  v311,
};

enum class Qos : std::uint8_t { at_most_once, at_least_once };  // 2 is not spoken

struct Login {
  std::string user;
  std::optional<Credential> password;  // libmosquitto keeps a copy while it is connected, which it does not wipe
};

// TLS 1.2 or 1.3, and a broker that can prove its name.
struct Tls {
  std::string ca_file{}, ca_path{};            // PEM; neither: the certificates that this system trusts
  std::string certificate_file{}, key_file{};  // ours, where the broker asks for one; PEM
  std::string name{};                          // that the broker's certificate has to bear; empty: Options::host
};

// TLS with a key that both sides have, and no certificates.
struct Psk {
  std::string identity;
  Credential key;
};

// What the broker publishes for us when we are gone without a DISCONNECT.
struct Will {
  std::string topic;
  std::vector<std::uint8_t> payload;
  Qos qos = Qos::at_most_once;
  bool retain = false;
};

struct Options {
  std::string host = "localhost";  // a name or an address
  std::uint16_t port = 0;          // 0: 1883, with TLS 8883
  Version version = Version::v5;
  std::variant<std::monostate, Tls, Psk> security{};  // nothing: plain TCP
  std::optional<Login> login{};
  // Empty: 22 random letters and digits, the same for as long as the client lives. Two clients with one id put each
  // other out.
  std::string client_id{};
  // Not clean: the broker keeps what comes at QoS 1 while we are away, for `session_s` at most where it speaks
  // version 5. That needs a client id of one's own.
  bool clean_session = true;
  std::uint32_t session_s = 86'400;
  std::optional<Will> will{};
  Duration keepalive{60'000'000};       // whole seconds, 6 s at least: a dead connection is noticed within two of them
  Duration attempt_within{10'000'000};  // to find, reach and convince one address of the broker
  bool reconnect = true;
  Duration retry_first{1'000'000}, retry_most{60'000'000};
  std::size_t window = 20;            // messages handed over and not yet written, or at QoS 1 acknowledged
  std::uint32_t packet_max = 65'536;  // bytes of an MQTT packet, as the broker is told; see Version
};

inline bool uses_tls(const Options& options) { return options.security.index() != 0; }
inline std::uint16_t port_of(const Options& options) {
  if (options.port != 0) return options.port;
  return uses_tls(options) ? 8883 : 1883;
}

// Which of them is wrong, for people; nothing where none is.
std::optional<std::string> mistake_in(const Options&);

}  // namespace tacit::mqtt_port
