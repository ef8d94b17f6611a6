#include "tacit/port/mqtt/options.hpp"

#include <mosquitto.h>

namespace tacit::mqtt_port {

using namespace literals;

std::optional<std::string> mistake_in(const Options& options) {
  if (options.host.empty()) return "no broker";
  if (options.keepalive < 6_s || options.keepalive > 65'535_s) return "keepalive: from 6 s to 65535 s";
  if (options.window == 0 || options.window > 65'535) return "window: from 1 to 65535";
  if (options.packet_max == 0) return "packet_max: not 0";
  if (!options.clean_session && options.client_id.empty()) return "a session that is kept needs a client id of its own";
  if (mosquitto_validate_utf8(options.client_id.data(), static_cast<int>(options.client_id.size())) != 0)
    return "the client id is no UTF-8";
  if (options.will && mosquitto_pub_topic_check(options.will->topic.c_str()) != 0) return "the will's topic";
  return std::nullopt;
}

}  // namespace tacit::mqtt_port
