#include "app/broker_visit.hpp"

namespace tacit::app {

BrokerVisit::BrokerVisit(E2eJoin& join, std::optional<double> wait_s) : loop(wait_s), broker_(join.broker) {
  mqtt_port::Options options = std::move(join.options.broker);
  options.reconnect = false;
  auto made = mqtt_port::Client::make(loop.io.get_executor(), std::move(options), random_,
                                      {[this](const mqtt_port::Event& event) { on(event); }, [] {}});
  if (const auto* failure = std::get_if<mqtt_port::Failure>(&made)) throw failure_of(*failure, broker_);
  client_ = std::get<std::unique_ptr<mqtt_port::Client>>(std::move(made));
  loop.on_ending = [this](ExitCode code) {
    leaving_ = true;
    code_ = code;
    client_->disconnect();
  };
}

ExitCode BrokerVisit::run() {
  client_->connect();
  const ExitCode code = loop.run();
  if (failure_) throw *failure_;
  return code;
}

void BrokerVisit::on(const mqtt_port::Event& event) {
  if (const auto* gone = std::get_if<mqtt_port::Disconnected>(&event)) {
    if (!leaving_ && gone->why) failure_ = failure_of(*gone->why, broker_);
    return loop.end(code_);
  }
  if (on_event) on_event(event);
}

}  // namespace tacit::app
