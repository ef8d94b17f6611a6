#pragma once
#include "tacit/host/conformance/nomq_station.hpp"

// The state in which a `receive` case finds its node. It is brought about by what would bring it about in life:
// publishing, and packets that the peer might have sent.
namespace tacit::host::conformance {

struct PendingEntry {
  std::uint32_t packet_id = 0;
  std::optional<nomq::Handle> handle;  // where the message is ours
};

// A value, or what the node refused.
class SetUp {
 public:
  SetUp(std::vector<PendingEntry> entries) : state_(std::move(entries)) {}
  SetUp(std::string refusal) : state_(std::move(refusal)) {}
  explicit operator bool() const { return state_.index() == 0; }
  const std::vector<PendingEntry>& operator*() const { return std::get<0>(state_); }
  const std::string& error() const { return std::get<1>(state_); }

 private:
  std::variant<std::vector<PendingEntry>, std::string> state_;
};

SetUp set_up(Station&, const ReceiveInputs&);

// What stands at the places of a packet, authentic or not; nothing, or zeroes, where it is too short.
std::optional<nomq::PacketType> type_of(Bytes packet);
std::optional<nomq::PacketId> packet_id_of(Bytes packet);
nomq::ChannelId channel_of(Bytes packet);

}  // namespace tacit::host::conformance
