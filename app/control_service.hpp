#pragma once
#include <nlohmann/json_fwd.hpp>

#include "app/nomq_session.hpp"
#include "tacit/host/control.hpp"

// What a long-running command tells those who ask at its control socket. Question and answer are one JSON object each:
//
//   {"v":1,"ask":"peers"}  {"v":1,"ask":"stats"}  {"v":1,"ask":"ping","peer":"SESSION or ADDRESS"}
//
// An answer begins with who gives it; where it could not do what was asked, "reason" says why.
namespace tacit::app {

class ControlService {
 public:
  // The session and the join outlive the service. Where there can be no socket, the log says so, and all else goes on.
  ControlService(NomqSession&, const Join&, std::string command);

 private:
  void answer(const std::string& question, const host::ControlServer::Reply&);
  void ping(const std::string& peer, const host::ControlServer::Reply&);
  nlohmann::ordered_json about() const;
  nlohmann::ordered_json peers() const;
  nlohmann::ordered_json stats() const;

  NomqSession& session_;
  const Join& join_;
  std::string command_;
  std::unique_ptr<host::ControlServer> server_;
};

// As `tacit peers --json` prints it.
nlohmann::ordered_json json_of(const host::Nomq::Peer&);

// The answers of all commands that run in this context, and of those alone that have this key where one is given.
std::vector<nlohmann::ordered_json> ask_running(const std::string& context, const nlohmann::ordered_json& question,
                                                std::chrono::milliseconds at_most,
                                                const std::optional<std::string>& fingerprint = {});

}  // namespace tacit::app
