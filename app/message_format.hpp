#pragma once
#include <ctime>
#include <string>

#include "tacit/host/nomq.hpp"

// How a received message is printed.
namespace tacit::app {

struct Received {
  host::Nomq::Message message;
  std::timespec at{};
};

// -F, as mosquitto_sub(1) has it, and %K (the key's fingerprint), %S (the sender's session), %H (its address):
//
//   %t channel  %p payload  %x %X payload in hex  %l its length  %m packet id  %q QoS  %r retained  %E TTL
//   %I ISO 8601  %U unix time with nanoseconds  %@c strftime's %c  %j %J JSON, the payload as text or as JSON  %% %
//   \\0 \\a \\e \\n \\r \\t \\v and two backslashes
//
// Between % and letter a minus (to the left), a zero (filled with zeros), a width and .PRECISION (at most) may stand.
// Letters that only MQTT 5 has something for (%A %C %D %F %P %R) print nothing.
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

}  // namespace tacit::app
