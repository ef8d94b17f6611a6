#include "tacit/host/conformance/nomq_pending.hpp"

#include <algorithm>

#include "tacit/host/reasons.hpp"

namespace tacit::host::conformance {
namespace {

using nomq::ChannelId;
using nomq::PacketId;
using nomq::PacketType;
using nomq::Profile;
using nomq::Qos;

constexpr std::string_view message = "pending";
// A channel that nobody hears: a HEARTBEAT that names it says that the peer lives, and is not answered.
constexpr ChannelId unheard{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

// The peer's half. Its packets have ids that the case does not use.
class Peer {
 public:
  Peer(Station& station, const ReceiveInputs& inputs) : station_(station), packets_(inputs.packets) {}

  std::optional<Reason> says(PacketType type, PacketId id, const ChannelId& channel, Bytes body,
                             std::uint8_t flags = 0) {
    nomq::Header header;
    header.type = type;
    header.flags = flags;
    header.id = id;
    header.channel = channel;
    return station_.receive(station_.seal_as_peer(header, body));
  }

  std::optional<Reason> subscribes(const std::string& channel) {
    return says(PacketType::subscribe, unused_id(), nomq::channel_id(channel), bytes_of(channel));
  }

  std::optional<Reason> lives() { return says(PacketType::heartbeat, unused_id(), unheard, {}, asks_nothing); }

  // An answer to an ask for the channel's subscribers counts as a SUBSCRIBE, and needs no name.
  std::optional<Reason> hears(const ChannelId& channel) {
    std::array<std::uint8_t, wire::size_of<nomq::HeartbeatBody>> body;
    wire::encode(nomq::HeartbeatBody{unused_id(), {}, nomq::mark_of(channel)}, body);
    return says(PacketType::heartbeat, unused_id(), channel, body, asks_nothing);
  }

  std::optional<Reason> acknowledges(PacketType type, PacketId id, const ChannelId& channel) {
    std::array<std::uint8_t, wire::size_of<nomq::ControlBody>> body;
    wire::encode(nomq::ControlBody{id}, body);
    return says(type, id, channel, body);
  }

  std::optional<Reason> publishes(PacketId id, const ChannelId& channel) {
    const bool v1 = station_.profile() == Profile::v1;
    const nomq::PublishFlags flags{.qos = Qos::exactly_once, .ids_count_up = v1};
    nomq::PublishFront room;
    const nomq::Preamble preamble{0, station_.now().utc->s, static_cast<std::uint32_t>(unused_id()), message.size()};
    const Bytes front = nomq::write_publish_front(preamble, station_.profile(), room);
    ByteString body(front.begin(), front.end());
    body.insert(body.end(), message.begin(), message.end());
    return says(PacketType::publish, id, channel, body, flags.bits());
  }

 private:
  static constexpr std::uint8_t asks_nothing = nomq::HeartbeatFlags{}.bits();

  PacketId unused_id() {
    const auto used = [this](const ByteString& packet) { return packet_id_of(packet) == PacketId{next_id_}; };
    do ++next_id_;
    while (std::any_of(packets_.begin(), packets_.end(), used));
    return PacketId{next_id_};
  }

  Station& station_;
  const std::vector<ByteString>& packets_;
  std::uint32_t next_id_ = 0x5EED0000;
};

bool has_sent(const Station& station, PacketType type, PacketId id) {
  return std::any_of(station.sent().begin(), station.sent().end(), [&](const Station::Sent& sent) {
    return type_of(sent.bytes) == type && packet_id_of(sent.bytes) == id;
  });
}

std::string refused(std::string_view what, std::optional<Reason> reason) {
  return std::string(what) + (reason ? " is refused as " + std::string(explain(*reason).name) : " has no effect");
}

// The peer's message has been delivered, and our PUBREC is on its way.
std::string set_up_received(Station& station, Peer& peer, PacketId id, const ChannelId& channel) {
  const std::size_t before = station.delivered();
  const auto reason = peer.publishes(id, channel);
  if (station.delivered() != before + 1 || !has_sent(station, PacketType::pubrec, id))
    return refused("the peer's PUBLISH", reason);
  return {};
}

// Our message has left once, under that id, and the peer owes.
std::string set_up_published(Station& station, Peer& peer, const Pending& pending, const ChannelId& channel,
                             PendingEntry& entry) {
  // A legacy node is owed by whoever answers. In v1 who listens to the channel owes; nobody listens to the zero
  // channel, but of a message to an address who answers from there owes.
  const bool v1_group = station.profile() == Profile::v1 && channel != ChannelId{};
  if (const auto reason = v1_group ? peer.hears(channel) : peer.lives()) return refused("the peer's HEARTBEAT", reason);
  nomq::Publication what{.channel = channel, .message = bytes_of(message)};
  what.qos = pending.state == PendingState::publish_qos_1 ? Qos::at_least_once : Qos::exactly_once;
  if (!v1_group) what.to = peer_address;
  const PacketId id{pending.packet_id};
  station.node().become(own_session, id);
  const auto handle = station.publish(what);
  if (!handle) return refused("publish", handle.error());
  entry.handle = *handle;
  if (!has_sent(station, PacketType::publish, id)) station.pass({125'000});  // legacy: at most eight a second
  if (!has_sent(station, PacketType::publish, id) || station.ended(*handle)) return refused("publish", {});

  if (pending.state != PendingState::pubrel_sent) return {};
  const auto reason = peer.acknowledges(PacketType::pubrec, id, channel);
  if (!has_sent(station, PacketType::pubrel, id)) return refused("the peer's PUBREC", reason);
  return {};
}

}  // namespace

SetUp set_up(Station& station, const ReceiveInputs& inputs) {
  Peer peer(station, inputs);
  const ByteString& first = inputs.packets.front();
  ChannelId heard = channel_of(first);
  if (!station.node().subscribed(heard) && !inputs.subscribed.empty())
    heard = nomq::channel_id(inputs.subscribed.front());

  std::vector<PendingEntry> entries;
  for (const Pending& pending : inputs.pending) {
    PendingEntry entry{pending.packet_id, {}};
    const std::string refusal = pending.state == PendingState::pubrec_sent
                                    ? set_up_received(station, peer, PacketId{pending.packet_id}, heard)
                                    : set_up_published(station, peer, pending, channel_of(first), entry);
    if (!refusal.empty()) return refusal;
    entries.push_back(entry);
  }
  if (type_of(first) == PacketType::unsubscribe)
    for (const std::string& channel : inputs.subscribed)
      if (const auto reason = peer.subscribes(channel)) return refused("the peer's SUBSCRIBE", reason);
  return entries;
}

std::optional<PacketType> type_of(Bytes packet) {
  if (packet.size() < 4) return std::nullopt;
  return static_cast<PacketType>(packet[3]);
}

std::optional<PacketId> packet_id_of(Bytes packet) {
  const auto body = packet.size() < 9 ? Result<nomq::ControlBody>(Reason::truncated)
                                      : wire::decode<nomq::ControlBody>(packet.subspan(5));
  if (!body) return std::nullopt;
  return body->id;
}

ChannelId channel_of(Bytes packet) {
  ChannelId channel{};
  if (packet.size() >= 35 + channel.size()) copy(packet.subspan(35, channel.size()), channel);
  return channel;
}

}  // namespace tacit::host::conformance
