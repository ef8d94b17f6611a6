// Goal: an MQTT connection to a real broker does what port/mqtt promises, and says by name why there is none. Method:
// mosquitto on the loopback, with and without TLS and PSK; a way to it that can be cut; and servers that are none.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/port/mqtt/client.hpp"
#include "tests/interop/false_broker.hpp"
#include "tests/interop/leaving_tls_server.hpp"
#include "tests/interop/mosquitto.hpp"
#include "tests/interop/relay.hpp"
#include "tests/support/localhost.hpp"
#include "tests/unit/host/temporary_folder.hpp"

namespace tacit::mqtt_port {
namespace {

using namespace std::chrono_literals;
using interop::FalseBroker;
using interop::Mosquitto;
using interop::Packet;
using interop::Relay;

Credential credential(std::string_view text) { return *Credential::of(bytes_of(text)); }

std::size_t resident_bytes() {
  std::size_t pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return resident * 4096;
}

class MqttClient : public ::testing::Test {
 protected:
  // One client, and what it told.
  struct Told {
    std::unique_ptr<Client> client;
    std::size_t connected = 0;
    std::vector<Disconnected> disconnected;
    std::vector<std::string> messages;  // the first 100 bytes of each
    std::size_t largest = 0;
    std::vector<Outcome> outcomes;
    std::vector<int> refused_subscriptions;
    bool session_present = false;

    bool is_over() const { return !disconnected.empty(); }
    Reason why() const { return disconnected.empty() ? Reason::count : disconnected.back().why->reason; }
    std::string detail() const { return disconnected.empty() ? "" : disconnected.back().why->detail; }
    std::size_t count(std::string_view text) const {
      return static_cast<std::size_t>(std::ranges::count(messages, text));
    }
  };

  static Options at(std::uint16_t port) {
    Options options;
    options.host = "127.0.0.1";
    options.port = port;
    options.retry_first = {100'000};
    options.retry_most = {400'000};
    return options;
  }
  static Options once(Options options) {
    options.reconnect = false;
    return options;
  }

  std::unique_ptr<Told> make(Options options) {
    auto told = std::make_unique<Told>();
    auto made = Client::make(io_.get_executor(), std::move(options), random_,
                             {[&told = *told](const Event& event) { tell(told, event); }, [] {}});
    if (const auto* failure = std::get_if<Failure>(&made)) {
      told->disconnected.push_back({*failure, {}});
      return told;
    }
    told->client = std::get<std::unique_ptr<Client>>(std::move(made));
    return told;
  }
  std::unique_ptr<Told> connect(Options options, const std::string& filter = "") {
    auto told = make(std::move(options));
    if (!told->client) return told;
    if (!filter.empty()) { EXPECT_TRUE(told->client->subscribe(filter, Qos::at_least_once)); }
    told->client->connect();
    until([&] { return told->connected > 0 || told->is_over(); });
    return told;
  }

  static void tell(Told& told, const Event& event) {
    if (const auto* connected = std::get_if<Connected>(&event)) {
      ++told.connected;
      told.session_present = connected->session_present;
    }
    if (const auto* gone = std::get_if<Disconnected>(&event)) told.disconnected.push_back(*gone);
    if (const auto* arrival = std::get_if<Arrival>(&event)) {
      told.largest = std::max(told.largest, arrival->payload.size());
      told.messages.emplace_back(text_of(arrival->payload.first(std::min<std::size_t>(arrival->payload.size(), 100))));
    }
    if (const auto* outcome = std::get_if<Outcome>(&event)) told.outcomes.push_back(*outcome);
    if (const auto* refused = std::get_if<SubscriptionRefused>(&event))
      told.refused_subscriptions.push_back(refused->code);
  }

  void publish(Told& told, std::string_view text, Qos qos = Qos::at_least_once, bool retain = false) {
    until([&] { return told.client->room() > 0; });
    EXPECT_TRUE(told.client->publish({"t/1", bytes_of(text), qos, retain}, Token{++token_}));
  }

  template <class Holds> void until(Holds holds, std::chrono::milliseconds at_most = 30s) {
    const auto end = std::chrono::steady_clock::now() + at_most;
    while (!holds() && std::chrono::steady_clock::now() < end) io_.run_one_for(20ms);
    EXPECT_TRUE(holds());
  }
  void let_pass(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) io_.run_one_for(20ms);
  }

  std::filesystem::path folder() const { return folder_.path(); }
  std::string file(const std::string& name) const { return folder() / name; }

  host::TemporaryFolder folder_;
  asio::io_context io_;
  crypto::HostRandom random_;
  std::uint32_t token_ = 0;
};

TEST_F(MqttClient, messages_come_back_from_the_broker_in_both_versions_and_at_both_qualities) {
  Mosquitto broker(folder());
  for (const Version version : {Version::v5, Version::v311}) {
    Options options = at(broker.port());
    options.version = version;
    const auto told = connect(std::move(options), "t/#");
    publish(*told, "nought", Qos::at_most_once);
    publish(*told, "one", Qos::at_least_once);
    until([&] { return told->messages.size() == 2 && told->outcomes.size() == 2; });
    EXPECT_EQ(told->count("nought"), 1U);
    EXPECT_EQ(told->count("one"), 1U);
    for (const Outcome& outcome : told->outcomes) EXPECT_EQ(outcome.reason, std::nullopt);
    told->client->disconnect();
    until([&] { return told->is_over(); });
    EXPECT_FALSE(told->disconnected.back().why);
  }
}

TEST_F(MqttClient, tls_needs_a_certificate_of_the_right_authority_and_name) {
  if (!knows_localhost()) GTEST_SKIP() << "localhost is no name here";
  interop::make_certificates(folder());
  const auto listener = [&](const std::string& name) {
    return "cafile " + file("ca.pem") + "\ncertfile " + file(name + ".pem") + "\nkeyfile " + file(name + ".key") + "\n";
  };
  const auto trusting = [&](const std::string& ca, const std::string& host, std::uint16_t port) {
    Options options = once(at(port));
    options.host = host;
    options.security = Tls{.ca_file = file(ca)};
    return options;
  };
  {
    Mosquitto broker(folder(), listener("server"));
    for (const char* host : {"localhost", "127.0.0.1"}) {
      const auto told = connect(trusting("ca.pem", host, broker.port()), "t/#");
      EXPECT_EQ(told->connected, 1U) << host << ": " << told->detail();
      publish(*told, "over TLS");
      until([&] { return told->count("over TLS") == 1; });
    }
    EXPECT_EQ(connect(trusting("stranger.pem", "localhost", broker.port()))->why(), Reason::tls_untrusted);
    EXPECT_EQ(connect(trusting("server.key", "localhost", broker.port()))->why(), Reason::tls_setup);
    Options plain = once(at(broker.port()));
    EXPECT_EQ(connect(std::move(plain))->why(), Reason::connection_lost);
  }
  Mosquitto elsewhere(folder(), listener("elsewhere"));
  EXPECT_EQ(connect(trusting("ca.pem", "localhost", elsewhere.port()))->why(), Reason::tls_wrong_name);
  Options by_name = trusting("ca.pem", "localhost", elsewhere.port());
  std::get<Tls>(by_name.security).name = "elsewhere.example";
  EXPECT_EQ(connect(std::move(by_name))->connected, 1U);
}

TEST_F(MqttClient, a_broker_that_asks_for_a_certificate_gets_ours_or_refuses_us) {
  interop::make_certificates(folder());
  Mosquitto broker(folder(), "cafile " + file("ca.pem") + "\ncertfile " + file("server.pem") + "\nkeyfile " +
                                 file("server.key") + "\nrequire_certificate true\n");
  Options options = once(at(broker.port()));
  options.security = Tls{.ca_file = file("ca.pem")};
  EXPECT_EQ(connect(std::move(options))->why(), Reason::tls_failed);
  options = once(at(broker.port()));
  options.security =
      Tls{.ca_file = file("ca.pem"), .certificate_file = file("client.pem"), .key_file = file("client.key")};
  EXPECT_EQ(connect(std::move(options))->connected, 1U);
}

TEST_F(MqttClient, a_pre_shared_key_has_to_be_the_brokers_and_no_certificate_stands_in_for_it) {
  interop::make_certificates(folder());
  std::ofstream(file("keys")) << "pump:00112233445566778899aabbccddeeff\n";
  const auto with_key = [&](std::uint16_t port, std::uint8_t first) {
    std::vector<std::uint8_t> key;
    for (unsigned i = 0; i < 16; ++i) key.push_back(static_cast<std::uint8_t>(i * 0x11));
    key[0] = first;
    Options options = once(at(port));
    options.security = Psk{"pump", *Credential::of(key)};
    return options;
  };
  {
    Mosquitto broker(folder(), "psk_hint test\npsk_file " + file("keys") + "\n");
    const auto told = connect(with_key(broker.port(), 0x00), "t/#");
    ASSERT_EQ(told->connected, 1U) << told->detail();
    publish(*told, "by PSK");
    until([&] { return told->count("by PSK") == 1; });
    EXPECT_EQ(connect(with_key(broker.port(), 0x01))->why(), Reason::tls_failed);
  }
  Mosquitto other(folder(), "certfile " + file("server.pem") + "\nkeyfile " + file("server.key") + "\n");
  const auto told = connect(with_key(other.port(), 0x00));
  EXPECT_EQ(told->connected, 0U);
  EXPECT_TRUE(told->why() == Reason::tls_failed || told->why() == Reason::tls_untrusted) << told->detail();
}

TEST_F(MqttClient, a_handshake_that_the_broker_broke_off_is_over_at_once) {
  interop::make_certificates(folder());
  interop::LeavingTlsServer broker(io_, folder());
  Options options = once(at(broker.port()));
  options.security = Tls{.ca_file = file("ca.pem")};
  const auto told = connect(std::move(options));
  EXPECT_EQ(told->why(), Reason::tls_failed);
  EXPECT_EQ(told->detail(), "the broker closed the connection during the TLS handshake");
}

TEST_F(MqttClient, a_broker_with_passwords_takes_the_right_one) {
  ASSERT_EQ(std::system(("mosquitto_passwd -c -b " + file("passwords") + " pump secret").c_str()), 0);
  Mosquitto broker(folder(), "allow_anonymous false\npassword_file " + file("passwords") + "\n");
  for (const Version version : {Version::v5, Version::v311}) {
    const auto with_password = [&](std::string_view password) {
      Options options = once(at(broker.port()));
      options.version = version;
      options.login = Login{"pump", credential(password)};
      return options;
    };
    EXPECT_EQ(connect(with_password("secret"))->connected, 1U);
    EXPECT_EQ(connect(with_password("guess"))->why(), Reason::not_authorized);
    Options anonymous = once(at(broker.port()));
    anonymous.version = version;
    EXPECT_EQ(connect(std::move(anonymous))->why(), Reason::not_authorized);
  }
}

TEST_F(MqttClient, where_there_is_no_broker_that_has_its_name) {
  EXPECT_EQ(connect(once(at(interop::free_port())))->why(), Reason::unreachable);
  Options options = once(at(1883));
  options.host = "no-such-host.invalid";
  EXPECT_EQ(connect(std::move(options))->why(), Reason::name_unknown);

  FalseBroker silent(io_, [](std::uint8_t, const Packet&) { return Packet{}; });
  options = once(at(silent.port()));
  options.attempt_within = {300'000};
  EXPECT_EQ(connect(std::move(options))->why(), Reason::connect_timeout);

  Mosquitto plain(folder());
  options = once(at(plain.port()));
  options.security = Tls{};
  const Reason why = connect(std::move(options))->why();
  EXPECT_TRUE(why == Reason::tls_failed || why == Reason::connection_lost);  // it closes as soon as it reads
}

TEST_F(MqttClient, what_a_broker_refuses_has_the_name_of_its_cause) {
  struct Case {
    Version version;
    std::uint8_t code;
    Reason reason;
  };
  for (const Case& one :
       {Case{Version::v311, 1, Reason::bad_version}, Case{Version::v311, 3, Reason::broker_refused},
        Case{Version::v311, 4, Reason::bad_credentials}, Case{Version::v311, 5, Reason::not_authorized},
        Case{Version::v5, 1, Reason::bad_version}, Case{Version::v5, 0x84, Reason::bad_version},
        Case{Version::v5, 0x86, Reason::bad_credentials}, Case{Version::v5, 0x87, Reason::not_authorized},
        Case{Version::v5, 0x97, Reason::broker_refused}}) {
    FalseBroker broker(io_, [&](std::uint8_t, const Packet&) {
      const bool in_the_words_of_5 = one.code >= 0x80;
      return in_the_words_of_5 ? Packet{0x20, 3, 0, one.code, 0} : Packet{0x20, 2, 0, one.code};
    });
    Options options = once(at(broker.port()));
    options.version = one.version;
    EXPECT_EQ(connect(std::move(options))->why(), one.reason) << int{one.code};
  }
}

TEST_F(MqttClient, a_refused_subscription_is_told_and_the_connection_stays) {
  FalseBroker broker(io_, [](std::uint8_t type, const Packet& rest) {
    if (type == 1) return interop::connack_v311;
    return type == 8 ? Packet{0x90, 3, rest[0], rest[1], 0x80} : Packet{};
  });
  Options options = once(at(broker.port()));
  options.version = Version::v311;
  const auto told = connect(std::move(options), "t/#");
  EXPECT_EQ(told->connected, 1U);
  EXPECT_EQ(told->refused_subscriptions, std::vector<int>{0x80});
}

TEST_F(MqttClient, nothing_is_published_before_every_subscription_is_answered) {
  std::vector<std::uint8_t> types;
  Packet subscribe;
  FalseBroker broker(io_, [&](std::uint8_t type, const Packet& rest) {
    types.push_back(type);
    if (type == 8) subscribe = rest;
    return type == 1 ? interop::connack_v311 : Packet{};
  });
  Options options = once(at(broker.port()));
  options.version = Version::v311;
  const auto told = make(std::move(options));
  EXPECT_TRUE(told->client->subscribe("t/#", Qos::at_least_once));
  told->client->connect();
  until([&] { return !subscribe.empty(); });
  let_pass(100ms);
  EXPECT_EQ(told->client->room(), 0U);
  EXPECT_EQ(told->client->publish({"t/1", bytes_of("early")}, Token{1}).error(), Reason::queue_full);
  broker.send({0x90, 3, subscribe[0], subscribe[1], 1});
  until([&] { return told->client->room() > 0; });
  publish(*told, "now", Qos::at_most_once);
  until([&] { return types == std::vector<std::uint8_t>{1, 8, 3}; });
}

TEST_F(MqttClient, a_broker_that_comes_back_finds_its_client_again_with_its_subscriptions) {
  Mosquitto broker(folder());
  const auto told = connect(at(broker.port()), "t/#");
  publish(*told, "before");
  until([&] { return told->count("before") == 1; });
  broker.kill();
  until([&] { return told->is_over(); });
  EXPECT_EQ(told->disconnected.front().why->reason, Reason::connection_lost);
  EXPECT_TRUE(told->disconnected.front().again_in);
  until([&] { return told->why() == Reason::unreachable; });
  broker.start();
  until([&] { return told->connected == 2; });
  publish(*told, "after");
  until([&] { return told->count("after") == 1; });
}

TEST_F(MqttClient, a_connection_that_was_cut_without_a_word_is_noticed_within_two_keepalives) {
  Mosquitto broker(folder());
  Relay way(io_, broker.port());
  Options options = at(way.port());
  options.keepalive = {6'000'000};
  const auto told = connect(std::move(options), "t/#");
  way.cut(true);
  const auto cut_at = std::chrono::steady_clock::now();
  until([&] { return told->is_over(); });
  EXPECT_EQ(told->disconnected.front().why->reason, Reason::broker_silent);
  const auto noticed_after = std::chrono::steady_clock::now() - cut_at;  // 12 s at most on a machine that has time
  RecordProperty("noticed_after_ms", static_cast<int>(noticed_after / 1ms));
  way.cut(false);
  until([&] { return told->connected == 2; });
  publish(*told, "after");
  until([&] { return told->count("after") == 1; });
}

TEST_F(MqttClient, pings_keep_a_quiet_connection_up) {
  Mosquitto broker(folder());
  Options options = at(broker.port());
  options.keepalive = {6'000'000};
  const auto told = connect(std::move(options), "t/#");
  let_pass(14s);
  EXPECT_FALSE(told->is_over());
}

TEST_F(MqttClient, no_more_is_handed_over_than_the_window) {
  FalseBroker broker(io_, [](std::uint8_t type, const Packet&) { return type == 1 ? interop::connack_v5 : Packet{}; });
  Options options = once(at(broker.port()));
  options.window = 3;
  const auto told = connect(std::move(options));
  for (int i = 0; i < 3; ++i) publish(*told, "unacknowledged", Qos::at_least_once);
  let_pass(100ms);
  EXPECT_EQ(told->client->room(), 0U);
  EXPECT_EQ(told->client->publish({"t/1", bytes_of("a fourth")}, Token{9}).error(), Reason::queue_full);
  broker.send({0x40, 2, 0, 1});
  until([&] { return told->client->room() == 1; });
  EXPECT_EQ(told->outcomes.size(), 1U);
}

TEST_F(MqttClient, a_session_that_is_kept_brings_what_came_meanwhile) {
  Mosquitto broker(folder());
  for (const Version version : {Version::v5, Version::v311}) {
    const auto kept = [&] {
      Options options = at(broker.port());
      options.version = version;
      options.clean_session = false;
      options.client_id = "kept";
      return options;
    };
    auto first = connect(kept(), "t/#");
    first->client->disconnect();
    until([&] { return first->is_over(); });
    const auto other = connect(at(broker.port()));
    publish(*other, "meanwhile");
    until([&] { return !other->outcomes.empty(); });
    const auto again = connect(kept(), "t/#");
    EXPECT_TRUE(again->session_present);
    until([&] { return again->count("meanwhile") == 1; });
  }
}

TEST_F(MqttClient, the_will_is_for_those_who_leave_without_a_word) {
  Mosquitto broker(folder());
  const auto witness = connect(at(broker.port()), "t/#");
  const auto with_will = [&](const char* text) {
    Options options = at(broker.port());
    options.will = Will{.topic = "t/will", .payload = {text, text + std::strlen(text)}};
    return options;
  };
  const auto polite = connect(with_will("polite"));
  polite->client->disconnect();
  until([&] { return polite->is_over(); });
  const auto sudden = connect(with_will("sudden"));
  sudden->client->close();
  until([&] { return witness->count("sudden") == 1; });
  EXPECT_EQ(witness->count("polite"), 0U);
}

TEST_F(MqttClient, the_younger_of_two_clients_with_one_id_stays) {
  Mosquitto broker(folder());
  const auto named = [&] {
    Options options = once(at(broker.port()));
    options.client_id = "both";
    return options;
  };
  const auto first = connect(named());
  const auto second = connect(named());
  until([&] { return first->is_over(); });
  EXPECT_EQ(first->why(), Reason::connection_lost);  // this broker does not say why, as others do
  EXPECT_FALSE(second->is_over());
}

TEST_F(MqttClient, what_a_broker_may_not_send_ends_the_connection_by_its_name) {
  const auto answered_with = [&](Version version, const Packet& after) {
    FalseBroker broker(io_, [&](std::uint8_t type, const Packet& rest) {
      Packet all;
      if (type == 1) all = version == Version::v5 ? interop::connack_v5 : interop::connack_v311;
      if (type == 8) {
        all = version == Version::v5 ? Packet{0x90, 4, rest[0], rest[1], 0, 0} : Packet{0x90, 3, rest[0], rest[1], 0};
        all.insert(all.end(), after.begin(), after.end());
      }
      return all;
    });
    Options options = once(at(broker.port()));
    options.version = version;
    const auto told = connect(std::move(options), "t/#");
    until([&] { return told->is_over(); });
    return told->why();
  };
  // QoS 2, which nobody asked for: each one would be kept until the broker finishes it.
  EXPECT_EQ(answered_with(Version::v311, interop::publish("t/1", {1}, 2)), Reason::broker_misbehaved);
  // In version 5 the broker was told how much we take. Its topic is followed by the length of its properties, none.
  EXPECT_EQ(answered_with(Version::v5, interop::publish("t/1", Packet(100'000))), Reason::too_large);
  // Nor was it allowed to name topics by number, of which libmosquitto would keep 65,535: 0x23 is such a property.
  EXPECT_EQ(answered_with(Version::v5, {0x30, 9, 0, 3, 't', '/', '1', 3, 0x23, 0, 1}), Reason::broker_misbehaved);
  EXPECT_EQ(answered_with(Version::v5, {0xe0, 2, 0x8e, 0}), Reason::replaced);
  EXPECT_EQ(answered_with(Version::v311, {0xf0, 0}), Reason::broker_misbehaved);
  EXPECT_EQ(answered_with(Version::v311, {0x30, 1, 0}), Reason::broker_misbehaved);
}

TEST_F(MqttClient, thirty_megabytes_cost_memory_only_while_they_arrive) {
  Mosquitto broker(folder());
  std::ofstream(file("forged")) << std::string(30'000'000, 'x');
  const std::string send =
      "mosquitto_pub -h 127.0.0.1 -p " + std::to_string(broker.port()) + " -t t/1 -f " + file("forged");
  Options options = at(broker.port());
  options.version = Version::v311;
  const auto told = connect(std::move(options), "t/#");
  const std::size_t before = resident_bytes();
  for (std::size_t i = 1; i <= 3; ++i) {
    ASSERT_EQ(std::system(send.c_str()), 0);
    until([&] { return told->messages.size() == i; });
  }
  EXPECT_EQ(told->largest, 30'000'000U);
  RecordProperty("resident_kb_before", static_cast<int>(before / 1024));
  RecordProperty("resident_kb_after", static_cast<int>(resident_bytes() / 1024));
#ifndef __SANITIZE_ADDRESS__  // which keeps what was freed
  EXPECT_LT(resident_bytes(), before + 5'000'000);
#endif

  // In version 5 the broker keeps it to itself.
  const auto spared = connect(at(broker.port()), "t/#");
  ASSERT_EQ(std::system(send.c_str()), 0);
  publish(*spared, "small");
  until([&] { return spared->count("small") == 1; });
  EXPECT_EQ(spared->messages.size(), 1U);
  EXPECT_FALSE(spared->is_over());
}

TEST_F(MqttClient, while_paused_nothing_is_read_and_nothing_is_lost) {
  Mosquitto broker(folder());
  const auto told = connect(at(broker.port()), "t/#");
  told->client->pause(true);
  const auto other = connect(at(broker.port()));
  for (int i = 0; i < 200; ++i) publish(*other, "held");
  until([&] { return other->outcomes.size() == 200; });
  EXPECT_TRUE(told->messages.empty());
  told->client->pause(false);
  until([&] { return told->count("held") == 200; });
}

TEST_F(MqttClient, a_pause_holds_for_what_has_been_decrypted_already) {
  interop::make_certificates(folder());
  constexpr std::size_t count = 2000;
  {
    // What a broker says that does not listen, in the longest records that there are.
    std::ofstream script(file("script"), std::ios::binary);
    const auto write = [&](const Packet& packet) {
      script.write(reinterpret_cast<const char*>(packet.data()), static_cast<std::streamsize>(packet.size()));
    };
    write(interop::connack_v311);
    for (std::size_t i = 0; i < count; ++i) write(interop::publish("t/1", {'x'}));
  }
  const std::uint16_t port = interop::free_port();
  const std::string serve = "(cat " + file("script") +
                            "; exec sleep 30) | openssl s_server -quiet -accept 127.0.0.1:" + std::to_string(port) +
                            " -naccept 1 -cert " + file("server.pem") + " -key " + file("server.key") +
                            " >/dev/null 2>&1 &";
  ASSERT_EQ(std::system(serve.c_str()), 0);

  std::size_t arrived = 0;
  std::unique_ptr<Client> client;
  Options options = at(port);
  options.version = Version::v311;
  options.security = Tls{.ca_file = file("ca.pem")};
  auto made = Client::make(io_.get_executor(), std::move(options), random_,
                           {[&](const Event& event) {
                              if (!std::holds_alternative<Arrival>(event)) return;
                              ++arrived;
                              client->pause(true);
                            },
                            [] {}});
  client = std::get<std::unique_ptr<Client>>(std::move(made));
  client->connect();
  until([&] { return arrived > 0; });
  for (std::size_t n = 1; n < 20; ++n) {
    let_pass(20ms);
    ASSERT_EQ(arrived, n);
    client->pause(false);
    until([&] { return arrived > n; });
  }
  until([&] {
    client->pause(false);
    return arrived == count;
  });
}

}  // namespace
}  // namespace tacit::mqtt_port
