// What `tacit doctor` looks at for USMP.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/control_service.hpp"
#include "app/doctor_checks.hpp"
#include "app/usmp_answer.hpp"
#include "tacit/host/device_registry.hpp"
#include "tacit/port/linux/server_sockets.hpp"

namespace tacit::app {
namespace {

// The process of this context that serves at the port, or nothing.
std::optional<long> server_at(std::uint16_t port, const std::string& context) {
  for (const auto& one : ask_running(context, {{"v", 1}, {"ask", "stats"}}, std::chrono::seconds(1)))
    if (is_usmp(one) && one.contains("sockets") && one["sockets"].value("port", 0) == port) return one.value("pid", 0L);
  return std::nullopt;
}

}  // namespace

Finding check_usmp_port(std::uint16_t port, const std::string& context) {
  const std::string check = "usmp port " + std::to_string(port);
  if (const auto pid = server_at(port, context))
    return {check, Health::good, "`tacit usmp serve` is there (pid " + std::to_string(*pid) + ")"};
  try {
    linux_port::ServerConfig config;
    config.at.port = port;
    config.connections = 1;
    const linux_port::ServerSockets sockets(config);
    return {check, Health::good, "it is free, for TCP and UDP"};
  } catch (const std::system_error& error) {
    const std::string holders = holders_of_udp_port(port);
    return {check, Health::advice,
            "no server can be started there: " + error.code().message() + (holders.empty() ? "" : ", by " + holders),
            "`tacit usmp serve -p` takes another port; `ss -lntup` shows who has this one."};
  }
}

Finding check_device_registry(const std::string& path) {
  const std::string check = "device registry";
  std::error_code error;
  if (!std::filesystem::exists(path, error))
    return {check, Health::good, "there is none at " + path + "; `tacit device add` makes one"};
  auto registry = host::DeviceRegistry::open(path);
  if (!registry) return {check, Health::problem, registry.error().what, registry.error().next_step};
  if (registry->others_can_read())
    return {check, Health::problem, path + ": other users can read the keys of all devices",
            "`chmod 600 " + path + "`; if somebody may have read it, `tacit device rotate` gives new keys."};
  const auto devices = registry->list();
  if (!devices) return {check, Health::problem, devices.error().what, devices.error().next_step};
  return {check, Health::good, path + ": " + std::to_string(devices->size()) + " devices"};
}

}  // namespace tacit::app
