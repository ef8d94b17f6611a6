#include "app/bench/machine.hpp"

#include <sys/utsname.h>

#include <fstream>
#include <string_view>
#include <thread>

#include "tacit/crypto/backend/engine.hpp"

namespace tacit::app::bench {
namespace {

// x86 has a "model name" for each CPU, boards with others a "Model" for all.
std::string cpu_name() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos && (line.starts_with("model name") || line.starts_with("Model")))
      return line.substr(colon + 2);
  }
  return "";
}

}  // namespace

Machine this_machine() {
  utsname system{};
  (void)uname(&system);
  std::string cpu = cpu_name();
  if (cpu.empty()) cpu = system.machine;
  return {.cpu = std::move(cpu),
          .kernel = std::string(system.sysname) + " " + system.release,
          .crypto = crypto::engine_description(),
          .cpus = std::thread::hardware_concurrency()};
}

}  // namespace tacit::app::bench
