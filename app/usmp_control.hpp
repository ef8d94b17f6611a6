#pragma once
#include <nlohmann/json_fwd.hpp>

#include "app/device_names.hpp"
#include "app/log.hpp"
#include "tacit/host/control.hpp"
#include "tacit/host/usmp_server.hpp"

// What `tacit usmp serve` tells those who ask at its control socket, in the form of app/control_service.hpp:
//
//   {"v":1,"ask":"peers"}  {"v":1,"ask":"stats"}  {"v":1,"ask":"ping","peer":"DEVICE"}
namespace tacit::app {

class UsmpControl {
 public:
  // What is handed in outlives this. Where there can be no socket, the log says so, and all else goes on.
  UsmpControl(host::UsmpServer&, DeviceNames&, const std::string& context, const Log&);

 private:
  using Reply = host::ControlServer::Reply;
  void answer(const std::string& question, const Reply&);
  void ping(const std::string& device, const Reply&);
  void stats(const Reply&);
  nlohmann::ordered_json about() const;
  nlohmann::ordered_json peers();

  host::UsmpServer& server_;
  DeviceNames& names_;
  std::string context_;
  std::unique_ptr<host::ControlServer> control_;
};

}  // namespace tacit::app
