#pragma once
#include <sys/types.h>

#include <memory>
#include <string>

#include "app/bench/settings.hpp"

namespace tacit::app::bench {

// A mosquitto of one's own on a free port of loopback, for as long as this lives. It dies with this process too,
// however that ends.
class Broker {
 public:
  // Null where there is no mosquitto on this machine, or where it does not begin to listen within 5 s.
  static std::unique_ptr<Broker> start();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;
  ~Broker();

  BrokerAt at() const { return {"127.0.0.1", port_}; }
  double cpu_s() const;  // of its process, since it began

 private:
  Broker(pid_t pid, std::uint16_t port, std::string folder);

  const pid_t pid_;
  const std::uint16_t port_;
  const std::string folder_;
};

}  // namespace tacit::app::bench
