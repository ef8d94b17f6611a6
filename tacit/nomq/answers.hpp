#pragma once
#include "tacit/kit/ring.hpp"
#include "tacit/nomq/body.hpp"
#include "tacit/nomq/sealing.hpp"

namespace tacit::nomq {

// An answer that is owed for one packet: it goes where that came from.
struct Answer {
  Path to;
  ChannelId channel{};
  PacketId id{};
  SessionId session{};
  PacketType type{};
  bool from_2000 = false;
};

// The answers of a node, in the order of what they answer.
class Answers {
 public:
  static constexpr std::size_t packet_size = sealed_size(wire::size_of<ControlBody>);

  explicit Answers(std::span<Answer> memory) : ring_(memory) {}
  std::size_t room() const { return ring_.room(); }
  // In `session` of ours, to what came from there. What the group was sent is answered to its sender alone. It may be
  // changed until the next one.
  Answer& push(PacketType type, SessionId session, const Received& to) {
    Answer& answer = ring_.add();
    write(to, type, session, answer);
    return answer;
  }
  static void write(const Received& to, PacketType type, SessionId session, Answer&);
  void clear() { ring_.clear(); }

  bool transmit(Sealing&);  // false: the outbox is full
  static bool put(const Answer&, Sealing&);

 private:
  Ring<Answer> ring_;
};

}  // namespace tacit::nomq
