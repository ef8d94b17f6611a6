#pragma once
#include <functional>
#include <memory>

#include "app/bench/settings.hpp"
#include "tacit/base/bytes.hpp"

namespace tacit::app::bench {

// One end of a way through an MQTT broker, whatever it seals: it belongs to one thread. Both topics are random.
class MqttEnd {
 public:
  virtual ~MqttEnd() = default;

  // False: no more for now.
  virtual bool publish(Bytes message, int qos) = 0;
  // Lets happen what is due, waiting so long for something.
  virtual void turn(int milliseconds) = 0;
  virtual std::size_t under_way() const = 0;  // published, and not yet written or acknowledged

  std::function<void(Bytes)> on_message = [](Bytes) {};
};

struct MqttPair {
  std::unique_ptr<MqttEnd> one, other;
};

// Both connected and subscribed, each to what the other publishes. Throw NotReached where the broker does not
// take them within 10 s.
MqttPair e2e_pair(const BrokerAt&);    // mqtt-e2e, as tacit::host::E2e has it
MqttPair plain_pair(const BrokerAt&);  // libmosquitto, in the clear

}  // namespace tacit::app::bench
