#pragma once
#include "tacit/nomq/answers.hpp"
#include "tacit/nomq/channels.hpp"
#include "tacit/nomq/event.hpp"
#include "tacit/nomq/replay.hpp"

namespace tacit::nomq {

// A message whose acknowledgement is not done with: the owner has yet to accept it, or (legacy) a board
// has yet to answer our PUBREC, which it never asks for again.
struct Receipt : Link<>, Timer {
  enum class State : std::uint8_t { unaccepted, accepted, pubrec_sent };
  Token token{};
  Answer answer;
  SessionId from{};
  State state{};
  std::uint8_t tries = 0;
  Receipt* next_in_index = nullptr;
};

// The receiving half of a node: which messages are new, and which acknowledgements are owed. At QoS 2 the
// memory of ids alone makes it exactly once: a PUBLISH that was seen is answered with PUBREC again, and
// PUBREL with PUBCOMP whether it is known or not.
class Subscriber {
 public:
  struct Tables {
    std::span<Receipt> receipts;
    std::span<Receipt*> receipt_buckets;
  };
  Subscriber(Common&, const Tables&, Channels&, Answers&, Replay&);

  // When we started, in microseconds of unix time as the wall clock counts now; also after a step back.
  void started(std::int64_t unix_us) { started_us_ = unix_us; }

  // Writes the message to deliver into `message`, a fresh one, or says why not. Owes at most one answer. Gives bad_qos,
  // not_supported, bad_body, too_large, empty_message, bad_utf8, expired, unknown_channel, before_start, too_old,
  // replay_memory_full, unaccepted_full; duplicate for a repeat that was acknowledged again, replay for one of QoS 0.
  Result<Done> on_publish(const Received&, Message& message);
  // Gives bad_body. True: it counts.
  Result<bool> on_pubrel(const Received&);

  Result<Done> accept(Token);  // gives unknown_token
  void on_receipt_alarm(Receipt&, Tick);
  bool transmit(Sealing&, Tick);
  bool awaits_pubrel(SessionId from, PacketId id) const { return index_.find({from, id}) != nullptr; }

 private:
  struct ById {
    using Key = std::pair<SessionId, PacketId>;
    static Key key(const Receipt& r) { return {r.from, r.answer.id}; }
    static std::size_t hash(const Key& key) {
      return static_cast<std::uint32_t>(key.first) ^ static_cast<std::uint32_t>(key.second);
    }
    static Receipt*& next(Receipt& r) { return r.next_in_index; }
  };

  Result<std::uint32_t> read(const Received&, Message&) const;  // the nonce
  bool since_start(const Message&, const Opened&) const;
  Reason repeated(const Message&, const Received&);
  Result<Done> acknowledge(Message&, const Received&);
  Token new_token(const Receipt&);
  void forget(Receipt&);

  Common& common_;
  Channels& channels_;
  Answers& answers_;
  Replay& replay_;
  std::span<Receipt> receipts_;
  List<Receipt> free_, held_, leaving_;
  Index<Receipt, ById> index_;
  std::int64_t started_us_ = 0;
  std::uint32_t token_round_ = 0;
};

}  // namespace tacit::nomq
