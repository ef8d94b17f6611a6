#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/program.hpp"
#include "tacit/host/e2e.hpp"

// What all commands share that talk through an MQTT broker.
namespace tacit::app {

struct E2eFlags {
  std::string host, client_id, user, password_file, mqtt;
  std::string ca_file, ca_folder, certificate, private_key, psk_file;
  std::string aad, binding;
  std::optional<std::uint16_t> port;
  std::optional<std::string> pad, window, max_size;
  bool keep_session = false, tls = false;
  int keepalive_s = 60;
  std::optional<std::string> will_topic, will_payload;
  int will_qos = 0;
  bool will_retain = false;

  std::vector<const CLI::Option*> options;  // those that only mean something with a broker
};

// Everything but -h, -p, -i, -c and --key-file.
void add_broker_options(CLI::App&, E2eFlags&);
// Those too.
void add_e2e_options(Program&, CLI::App&, E2eFlags&);

// Fails with the first of these options that was given.
void refuse_given(const std::vector<const CLI::Option*>&, const std::string& why);

// Flags, environment and configuration, checked against each other.
struct E2eJoin {
  e2e::Key key;
  host::E2e::Options options;
  std::string broker;  // "broker.example:8883 (TLS)", for people
  std::string base;    // of all topics of the key
  std::string fingerprint, context;
  Log log;
};
E2eJoin e2e_join(Program&, const E2eFlags&);

// Of the flag, or else of the context; nomq when neither says.
std::string via_of(Program&, const std::string& flag);

// Why there is no connection, or none any more.
Failure failure_of(const mqtt_port::Failure&, const std::string& broker);

}  // namespace tacit::app
