#include "app/retained.hpp"

#include "app/broker_visit.hpp"
#include "app/nomq_join.hpp"

namespace tacit::app {

ExitCode clear_retained(E2eJoin& join, const std::string& suffix, std::optional<double> wait_s) {
  const std::string topic = join.base + "/" + suffix;
  BrokerVisit visit(join, wait_s);
  visit.on_event = [&](const mqtt_port::Event& event) {
    if (std::holds_alternative<mqtt_port::Connected>(event)) {
      const auto done = visit.client().publish(
          {.topic = topic, .payload = {}, .qos = mqtt_port::Qos::at_least_once, .retain = true}, mqtt_port::Token{1});
      if (!done) throw failure_of(done.error(), ExitCode::cannot_reach, join.broker);
    } else if (const auto* outcome = std::get_if<mqtt_port::Outcome>(&event)) {
      if (outcome->reason) throw failure_of(*outcome->reason, ExitCode::not_authorised, suffix);
      visit.end(ExitCode::ok);
    }
  };
  return visit.run();
}

}  // namespace tacit::app
