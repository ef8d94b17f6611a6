#pragma once
#include <map>
#include <optional>
#include <string>

#include "tacit/port/mqtt/connection.hpp"

namespace tacit::mqtt_port {

// The filters that a client hears, which are asked for anew on each of its connections, and those that the broker has
// not answered yet.
class Subscriptions {
 public:
  // Gives queue_full, for more than 64. A filter that is there has the new QoS from now on.
  Result<Done> add(const std::string& filter, Qos);
  bool remove(const std::string& filter);  // whether it was there

  // On this connection; that of before is forgotten by then.
  void ask(Connection&, const std::string& filter, Qos);
  void ask_all(Connection&);

  bool all_answered() const { return asked_.empty(); }
  std::optional<std::string> answered(PacketId);  // the filter that it is about, where it is one of ours
  void forget_connection() { asked_.clear(); }

 private:
  std::map<std::string, Qos> wanted_;
  std::map<PacketId, std::string> asked_;
};

}  // namespace tacit::mqtt_port
