#pragma once
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "tacit/usmp/hub.hpp"
#include "tests/support/usmp_device.hpp"

namespace tacit::test {

inline constexpr usmp::HubSizes roomy_hub{.sessions = 16,
                                          .handshakes = 8,
                                          .connections = 16,
                                          .keys = 8,
                                          .messages = 16,
                                          .reassemblies = 4,
                                          .origins = 32,
                                          .records = 32,
                                          .events = 8,
                                          .answers = 8};

// A hub on a table: what it hears is put there by a test, and what it says and tells stays there to be looked at. It is
// driven as every port drives it, by kit's drain, offer and wake.
template <usmp::HubSizes Of = roomy_hub> class HubBench {
 public:
  struct Sent {
    Path path;
    Buffer bytes;
  };
  struct Message {
    usmp::SessionRef session;
    std::string text;
  };
  struct Known {
    std::vector<std::pair<std::string, usmp::KeyTag>> keys;
    bool wire1 = false;
  };

  explicit HubBench(const usmp::HubConfig& config = {}, std::uint64_t seed = 1)
      : random(seed), memory(std::make_unique<usmp::HubMemory<Of>>()), hub(config, memory->tables(), random) {}

  void know(const UsmpDevice& device, std::string_view key, usmp::KeyTag tag = {}, bool wire1 = false) {
    devices[device.id].keys.emplace_back(key, tag);
    devices[device.id].wire1 = wire1;
  }
  void answer(const usmp::KeyWanted& wanted) {
    std::vector<usmp::OfferedKey> offered;
    const auto known = devices.find(wanted.device);
    if (known != devices.end())
      for (const auto& [key, tag] : known->second.keys) offered.push_back({bytes_of(key), tag});
    (void)hub.provide(wanted.request, offered, known != devices.end() && known->second.wire1, now);
  }

  // --- Datagrams ---

  void hear(const Endpoint& from, Buffer bytes) {
    Datagram datagram{{.peer = from}, bytes};
    offer(hub, *this, {&datagram, 1}, now);
    std::ranges::fill(bytes, std::uint8_t{0xDB});
  }
  // What left for there since this was last asked.
  std::vector<Buffer> heard_at(const Endpoint& at) {
    std::vector<Buffer> all;
    std::erase_if(sent, [&](const Sent& one) {
      if (one.path.peer != at) return false;
      all.push_back(one.bytes);
      return true;
    });
    return all;
  }
  static std::optional<Buffer> find(usmp::FrameType type, const std::vector<Buffer>& datagrams) {
    for (const Buffer& bytes : datagrams)
      if (bytes.size() >= usmp::header_size && bytes[0] == 0xCD && bytes[3] == static_cast<std::uint8_t>(type))
        return bytes;
    return std::nullopt;
  }
  // The CHALLENGE after a HELLO and the cookie that it needs.
  std::optional<Buffer> challenge(UsmpDevice& device, const Endpoint& at) {
    if (device.wire == usmp::Wire::v1) hear(at, device.hello());
    else {
      hear(at, device.hello());
      auto retry = find(usmp::FrameType::hello_retry, heard_at(at));
      if (!retry) return std::nullopt;
      const auto cookie = usmp::decode_handshake<usmp::HelloRetry>(*usmp::take_frame(*retry, usmp::Wires::v2))->cookie;
      hear(at, device.hello(cookie));
    }
    return find(usmp::FrameType::challenge, heard_at(at));
  }
  // The whole handshake. False: it came to nothing.
  bool connect(UsmpDevice& device, const Endpoint& at) {
    device.begin();
    const auto challenged = challenge(device, at);
    if (!challenged) return false;
    hear(at, device.hello_ack(*challenged));
    const auto ok = find(usmp::FrameType::session_ok, heard_at(at));
    if (!ok || !device.take_session_ok(*ok)) return false;
    hear(at, device.acknowledgement(usmp::FrameType::session_ok, 0));
    return true;
  }

  // --- Streams ---

  bool open(ConnectionId id, const Endpoint& from) {
    const bool accepted = hub.accept(id, from, now);
    if (accepted) streams[id.slot] = {id, {}, false};
    drain(hub, *this, now);
    return accepted;
  }
  void hear(ConnectionId id, Buffer bytes) {
    if (streams[id.slot].closed) return;
    streams[id.slot].unread.insert(streams[id.slot].unread.end(), bytes.begin(), bytes.end());
    Buffer& unread = streams[id.slot].unread;
    const std::size_t consumed = offer(hub, *this, id, unread, now);
    unread.erase(unread.begin(), unread.begin() + static_cast<std::ptrdiff_t>(consumed));
  }
  Buffer written(ConnectionId id) { return std::exchange(streams[id.slot].written, {}); }
  bool is_closed(ConnectionId id) { return streams[id.slot].closed; }
  void hang_up(ConnectionId id) {
    streams[id.slot].closed = true;
    hub.closed(id, now);
    drain(hub, *this, now);
  }
  bool connect(UsmpDevice& device, ConnectionId id, const Endpoint& from) {
    device.begin();
    if (!open(id, from)) return false;
    hear(id, device.hello());
    const Buffer challenged = written(id);
    if (challenged.empty()) return false;
    hear(id, device.hello_ack(challenged));
    const Buffer ok = written(id);
    return !ok.empty() && device.take_session_ok(ok);
  }

  // --- Time, and what it was told ---

  void pass(Duration duration) {
    const Instant end = now.tick + duration;
    for (auto next = hub.next_timeout(); next && *next <= end; next = hub.next_timeout()) {
      now.tick = std::max(now.tick, *next);
      wake(hub, *this, now);
    }
    now.tick = end;
  }
  void speak() { drain(hub, *this, now); }  // after verbs

  template <class Event> std::size_t count() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(told, [](const usmp::HubEvent& e) { return std::holds_alternative<Event>(e); }));
  }
  template <class Event> const Event& last() const {
    for (auto it = told.rbegin(); it != told.rend(); ++it)
      if (const auto* event = std::get_if<Event>(&*it)) return *event;
    ADD_FAILURE() << "no such event";
    static const Event none{};
    return none;
  }

  // --- For kit's loop ---

  Outbox& outbox() {
    out.clear();
    return out;
  }
  void send(const Outbox& full) {
    for (const Outbox::Run& run : full.runs())
      for_each_datagram(run.bytes, run.datagram_size,
                        [&](MutBytes one) { sent.push_back({run.path, {one.begin(), one.end()}}); });
  }
  void deliver(const usmp::HubEvent& event) {
    told.push_back(event);
    if (const auto* m = std::get_if<usmp::DeviceMessage>(&event))
      messages.push_back({m->session, std::string(text_of(m->message))});
    if (const auto* wanted = std::get_if<usmp::KeyWanted>(&event); wanted && answers_at_once) answer(*wanted);
  }
  MutBytes room(ConnectionId id) {
    if (streams[id.slot].closed || blocked) return {};
    return write_buffer;
  }
  void send(ConnectionId id, std::size_t size) {
    auto& written = streams[id.slot].written;
    written.insert(written.end(), write_buffer.begin(), write_buffer.begin() + static_cast<std::ptrdiff_t>(size));
  }
  void close(ConnectionId id) { streams[id.slot].closed = true; }

  struct Stream {
    ConnectionId id;
    Buffer written, unread;
    bool closed = false;
    Stream() = default;
    Stream(ConnectionId which, Buffer bytes, bool is_closed)
        : id(which), written(std::move(bytes)), closed(is_closed) {}
  };

  sim::Random random;
  std::unique_ptr<usmp::HubMemory<Of>> memory;
  usmp::Hub hub;
  Now now{Instant{1'000'000'000}, std::nullopt};
  std::map<usmp::DeviceId, Known> devices;
  bool answers_at_once = true;
  bool blocked = false;  // no connection takes what is written
  std::vector<Sent> sent;
  std::vector<usmp::HubEvent> told;  // spans in them are over
  std::vector<Message> messages;
  std::map<std::uint32_t, Stream> streams;
  Buffer packet_memory = Buffer(2048), write_buffer = Buffer(1024);
  std::array<Outbox::Run, 3> runs;
  Outbox out{packet_memory, runs};
};

}  // namespace tacit::test
