#pragma once
#include <functional>
#include <memory>

#include "app/e2e_join.hpp"
#include "app/run_loop.hpp"
#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/port/mqtt/client.hpp"

namespace tacit::app {

// One connection to a broker for what is no message of ours: nothing is sealed or opened, and it is not tried again.
class BrokerVisit {
 public:
  BrokerVisit(E2eJoin&, std::optional<double> wait_s);

  RunLoop loop;
  mqtt_port::Client& client() { return *client_; }
  std::function<void(const mqtt_port::Event&)> on_event;

  // Fails where there is no connection, or none any more, before end() was called.
  ExitCode run();
  void end(ExitCode code) { loop.ask_to_end(code); }

 private:
  void on(const mqtt_port::Event&);

  crypto::HostRandom random_;
  std::string broker_;
  std::unique_ptr<mqtt_port::Client> client_;
  std::optional<Failure> failure_;
  ExitCode code_ = ExitCode::ok;
  bool leaving_ = false;
};

}  // namespace tacit::app
