#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include "tacit/host/nomq.hpp"
#include "tacit/port/linux/clock.hpp"
#include "tests/net/namespaces.hpp"

namespace tacit::net {

using host::Nomq;

inline host::Key group_key(host::KeyKind kind = host::KeyKind::nomq_v1) {
  return host::nomq_key(kind, {Secret<32>{bytes_of("encryption, thirty-two bytes key")},
                               Secret<32>{bytes_of("authentication, 32 bytes of text")}});
}

// As a host's, with tables that many programs in one process can have.
inline Nomq::Options modest() {
  Nomq::Options options;
  options.sizes.slots = 1024;
  options.sizes.debts = 4096;
  options.sizes.peers = 64;
  options.sizes.interests = 256;
  options.sizes.retained = 64;
  options.sizes.traces = 4096;
  return options;
}

// One program with a NoMQ node. Its event loop is its own and runs on the network of its host, so that a socket which
// is opened again is opened there.
class Program {
 public:
  struct End {
    std::error_code error;
    Nomq::Outcome outcome;
  };

  Program(const Namespace& where, const host::Key& key, const Nomq::Options& options)
      : host_(where), node_(where.inside([&] { return std::make_unique<Nomq>(io_.get_executor(), key, options); })) {}

  // Runs `work` with the node, where its host is.
  template <class Work> auto with(Work work) {
    return host_.inside([&] { return work(*node_); });
  }
  const Nomq& node() const { return *node_; }

  void subscribe(std::string_view channel) {
    ASSERT_TRUE(with([&](Nomq& node) { return node.subscribe(channel).has_value(); }));
  }

  // Receives for ever, into `heard`.
  void listen() {
    with([this](Nomq& node) {
      node.async_receive([this](std::error_code error, Nomq::Message message) {
        if (error) return;
        heard.push_back(std::move(message));
        listen();
      });
    });
  }

  // How it ended will be in `ends`, in the order of the ends.
  void publish(const Nomq::Publication& what) {
    with([&](Nomq& node) {
      node.async_publish(
          what, [this](std::error_code error, Nomq::Outcome outcome) { ends.push_back({error, std::move(outcome)}); });
    });
  }
  void publish(std::string_view channel, std::string_view text, nomq::Qos qos) {
    publish({.channel = channel, .message = bytes_of(text), .qos = qos});
  }

  // What is ready to be called is called; false where nothing was.
  bool turn() {
    return host_.inside([&] {
      io_.restart();
      return io_.poll() > 0;
    });
  }

  std::size_t count(std::string_view text) const {
    return static_cast<std::size_t>(std::ranges::count(heard, text, &Nomq::Message::text));
  }
  // How many present peers are known to listen to a channel.
  std::size_t listeners(const std::string& channel) const {
    return static_cast<std::size_t>(std::ranges::count_if(node_->peers(), [&](const Nomq::Peer& peer) {
      return peer.present && std::ranges::count(peer.channels, channel) > 0;
    }));
  }
  std::uint32_t refused(Reason reason) const { return node_->counters()[reason]; }

  std::vector<Nomq::Message> heard;
  std::vector<End> ends;

 private:
  const Namespace& host_;
  asio::io_context io_;
  std::unique_ptr<Nomq> node_;
};

// Programs that take turns. Time is real, so every wait ends when what it waits for has happened.
class ProgramsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!why_no_namespaces().empty()) GTEST_SKIP() << why_no_namespaces();
  }

  Program& start(const Namespace& where, const Nomq::Options& options = modest(), const host::Key& key = group_key()) {
    return programs_.emplace_back(where, key, options);
  }
  // As a power cut does it: nobody is told.
  void stop(Program& program) {
    programs_.remove_if([&](const Program& one) { return &one == &program; });
  }

  // Gives every program its turns until it holds, for some seconds at most.
  bool until(const std::function<bool()>& holds, Duration at_most = {20'000'000}) {
    const Instant end = linux_port::now().tick + at_most;
    while (!holds()) {
      if (linux_port::now().tick > end) return false;
      bool busy = false;
      for (Program& program : programs_) busy = program.turn() || busy;
      if (!busy) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }
  // Time for what should not happen.
  void let_pass(Duration time) {
    (void)until([] { return false; }, time);
  }

  std::list<Program> programs_;
};

}  // namespace tacit::net
