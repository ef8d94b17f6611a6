// Goal: a server is answered without waiting itself, and hears of changes by itself. Method: a service that looks
// often, over a file that a command changes.
#include "tacit/host/device_service.hpp"

#include <gtest/gtest.h>

#include <asio/io_context.hpp>

#include "tacit/host/device_registry.hpp"
#include "tests/unit/host/temporary_folder.hpp"

namespace tacit::host {
namespace {

using namespace std::chrono_literals;

constexpr DeviceId some_id{2, 0, 0, 0, 0, 1};

class Service : public testing::Test {
 protected:
  void open() {
    auto opened = DeviceService::open(
        io.get_executor(), path,
        {[this](const DeviceChange& change) { changes.push_back(change); }, [this](const Problem&) { ++failures; }},
        {.look_every = 5ms, .write_every = 5ms});
    ASSERT_TRUE(opened.has_value()) << opened.error().what;
    service = *std::move(opened);
  }
  DeviceKeys keys() {
    std::optional<DeviceKeys> found;
    service->async_keys(some_id, [&](DeviceService::Keys keys) { found = *std::move(keys); });
    run_until([&] { return found.has_value(); });
    return *std::move(found);
  }
  void run_until(const std::function<bool()>& enough) {
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (!enough() && std::chrono::steady_clock::now() < until) {
      io.restart();
      io.run_one_for(100ms);
    }
    ASSERT_TRUE(enough());
  }

  TemporaryFolder folder;
  std::string path = folder / "devices.db";
  DeviceRegistry command = [this] {
    auto registry = *DeviceRegistry::open(path, {.create = true});
    const DeviceWithKeys one{.device = {.id = some_id, .name = "boiler"},
                             .key = *Psk::of(std::vector<std::uint8_t>(32, 1))};
    EXPECT_TRUE(registry.add(std::span(&one, 1), [](std::size_t) { return ""; }));
    return registry;
  }();
  asio::io_context io;
  std::vector<DeviceChange> changes;
  int failures = 0;
  std::unique_ptr<DeviceService> service;
};

TEST_F(Service, answers_and_tells_of_revocation) {
  open();
  const KeyVersion version = keys().current.version;
  ASSERT_TRUE(command.set_revoked(some_id, true).has_value());
  run_until([&] { return !changes.empty(); });
  EXPECT_EQ(changes.front().device, some_id);
  EXPECT_FALSE(changes.front().is_right(version));
}

TEST_F(Service, the_use_of_a_new_key_ends_the_sessions_of_the_old_one) {
  ASSERT_TRUE(command.begin_rotation(some_id, *Psk::of(std::vector<std::uint8_t>(32, 2)), std::time(nullptr) + 1000));
  open();
  const DeviceKeys both = keys();
  std::optional<bool> right;
  service->async_used(some_id, both.next->version, [&](Attempt<bool> answer) { right = *answer; });
  run_until([&] { return right.has_value() && !changes.empty(); });
  EXPECT_TRUE(*right);
  EXPECT_FALSE(changes.back().is_right(both.current.version));
  EXPECT_TRUE(changes.back().is_right(both.next->version));
}

TEST_F(Service, writes_what_was_seen_when_it_ends) {
  open();
  service->seen(some_id, {1234, "192.0.2.1:5", 2});
  service.reset();
  EXPECT_EQ(command.find("boiler")->last_seen, 1234);
  EXPECT_EQ(failures, 0);
}

}  // namespace
}  // namespace tacit::host
