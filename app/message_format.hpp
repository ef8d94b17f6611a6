#pragma once
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

// How a received message is printed.
namespace tacit::app {

// A message, whichever way it came. What a protocol does not tell is absent or empty.
struct Received {
  std::string channel;
  std::vector<std::uint8_t> payload;
  std::timespec at{};  // by our clock
  bool retain = false;
  std::optional<int> qos{};
  std::optional<std::uint8_t> priority{};
  std::optional<std::uint16_t> ttl_s{};
  std::optional<std::uint32_t> id{};
  std::string published{};  // by the sender's clock, as RFC 3339 has it
  std::string sender{};     // its session
  std::string from{};       // its address
  bool maybe_repeated = false;
};

// -F, as mosquitto_sub(1) has it, and %K (the key's fingerprint), %S (the sender's session), %H (its address):
//
//   %t channel  %p payload  %x %X payload in hex  %l its length  %m packet id  %q QoS  %r retained  %E TTL
//   %I ISO 8601  %U unix time with nanoseconds  %@c strftime's %c  %j %J JSON, the payload as text or as JSON  %% %
//   \\0 \\a \\e \\n \\r \\t \\v and two backslashes
//
// Between % and letter a minus (to the left), a zero (filled with zeros), a width and .PRECISION (at most) may stand.
// Letters that only MQTT 5 has something for (%A %C %D %F %P %R) print nothing, and so do those of what is not known.
class MessageFormat {
 public:
  // Throws Failure, a usage error, for any other letter.
  MessageFormat(std::string format, bool pretty, std::string fingerprint);
  std::string operator()(const Received&) const;

 private:
  std::string value_of(char letter, const Received&) const;

  std::string format_;
  bool pretty_;
  std::string fingerprint_;
};

// One line of --json, without its end.
std::string json_of(const Received&);

// "2026-11-22T02:30:00.123456Z"
std::string rfc3339_with_us(const std::timespec&);

}  // namespace tacit::app
