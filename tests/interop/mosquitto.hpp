#pragma once
#include <gtest/gtest.h>

#include <sys/types.h>
#include <filesystem>
#include <string>

namespace tacit::interop {

// A real broker on a free port of the loopback, which dies with this process. Its files are in a folder of the test's.
class Mosquitto {
 public:
  // `settings`: further lines of its configuration, such as a listener's TLS.
  Mosquitto(const std::filesystem::path& folder, const std::string& settings = "");
  Mosquitto(const Mosquitto&) = delete;
  Mosquitto& operator=(const Mosquitto&) = delete;
  ~Mosquitto() { kill(); }

  std::uint16_t port() const { return port_; }
  void kill();   // as a power cut does it
  void start();  // at the same port; waits until it takes connections
  std::string log() const;

 private:
  std::filesystem::path folder_;
  std::uint16_t port_;
  pid_t process_ = -1;
};

std::uint16_t free_port();

// The certificates of a test, made by the openssl command: ca.pem; server.pem for localhost and 127.0.0.1;
// elsewhere.pem for another name; client.pem; stranger.pem, another authority; and a .key for each.
void make_certificates(const std::filesystem::path& folder);

}  // namespace tacit::interop
