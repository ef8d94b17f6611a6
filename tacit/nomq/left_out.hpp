#pragma once
#include "tacit/nomq/publisher.hpp"
#include "tacit/nomq/subscriber.hpp"

// What stands in a node for a part that was left out of it (features.hpp): it says no, or has nothing to do. So the
// node is written once.
namespace tacit::nomq {

class NoPublisher {
 public:
  NoPublisher(Common& common, const Publisher::Tables&, Peers&, Channels&, Presence&, Retainer&) : common_(common) {}

  Result<Handle> publish(const Publication&, const Now&) { return Reason::not_supported; }
  bool publish_again(const Retained&) { return false; }
  Result<bool> on_acknowledgement(const Received&, Peer*, Answers&) { return Reason::not_supported; }
  void on_peer_alarm(Peer&, Tick) {}
  void on_slot_alarm(Slot&, Tick) {}
  void on_moment(Tick) {}
  void on_relief(Tick) {}
  void resume(Peer&) {}
  void forgive(Peer&, Reason) {}
  void forget(Peer&) {}
  void forgive_unlistened(Peer&) {}
  void inherit(Peer&, Peer&) {}
  void renew_session(Tick now) {
    common_.self.renew(now, [](PacketId) { return true; });
  }
  void close() {}
  const ChannelId* only_channel_waiting() const { return nullptr; }
  bool transmit(Sealing&, Tick) { return true; }
  bool has_outcome() const { return false; }
  void take_outcome(Outcome&) {}
  std::optional<Handle> first_unsent(std::uint8_t) const { return std::nullopt; }
  bool idle() const { return true; }
  bool awaits_pubcomp(SessionId, PacketId) const { return false; }

 private:
  Common& common_;
};

class NoSubscriber {
 public:
  NoSubscriber(Common&, const Subscriber::Tables&, Channels&, Answers&, Replay&) {}

  void started(std::int64_t) {}
  Result<Done> on_publish(const Received&, Message&) { return Reason::not_supported; }
  Result<bool> on_pubrel(const Received&) { return Reason::not_supported; }
  Result<Done> accept(Token) { return Reason::not_supported; }
  void on_receipt_alarm(Receipt&, Tick) {}
  bool transmit(Sealing&, Tick) { return true; }
  bool awaits_pubrel(SessionId, PacketId) const { return false; }
};

template <bool There, class Part, class Instead> using Maybe = std::conditional_t<There, Part, Instead>;

}  // namespace tacit::nomq
