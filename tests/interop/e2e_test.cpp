// Goal: a program and a device talk over a real broker that is trusted with nothing, and what the broker or a stranger
// does to them is refused by name. Method: two E2e on one event loop, mosquitto on the loopback, an attacker that is an
// MQTT client without the key, and wall clocks that are put wrong.
#include <gtest/gtest.h>

#include <algorithm>
#include <asio/error.hpp>
#include <chrono>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/e2e.hpp"
#include "tests/interop/mosquitto.hpp"
#include "tests/interop/relay.hpp"
#include "tests/unit/host/temporary_folder.hpp"

namespace tacit::host {
namespace {

using namespace std::chrono_literals;
using interop::Mosquitto;

class E2eOverMqtt : public ::testing::Test {
 protected:
  struct Party {
    std::unique_ptr<E2e> e2e;
    std::vector<E2e::Message> heard;
    std::vector<Reason> dropped, disconnected;
    std::vector<std::error_code> ends;
    std::size_t connected = 0;
    std::int64_t clock_off_s = 0;

    std::size_t count(std::string_view text) const {
      return static_cast<std::size_t>(std::count_if(
          heard.begin(), heard.end(), [&](const E2e::Message& message) { return message.text() == text; }));
    }
    std::uint32_t refused(Reason reason) const { return e2e->counters()[reason]; }
  };

  static e2e::Key key(std::uint8_t of) { return e2e::Key{std::vector<std::uint8_t>(e2e::key_size, of)}; }

  std::unique_ptr<Party> join(std::uint16_t port, std::string hear, std::string speak, std::uint8_t key_of = 7,
                              Duration keepalive = {60'000'000}) {
    auto party = std::make_unique<Party>();
    E2e::Options options;
    options.broker.host = "127.0.0.1";
    options.broker.port = port;
    options.broker.keepalive = keepalive;
    options.broker.retry_first = {100'000};
    options.broker.retry_most = {400'000};
    options.hear = {std::move(hear)};
    options.speak = {std::move(speak)};
    options.clock = [&party = *party] {
      Now now = linux_port::now();
      now.utc->s = static_cast<std::uint32_t>(now.utc->s + party.clock_off_s);
      return now;
    };
    auto opened = E2e::open(io_.get_executor(), key(key_of), std::move(options));
    EXPECT_TRUE(opened) << opened.error().what;
    party->e2e = *std::move(opened);
    party->e2e->observe([&party = *party](const E2e::Event& event) {
      if (std::holds_alternative<mqtt_port::Connected>(event)) ++party.connected;
      if (const auto* gone = std::get_if<mqtt_port::Disconnected>(&event))
        party.disconnected.push_back(gone->why ? gone->why->reason : Reason::closed);
      if (const auto* dropped = std::get_if<e2e::Dropped>(&event)) party.dropped.push_back(dropped->reason);
    });
    std::optional<std::error_code> done;
    party->e2e->async_connect([&](std::error_code error) { done = error; });
    until([&] { return done.has_value(); });
    EXPECT_EQ(done, std::error_code());
    receive(*party);
    return party;
  }
  std::unique_ptr<Party> controller(std::uint16_t port) { return join(port, "iot/#", "controller"); }
  std::unique_ptr<Party> device(std::uint16_t port, Duration keepalive = {60'000'000}) {
    return join(port, "controller", "iot/pump", 7, keepalive);
  }

  static void receive(Party& party) {
    party.e2e->async_receive([&party](std::error_code error, E2e::Message message) {
      if (error) return;
      party.heard.push_back(std::move(message));
      receive(party);
    });
  }

  static void say(Party& party, std::string_view topic, std::string_view text, e2e::Qos qos = e2e::Qos::at_least_once) {
    party.e2e->async_publish({.topic = topic, .message = bytes_of(text), .qos = qos, .lifetime = {20'000'000}},
                             [&party](std::error_code error) { party.ends.push_back(error); });
  }

  // Somebody at the broker who has no key: hears everything, and publishes what it likes.
  struct Stranger {
    std::unique_ptr<mqtt_port::Client> client;
    std::vector<std::pair<std::string, std::vector<std::uint8_t>>> overheard;
    bool connected = false;
    std::uint32_t published = 0;
  };
  std::unique_ptr<Stranger> stranger(std::uint16_t port) {
    auto one = std::make_unique<Stranger>();
    mqtt_port::Options options;
    options.host = "127.0.0.1";
    options.port = port;
    auto made = mqtt_port::Client::make(
        io_.get_executor(), std::move(options), random_,
        {[&one = *one](const mqtt_port::Event& event) {
           if (std::holds_alternative<mqtt_port::Connected>(event)) one.connected = true;
           if (const auto* heard = std::get_if<mqtt_port::Arrival>(&event))
             one.overheard.emplace_back(std::string(heard->topic),
                                        std::vector<std::uint8_t>(heard->payload.begin(), heard->payload.end()));
         },
         [] {}});
    one->client = std::get<std::unique_ptr<mqtt_port::Client>>(std::move(made));
    EXPECT_TRUE(one->client->subscribe("#", mqtt_port::Qos::at_most_once));
    one->client->connect();
    until([&] { return one->connected; });
    return one;
  }
  void inject(Stranger& from, const std::string& topic, Bytes payload, bool retain = false) {
    until([&] { return from.client->room() > 0; });
    const mqtt_port::Token token{++from.published};
    EXPECT_TRUE(from.client->publish({topic, payload, mqtt_port::Qos::at_most_once, retain}, token));
  }

  template <class Holds> void until(Holds holds, std::chrono::milliseconds at_most = 40s) {
    const auto end = std::chrono::steady_clock::now() + at_most;
    while (!holds() && std::chrono::steady_clock::now() < end) io_.run_one_for(20ms);
    EXPECT_TRUE(holds());
  }

  TemporaryFolder folder_;
  asio::io_context io_;
  crypto::HostRandom random_;
};

TEST_F(E2eOverMqtt, a_controller_and_a_device_hear_each_other_and_the_broker_sees_no_word_of_it) {
  Mosquitto broker(folder_.path());
  const auto spy = stranger(broker.port());
  const auto home = controller(broker.port()), pump = device(broker.port());
  say(*home, "controller", "on");
  until([&] { return pump->count("on") == 1; });
  say(*pump, "iot/pump", "running", e2e::Qos::at_most_once);
  until([&] { return home->count("running") == 1 && home->ends.size() == 1 && pump->ends.size() == 1; });
  EXPECT_EQ(home->heard.front().topic, "iot/pump");
  EXPECT_EQ(home->ends.front(), std::error_code());
  until([&] { return spy->overheard.size() == 2; });
  for (const auto& [topic, payload] : spy->overheard) {
    EXPECT_TRUE(topic.starts_with(std::string(home->e2e->base()) + "/"));
    EXPECT_EQ(payload.size(), 81U);
    EXPECT_EQ(text_of(payload).find("running"), std::string_view::npos);
  }
}

TEST_F(E2eOverMqtt, what_a_stranger_makes_of_what_it_overheard_is_refused_by_name) {
  Mosquitto broker(folder_.path());
  const auto spy = stranger(broker.port());
  const auto home = controller(broker.port()), pump = device(broker.port());
  say(*home, "controller", "on");
  until([&] { return pump->count("on") == 1 && spy->overheard.size() == 1; });
  const std::string base(home->e2e->base()), command = base + "/controller";
  const auto packet = spy->overheard.front().second;

  inject(*spy, command, packet);  // again
  until([&] { return pump->refused(Reason::replay) == 1; });
  inject(*spy, base + "/iot/pump", packet);  // back to who made it, as if a device had said it
  until([&] { return home->refused(Reason::own) == 1; });
  auto altered = packet;
  altered[8] ^= 1;  // of the random part, so that it is another one
  inject(*spy, command, altered);
  until([&] { return pump->refused(Reason::bad_mac) == 1; });
  altered.resize(30);
  inject(*spy, command, altered);
  until([&] { return pump->refused(Reason::truncated) == 1; });
  inject(*spy, command, std::vector<std::uint8_t>(1'000'000));  // the broker of version 5 keeps this to itself
  inject(*spy, command, std::vector<std::uint8_t>(4097));
  until([&] { return pump->refused(Reason::too_large) == 1; });

  // A flood, and then it still works.
  for (int i = 0; i < 3000; ++i) inject(*spy, command, packet);
  say(*home, "controller", "off");
  until([&] { return pump->count("off") == 1; });
  EXPECT_EQ(pump->heard.size(), 2U);
  EXPECT_TRUE(home->heard.empty());
  EXPECT_TRUE(pump->disconnected.empty());
}

TEST_F(E2eOverMqtt, what_was_retained_is_refused_when_it_is_old) {
  Mosquitto broker(folder_.path());
  const auto spy = stranger(broker.port());
  const auto home = controller(broker.port());
  say(*home, "controller", "on");
  until([&] { return spy->overheard.size() == 1; });
  inject(*spy, std::string(home->e2e->base()) + "/controller", spy->overheard.front().second, true);
  until([&] { return spy->overheard.size() == 2; });
  const auto late = device(broker.port());
  until([&] { return late->count("on") == 1; });  // still in the window: genuine, and new to it

  home->clock_off_s = -3600;
  say(*home, "controller", "from an hour ago");
  until([&] { return late->refused(Reason::stale) == 1; });
  EXPECT_EQ(late->heard.size(), 1U);
}

TEST_F(E2eOverMqtt, another_key_has_another_topic_and_hears_nothing) {
  Mosquitto broker(folder_.path());
  const auto spy = stranger(broker.port());
  const auto home = controller(broker.port());
  const auto other = join(broker.port(), "controller", "iot/pump", 8);
  EXPECT_NE(home->e2e->base(), other->e2e->base());
  say(*home, "controller", "on");
  until([&] { return spy->overheard.size() == 1; });
  inject(*spy, std::string(other->e2e->base()) + "/controller", spy->overheard.front().second);
  until([&] { return other->refused(Reason::bad_mac) == 1; });
  EXPECT_TRUE(other->heard.empty());
}

TEST_F(E2eOverMqtt, a_clock_that_is_an_hour_off_is_named_on_the_other_side_and_mended_by_being_set) {
  Mosquitto broker(folder_.path());
  const auto home = controller(broker.port()), pump = device(broker.port());
  for (const std::int64_t off : {3600, -3600}) {
    const Reason reason = off > 0 ? Reason::future : Reason::stale;
    const auto before = pump->refused(reason);
    home->clock_off_s = off;
    say(*home, "controller", "at a wrong time");
    until([&] { return pump->refused(reason) == before + 1; });
    // And so is what comes the other way.
    const Reason mirrored = off > 0 ? Reason::stale : Reason::future;
    const auto home_before = home->refused(mirrored);
    say(*pump, "iot/pump", "at the right time");
    until([&] { return home->refused(mirrored) == home_before + 1; });
  }
  EXPECT_TRUE(pump->heard.empty());
  home->clock_off_s = 0;
  say(*home, "controller", "set");
  until([&] { return pump->count("set") == 1; });
}

TEST_F(E2eOverMqtt, what_is_said_while_the_broker_is_away_arrives_fresh_when_it_is_back) {
  Mosquitto broker(folder_.path());
  const auto home = controller(broker.port()), pump = device(broker.port());
  say(*home, "controller", "before");
  until([&] { return pump->count("before") == 1; });
  broker.kill();
  until([&] { return !home->disconnected.empty() && !pump->disconnected.empty(); });
  say(*home, "controller", "during");
  home->e2e->async_publish({.topic = "controller", .message = bytes_of("too long"), .lifetime = {1'000'000}},
                           [&](std::error_code error) { home->ends.push_back(error); });
  until([&] { return home->ends.size() == 2; });
  EXPECT_EQ(home->ends.back(), make_error_code(Reason::expired));
  broker.start();
  until([&] { return home->ends.size() == 3; });
  EXPECT_EQ(home->ends.back(), std::error_code());
  // To whom was away too the broker gives nothing; but from here on all is as before.
  until([&] { return pump->connected == 2; });
  say(*home, "controller", "after");
  until([&] { return pump->count("after") == 1; });
  EXPECT_EQ(pump->count("too long"), 0U);
}

TEST_F(E2eOverMqtt, a_connection_cut_without_a_word_is_made_anew_and_what_was_on_it_is_sealed_again) {
  Mosquitto broker(folder_.path());
  interop::Relay way(io_, broker.port());
  const auto home = controller(broker.port());
  const auto pump = device(way.port(), {6'000'000});
  way.cut(true);
  say(*pump, "iot/pump", "into the void");
  until([&] { return !pump->disconnected.empty(); });
  EXPECT_EQ(pump->disconnected.front(), Reason::broker_silent);
  EXPECT_TRUE(pump->ends.empty());
  way.cut(false);
  until([&] { return home->count("into the void") == 1 && pump->ends.size() == 1; });
  EXPECT_EQ(pump->ends.front(), std::error_code());
}

TEST_F(E2eOverMqtt, who_leaves_is_not_connected_any_more_and_sends_nothing) {
  Mosquitto broker(folder_.path());
  const auto home = controller(broker.port());
  std::optional<std::error_code> left;
  home->e2e->async_leave([&](std::error_code error) { left = error; });
  until([&] { return left.has_value(); });
  EXPECT_EQ(left, std::error_code());
  EXPECT_FALSE(home->e2e->is_connected());
  say(*home, "controller", "nobody sends this");
  home->e2e->close();
  until([&] { return home->ends.size() == 1; });
  EXPECT_EQ(home->ends.front(), make_error_code(asio::error::operation_aborted));
}

TEST_F(E2eOverMqtt, files_for_tls_that_cannot_be_used_are_a_problem_before_anything_is_tried) {
  E2e::Options options;
  options.broker.security = mqtt_port::Tls{.ca_file = folder_ / "nothing.pem"};
  const auto opened = E2e::open(io_.get_executor(), key(7), std::move(options));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().fault, Fault::cannot_read);
  EXPECT_NE(opened.error().what.find("nothing.pem"), std::string::npos);
}

}  // namespace
}  // namespace tacit::host
