#pragma once
#include <string>
#include <vector>

#include "tacit/e2e/link.hpp"

namespace tacit::test {

// Counts up, so that no packet's four bytes come again; each object has numbers of its own.
class E2eRandom final : public crypto::Random {
 public:
  void fill(MutBytes out) override {
    ++count_;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(i < 4 ? count_ >> (24 - 8 * i) : 0);
  }

 private:
  static inline std::uint32_t objects_ = 0;
  std::uint32_t count_ = ++objects_ << 20;
};

inline constexpr std::array<std::uint8_t, 16> e2e_example_key{0x76, 0x2e, 0x4c, 0x1d, 0xc0, 0xa7, 0xd8, 0xb6,
                                                              0x0e, 0x61, 0xbc, 0x68, 0xdc, 0x85, 0x8b, 0xee};
inline e2e::Key e2e_key(Bytes bytes = e2e_example_key) { return e2e::Key(bytes); }

// What a broker has of one PUBLISH.
struct E2ePacket {
  e2e::Handle handle{};
  std::string topic;
  std::vector<std::uint8_t> payload;
};

// A link with its memory, and a clock that the test turns. It hears and speaks everything below its base.
template <e2e::Sizes Of = e2e::Sizes{}> class E2eSide {
 public:
  explicit E2eSide(const e2e::LinkConfig& config = {}, Bytes key = e2e_example_key)
      : link(config, memory_.tables(), e2e_key(key), random_), out_(link.leaving_size_max()) {
    require(link.hear("#") && link.speak("#"));
  }

  Result<e2e::Handle> publish(std::string_view topic, std::string_view message, std::uint8_t priority = 0) {
    return link.publish({.topic = topic, .message = bytes_of(message), .priority = priority}, now);
  }

  std::optional<E2ePacket> next() {
    const auto leaving = link.next(out_, now);
    if (!leaving) return std::nullopt;
    return E2ePacket{leaving->handle, std::string(leaving->topic), {leaving->packet.begin(), leaving->packet.end()}};
  }
  // As a client does that writes at once.
  std::optional<E2ePacket> send() {
    auto packet = next();
    if (packet) link.settle(packet->handle);
    return packet;
  }

  bool hear(E2ePacket packet, bool may_repeat = false) {
    heard_ = std::move(packet);  // what the event says lies here
    return link.input({.topic = heard_.topic, .payload = heard_.payload, .may_repeat = may_repeat}, now);
  }

  // The next event if it is of this kind, which is taken; all others before it are thrown away.
  template <class What> std::optional<What> poll() {
    while (auto event = link.poll_event())
      if (const auto* what = std::get_if<What>(&*event)) return *what;
    return std::nullopt;
  }
  std::optional<Reason> dropped() {
    const auto what = poll<e2e::Dropped>();
    return what ? std::optional(what->reason) : std::nullopt;
  }
  std::optional<std::string> message() {
    const auto what = poll<e2e::Message>();
    return what ? std::optional(std::string(text_of(what->payload))) : std::nullopt;
  }

  void pass(Duration time) {
    now.tick = now.tick + time;
    step(time);
  }
  void step(Duration by) {  // the wall clock alone
    const std::int64_t ns = e2e::PacketTime(*now.utc).ns + e2e::ns_of(by);
    now.utc = UnixTime{static_cast<std::uint32_t>(ns / 1'000'000'000), static_cast<std::uint32_t>(ns % 1'000'000'000)};
  }

  Now now{{5'000'000}, UnixTime{1'763'990'438, 123'456'789}};

 private:
  e2e::Memory<Of> memory_;
  E2eRandom random_;
  E2ePacket heard_;

 public:
  e2e::Link link;

 private:
  std::vector<std::uint8_t> out_;
};

}  // namespace tacit::test
