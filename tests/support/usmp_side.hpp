#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "tacit/usmp/session.hpp"

namespace tacit::test {

using Frames = std::vector<std::vector<std::uint8_t>>;  // frames and acknowledgements, one an element

inline usmp::FrameType type_of(const std::vector<std::uint8_t>& bytes) {
  return static_cast<usmp::FrameType>(bytes[3]);
}
inline std::vector<usmp::FrameType> types(const Frames& said) {
  std::vector<usmp::FrameType> all;
  for (const auto& one : said)
    if (!usmp::is_acknowledgement(one)) all.push_back(type_of(one));
  return all;
}

// Random bytes that are the same in each run.
class CountingRandom final : public crypto::Random {
 public:
  explicit CountingRandom(std::uint8_t first = 1) : next_(first) {}
  void fill(MutBytes out) override {
    for (std::uint8_t& byte : out) byte = next_++;
  }

 private:
  std::uint8_t next_;
};

inline usmp::Keys some_keys(usmp::Wire wire = usmp::Wire::v2) {
  std::array<std::uint8_t, 32> first, second;
  first.fill(0x11);
  second.fill(wire == usmp::Wire::v2 ? 0x22 : 0x11);
  return {Secret<32>(first), Secret<32>(second)};
}
inline constexpr usmp::SessionId some_session{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

inline Tick at_ms(std::int64_t ms) { return tick_of(Instant{ms * 1000}); }

// One end of a session, with memory of its own, and what became of what it said and heard. Time is said by the test.
class Side {
 public:
  struct Plan {
    usmp::Role role = usmp::Role::client;
    usmp::Transport transport = usmp::Transport::datagrams;
    usmp::Wire wire = usmp::Wire::v2;
    usmp::Patience patience{};
    std::size_t messages = 8, reassemblies = 1;
    bool peer_takes_rekey = false;
  };

  explicit Side(const Plan& plan) : Side(plan, some_keys(plan.wire)) {}
  Side(const Plan& plan, usmp::Keys&& keys)
      : plan_(plan), outgoing_(plan.messages), outgoing_memory_(plan.messages * usmp::message_size_max),
        reassembly_(plan.reassemblies), reassembly_memory_(plan.reassemblies * usmp::message_size_max),
        keys_(key_entries_, key_buckets_), lender_{keys_, random_, free_, finished_, reassemblies_, plan.patience},
        session(lender_,
                {plan.role, plan.transport, plan.wire, some_session, std::move(keys), {}, plan.peer_takes_rekey},
                at_ms(0)) {
    for (std::size_t i = 0; i < outgoing_.size(); ++i) {
      outgoing_[i].memory = MutBytes(outgoing_memory_).subspan(i * usmp::message_size_max, usmp::message_size_max);
      free_.push_back(outgoing_[i]);
    }
    for (std::size_t i = 0; i < reassembly_.size(); ++i) {
      reassembly_[i].memory = MutBytes(reassembly_memory_).subspan(i * usmp::message_size_max, usmp::message_size_max);
      reassemblies_.push_back(reassembly_[i]);
    }
  }

  Result<Done> send(std::string_view text) { return session.send(bytes_of(text), usmp::Handle{++handles_}); }
  Result<Done> send(std::size_t size) { return send(std::string(size, static_cast<char>('a' + size % 26))); }

  // All that leaves now.
  Frames say(Tick now) {
    Frames said;
    for (;;) {
      if (const std::size_t size = session.acknowledgement_size()) {
        session.put_acknowledgement(said.emplace_back(size));
      } else if (const std::size_t frame = session.frame_size(now)) {
        session.put_frame(said.emplace_back(frame), now);
      } else {
        settle();
        return said;
      }
    }
  }

  // A copy: what was said can be said again.
  Result<usmp::Received> hear(std::vector<std::uint8_t> bytes, Tick now) {
    if (usmp::is_acknowledgement(bytes)) {
      if (session.receive_acknowledgement(bytes, now)) ++acknowledged;
      settle();
      return usmp::Received{};
    }
    const auto frame = usmp::decode_datagram(bytes, usmp::Wires::both);
    if (!frame) return frame.error();
    const auto received = session.receive(*frame, now);
    if (!received) refused.push_back(received.error());
    if (received && received->what == usmp::Received::What::message) heard.emplace_back(text_of(received->message));
    if (received && received->what == usmp::Received::What::pong) ++pongs;
    if (received && received->joined) reassemblies_.push_back(*received->joined);
    settle();
    return received;
  }
  void hear_all(const Frames& all, Tick now) {
    for (const auto& one : all) (void)hear(one, now);
  }

  struct Outcome {
    usmp::Handle handle{};
    std::optional<Reason> reason;
    friend bool operator==(const Outcome&, const Outcome&) = default;
  };

  std::vector<std::string> heard;
  std::vector<Reason> refused;
  std::vector<Outcome> outcomes;
  int pongs = 0, acknowledged = 0;
  std::size_t delivered() const {
    return static_cast<std::size_t>(std::ranges::count_if(outcomes, [](const Outcome& one) { return !one.reason; }));
  }

 private:
  void settle() {
    while (usmp::Outgoing* message = finished_.front()) {
      outcomes.push_back({message->handle, message->reason});
      free_.push_back(*message);
    }
  }

  Plan plan_;
  std::vector<usmp::Outgoing> outgoing_;
  std::vector<std::uint8_t> outgoing_memory_;
  std::vector<usmp::Reassembly> reassembly_;
  std::vector<std::uint8_t> reassembly_memory_;
  std::array<usmp::KeyCache::Entry, 2> key_entries_;
  std::array<usmp::KeyCache::Entry*, 2> key_buckets_{};
  usmp::KeyCache keys_;
  CountingRandom random_;
  List<usmp::Outgoing> free_, finished_;
  List<usmp::Reassembly> reassemblies_;
  usmp::Lender lender_;
  std::uint32_t handles_ = 0;

 public:
  usmp::Session session;  // last: it ends first
};

// Until neither has more to say.
inline void converse(Side& a, Side& b, Tick now) {
  for (;;) {
    const Frames from_a = a.say(now);
    b.hear_all(from_a, now);
    const Frames from_b = b.say(now);
    a.hear_all(from_b, now);
    if (from_a.empty() && from_b.empty()) return;
  }
}

}  // namespace tacit::test
