// Goal: a program's USMP server and client do what their headers say. Method: both on one event loop over loopback, in
// both transports, with a registry in a folder of its own.
#include <gtest/gtest.h>

#include <asio/io_context.hpp>
#include <chrono>

#include "tacit/host/device_registry.hpp"
#include "tacit/host/usmp_client.hpp"
#include "tacit/host/usmp_server.hpp"
#include "tests/unit/host/temporary_folder.hpp"

namespace tacit::host {
namespace {

using namespace std::chrono_literals;

constexpr Endpoint loopback(std::uint16_t port) {
  return {.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1}, .port = port};
}

class UsmpHost : public ::testing::TestWithParam<usmp::Transport> {
 protected:
  UsmpHost() : registry_(open_registry()) { add("pump", 0x11); }

  DeviceRegistry open_registry() {
    auto opened = DeviceRegistry::open(path(), {.create = true});
    EXPECT_TRUE(opened);
    return *std::move(opened);
  }
  std::string path() const { return folder_.path() / "devices.db"; }

  static UsmpKey key_with(std::uint8_t id, std::uint8_t of) {
    const std::vector<std::uint8_t> bytes(32, of);
    return {{2, 0, 0, 0, 0, id}, *Psk::of(bytes)};
  }

  void add(const std::string& name, std::uint8_t id) {
    const UsmpKey key = key_with(id, id);
    std::vector<DeviceWithKeys> devices;
    devices.push_back({.device = {.id = key.device, .name = name, .created = 1}, .key = key.psk.duplicate()});
    EXPECT_TRUE(registry_.add(devices, [](std::size_t) { return std::string(); }));
  }

  void serve(UsmpServer::Options options = {}) {
    options.at = loopback(0);
    auto opened = UsmpServer::open(io_.get_executor(), path(), options);
    ASSERT_TRUE(opened) << opened.error().what;
    server_ = *std::move(opened);
    server_->observe([this](const UsmpServer::Event& event) {
      if (const auto* gone = std::get_if<UsmpServer::Disconnected>(&event)) ended_.push_back(gone->reason);
      if (const auto* dropped = std::get_if<UsmpServer::Dropped>(&event)) dropped_.push_back(dropped->reason);
    });
  }

  std::unique_ptr<UsmpClient> client_with(const UsmpKey& key) {
    UsmpClient::Options options;
    options.servers = {loopback(server_->port())};
    options.transport = GetParam();
    options.config.reconnect = false;
    options.config.handshake_within = {4'000'000};
    return std::make_unique<UsmpClient>(io_.get_executor(), key, options);
  }
  std::unique_ptr<UsmpClient> connected() {
    auto client = client_with(key_with(0x11, 0x11));
    std::optional<std::error_code> error;
    client->async_connect([&](std::error_code e, const UsmpClient::Connection&) { error = e; });
    until([&] { return error.has_value(); });
    EXPECT_EQ(error, std::error_code());
    return client;
  }

  template <class Holds> void until(Holds holds) {
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (!holds() && std::chrono::steady_clock::now() < end) io_.run_one_for(100ms);
    EXPECT_TRUE(holds());
  }

  TemporaryFolder folder_;
  DeviceRegistry registry_;
  asio::io_context io_;
  std::unique_ptr<UsmpServer> server_;
  std::vector<Reason> ended_, dropped_;
};

INSTANTIATE_TEST_SUITE_P(Over, UsmpHost, ::testing::Values(usmp::Transport::stream, usmp::Transport::datagrams),
                         [](const auto& over) { return over.param == usmp::Transport::stream ? "tcp" : "udp"; });

TEST_P(UsmpHost, messages_go_both_ways_and_a_ping_is_answered) {
  serve();
  const auto client = connected();
  std::optional<std::error_code> sent, answered, pinged, server_pinged;
  std::string heard, answer;
  server_->async_receive([&](std::error_code, const UsmpServer::Message& message) {
    heard = message.text();
    server_->async_send(message.session, bytes_of("thanks"), [&](std::error_code error) { answered = error; });
  });
  client->async_receive([&](std::error_code, const UsmpClient::Message& message) { answer = text_of(message); });
  client->async_send(bytes_of("21.5"), [&](std::error_code error) { sent = error; });
  until([&] { return sent && answered && !answer.empty(); });
  EXPECT_EQ(heard, "21.5");
  EXPECT_EQ(answer, "thanks");
  EXPECT_EQ(sent, std::error_code());
  EXPECT_EQ(answered, std::error_code());

  client->async_ping([&](std::error_code error, Duration) { pinged = error; });
  server_->async_ping(key_with(0x11, 0).device,
                      [&](std::error_code error, const UsmpServer::Pong&) { server_pinged = error; });
  until([&] { return pinged && server_pinged; });
  EXPECT_EQ(pinged, std::error_code());
  EXPECT_EQ(server_pinged, std::error_code());
}

TEST_P(UsmpHost, another_key_and_an_unknown_device_get_no_session) {
  serve();
  for (const UsmpKey& key : {key_with(0x11, 0x12), key_with(0x13, 0x13)}) {
    const auto client = client_with(key);
    std::optional<std::error_code> error;
    client->async_connect([&](std::error_code e, const UsmpClient::Connection&) { error = e; });
    until([&] { return error.has_value(); });
    EXPECT_TRUE(*error);
  }
  const auto was_dropped = [&](Reason reason) { return std::ranges::find(dropped_, reason) != dropped_.end(); };
  until([&] { return was_dropped(Reason::wrong_key) && was_dropped(Reason::unknown_device); });
  EXPECT_TRUE(server_->sessions().empty());
}

TEST_P(UsmpHost, who_is_revoked_has_no_session_any_more_and_gets_none) {
  serve();
  const auto client = connected();
  until([&] { return server_->sessions().size() == 1; });
  ASSERT_TRUE(registry_.set_revoked(key_with(0x11, 0).device, true));
  until([&] { return !ended_.empty(); });
  EXPECT_EQ(ended_.front(), Reason::revoked);

  const auto again = client_with(key_with(0x11, 0x11));
  std::optional<std::error_code> error;
  again->async_connect([&](std::error_code e, const UsmpClient::Connection&) { error = e; });
  until([&] { return error.has_value(); });
  EXPECT_TRUE(*error);
}

TEST_P(UsmpHost, the_first_use_of_a_new_key_ends_the_session_of_the_old_one) {
  serve();
  const auto before = connected();
  const UsmpKey next = key_with(0x11, 0x77);
  ASSERT_TRUE(registry_.begin_rotation(next.device, KeySource(next.psk.duplicate()), std::time(nullptr) + 3600));
  const auto after = client_with(next);
  std::optional<std::error_code> error;
  after->async_connect([&](std::error_code e, const UsmpClient::Connection&) { error = e; });
  until([&] { return error.has_value() && !ended_.empty(); });
  EXPECT_EQ(*error, std::error_code());
  EXPECT_EQ(ended_.front(), Reason::revoked);
  EXPECT_TRUE(after->is_connected());
  EXPECT_EQ(server_->sessions().size(), 1u);
}

TEST_P(UsmpHost, a_server_that_closes_takes_its_leave) {
  serve();
  const auto client = connected();
  std::optional<Reason> ended;
  client->observe([&](const UsmpClient::Event& event) {
    if (const auto* gone = std::get_if<usmp::Disconnected>(&event)) ended = gone->reason;
  });
  until([&] { return server_->sessions().size() == 1; });
  server_->close();
  until([&] { return ended.has_value(); });
  EXPECT_EQ(ended, Reason::peer_closed);
}

TEST_P(UsmpHost, what_nobody_receives_is_not_taken_and_arrives_later) {
  constexpr std::size_t count = 20;
  UsmpServer::Options options;
  options.messages_waiting = 4;
  serve(options);
  const auto client = connected();
  std::size_t sent = 0;
  for (std::size_t i = 0; i < count; ++i)
    client->async_send(bytes_of(std::to_string(i)), [&](std::error_code error) { sent += !error; });
  for (int i = 0; i < 5; ++i) io_.run_one_for(100ms);

  std::vector<std::string> heard;
  std::function<void()> receive = [&] {
    server_->async_receive([&](std::error_code error, const UsmpServer::Message& message) {
      if (error) return;
      heard.emplace_back(message.text());
      receive();
    });
  };
  receive();
  until([&] { return heard.size() == count && sent == count; });
  for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(heard.at(i), std::to_string(i));
}

TEST_P(UsmpHost, several_shards_serve_as_one) {
  UsmpServer::Options options;
  options.shards = 3;
  for (std::uint8_t id = 0x21; id < 0x29; ++id) add("device" + std::to_string(id), id);
  serve(options);
  std::vector<std::unique_ptr<UsmpClient>> clients;
  std::size_t answers = 0;
  for (std::uint8_t id = 0x21; id < 0x29; ++id) {
    UsmpClient& client = *clients.emplace_back(client_with(key_with(id, id)));
    client.async_receive([&](std::error_code error, const UsmpClient::Message&) { answers += !error; });
    client.async_connect([&](std::error_code error, const UsmpClient::Connection&) {
      ASSERT_FALSE(error);
      client.async_send(bytes_of("hello"), [](std::error_code) {});
    });
  }
  std::function<void()> receive = [&] {
    server_->async_receive([&](std::error_code error, const UsmpServer::Message& message) {
      if (error) return;
      server_->async_send(message.device, bytes_of("welcome"), [](std::error_code) {});
      receive();
    });
  };
  receive();
  until([&] { return answers == clients.size(); });
  std::optional<UsmpServer::Statistics> statistics;
  server_->async_statistics([&](std::error_code, const UsmpServer::Statistics& all) { statistics = all; });
  until([&] { return statistics.has_value(); });
  EXPECT_EQ(statistics->sessions, clients.size());
  EXPECT_EQ(statistics->messages_in, clients.size());
}

}  // namespace
}  // namespace tacit::host
