#pragma once
#include <asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>

#include "tacit/host/avahi.hpp"
#include "tacit/usmp/frame.hpp"

namespace tacit::host {

// Says to the LAN that a server is here, as _usmp._tcp and _usmp._udp with TXT "wires=2", until it dies. Where Avahi
// comes later or is started again, it is told again; where another host has the name already, Avahi makes another one
// of it ("lab #2"). Lives on an executor that runs; keeps io.run() from returning.
class ServiceAnnouncement {
 public:
  struct Server {
    std::string name;                          // UTF-8, at most 63 bytes
    std::uint16_t tcp_port = 0, udp_port = 0;  // 0: not spoken
    usmp::Wires wires = usmp::Wires::v2;
  };
  struct Status {
    bool announced = false;
    std::string name;          // that it is known by
    std::error_code why = {};  // an AvahiFault where it is not announced
  };
  using Observer = std::function<void(const Status&)>;  // called at each change; must not destroy the announcement

  ServiceAnnouncement(const asio::any_io_executor&, Server, Observer = [](const Status&) {});
  ~ServiceAnnouncement();
  ServiceAnnouncement(const ServiceAnnouncement&) = delete;
  ServiceAnnouncement& operator=(const ServiceAnnouncement&) = delete;

  const Status& status() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tacit::host
