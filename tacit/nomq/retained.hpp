#pragma once
#include "tacit/nomq/channels.hpp"

namespace tacit::nomq {

// What one publishes: a message and how it is to travel.
struct Publication {
  ChannelId channel{};
  Bytes message;  // copied
  Qos qos = Qos::at_most_once;
  bool retain = false;
  std::uint8_t priority = 0;  // 15 is the highest
  std::uint16_t ttl_s = ttl_default_s;
  std::optional<Endpoint> to = {};  // nothing: the group
  bool to_many = false;             // `to` is heard by many, a broadcast address; who has it is as with the group
};

// A kept message, published once more.
inline Publication publication_of(const Retained& message, Qos qos) {
  return {.channel = message.channel->id,
          .message = Bytes(message.memory).first(message.size),
          .qos = qos,
          .retain = true,
          .priority = message.priority,
          .ttl_s = message.ttl_s};
}

// Messages kept for who subscribes later; specification sections 11 and 16. The message is kept, not its
// bytes on the wire: who gets it later gets it freshly sealed.
class RetainedMessages {
 public:
  // Each of `pool` gets an equal part of `memory`. At most `per_channel` are kept, the oldest goes first.
  RetainedMessages(Common&, Channels&, std::span<Retained> pool, MutBytes memory, std::size_t per_channel);

  // There is room to keep the message, or is made. Gives retained_full.
  Result<Done> make_room(const Publication&, std::uint32_t now_s);
  // Keeps it, after make_room(); an empty one clears the channel.
  void keep(const Publication&, std::uint32_t now_s);

  // The peer has just subscribed, and lacks all that there is now.
  void lacks_all(Interest&);
  // Its address was proven, or it came back: it may be served.
  void resume(Peer&);
  void resume(Interest& interest) {
    if (interest.lacks()) serving_.push_back(interest);
  }

  // The next that somebody lacks and may have now: one at a time, so that they arrive in order.
  struct Next {
    Interest* interest = nullptr;
    Retained* message = nullptr;
  };
  Next next(std::uint32_t now_s);
  void sent(const Next&);  // it is on its way

  // Legacy: all are sent to the group again, one call each; null after the last.
  Retained* again(std::uint32_t now_s);
  void start_again() { again_next_ = 0; }
  void skip_again() { ++again_next_; }

 private:
  Retained* room_for(const Publication&) const;
  void clear(const ChannelId&);
  void forget(Retained&);
  void forget_expired(std::uint32_t now_s);
  static bool expired(const Retained& m, std::uint32_t now_s) { return over(now_s, m.published_s, m.ttl_s); }
  static bool before(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) < 0; }

  Common& common_;
  Channels& channels_;
  std::span<Retained> pool_;
  std::size_t per_channel_, again_next_;
  List<Retained> free_;
  List<Interest, Serving> serving_;
  std::uint32_t sequence_ = 0;
};

// In its place where it was left out: nobody lacks anything.
class NoRetainedMessages {
 public:
  NoRetainedMessages(Common&, Channels&, std::span<Retained>, MutBytes, std::size_t) {}
  Result<Done> make_room(const Publication&, std::uint32_t) { return Reason::not_supported; }
  void keep(const Publication&, std::uint32_t) {}
  void lacks_all(Interest&) {}
  void resume(Peer&) {}
  void resume(Interest&) {}
  RetainedMessages::Next next(std::uint32_t) { return {}; }
  void sent(const RetainedMessages::Next&) {}
  Retained* again(std::uint32_t) { return nullptr; }
  void start_again() {}
  void skip_again() {}
};
using Retainer = std::conditional_t<features.publisher && features.retained, RetainedMessages, NoRetainedMessages>;

}  // namespace tacit::nomq
