#pragma once
#include <deque>
#include <string>
#include <vector>

#include "tacit/port/linux/lan_driver.hpp"
#include "tests/net/namespaces.hpp"

namespace tacit::net {

// What was heard: the text, and the way it came.
struct Heard {
  Path path;
  std::string text;
};

// The least machine that uses all of a port: it says what it is told to say, reports what it hears, and answers a
// question that came to it alone ("how?") on the path it came by.
class Talker {
 public:
  struct Event {
    Path path;
    std::string_view text;
  };

  void say(const Path& path, std::string text) { to_say_.push_back({path, std::move(text)}); }

  std::size_t input(std::span<Datagram> in, Now) {
    for (const Datagram& datagram : in) {
      heard_.push_back({datagram.path, text_of(datagram.bytes)});
      if (text_of(datagram.bytes).ends_with('?'))
        say({.peer = datagram.path.peer, .local = datagram.path.local}, "answer");
    }
    return in.size();
  }
  void timeout(Now) {}
  void poll_transmit(Outbox& out, Now) {
    for (; !to_say_.empty(); to_say_.pop_front()) {
      const auto& [path, text] = to_say_.front();
      const MutBytes room = out.add(path, text.size());
      if (room.empty()) return;
      copy(bytes_of(text), room);
    }
  }
  std::optional<Event> poll_event() {
    if (heard_.empty()) return std::nullopt;
    const Event event = heard_.front();
    heard_.pop_front();
    return event;
  }
  std::optional<Instant> next_timeout() const { return std::nullopt; }

 private:
  std::deque<Heard> to_say_;
  std::deque<Event> heard_;
};

// Randomness for jitter alone.
class Dice final : public crypto::Random {
 public:
  void fill(MutBytes out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(state_ = state_ * 1'664'525 + 1'013'904'223);
  }

 private:
  std::uint32_t state_ = 1;
};

inline constexpr linux_port::Ip group_ipv6{0xff, 0x12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x4e, 0x4d};
inline constexpr std::uint16_t group_port = 8889;

// Broadcast and, where asked, multicast; one's own port is the first free one from 8890.
inline linux_port::LanConfig lan_config(bool multicast = false) {
  linux_port::LanConfig config{.group = {group_port, {}}, .own = {8890, 8904}};
  if (multicast) config.group.multicast = group_ipv6;
  return config;
}

// One program on one host.
class Station {
 public:
  explicit Station(const Namespace& host, linux_port::LanConfig config = lan_config())
      : host_(host),
        sockets_(host.inside([&] { return std::make_unique<linux_port::LanSockets>(std::move(config), dice_); })),
        driver_(talker_, *sockets_,
                [this](const Talker::Event& event) { heard.push_back({event.path, std::string(event.text)}); }) {}

  void say_to_group(std::string text) { say({.to_group = true}, std::move(text)); }
  void say(const Path& path, std::string text) {
    prepare(path, std::move(text));
    flush();
  }
  void prepare(const Path& path, std::string text) { talker_.say(path, std::move(text)); }
  void flush() {
    host_.inside([&] { driver_.flush(); });
  }
  void turn() {
    host_.inside([&] { driver_.turn(); });
  }
  bool wait(Duration at_most) { return sockets_->wait(at_most); }

  // How often this text was heard.
  std::size_t count(std::string_view text) const {
    std::size_t count = 0;
    for (const Heard& one : heard) count += one.text == text;
    return count;
  }

  linux_port::LanSockets& sockets() { return *sockets_; }
  std::vector<Heard> heard;

 private:
  const Namespace& host_;
  Dice dice_;
  Talker talker_;
  std::unique_ptr<linux_port::LanSockets> sockets_;
  linux_port::LanDriver<Talker> driver_;
};

}  // namespace tacit::net
