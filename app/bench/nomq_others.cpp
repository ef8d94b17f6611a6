#include "app/bench/nomq_others.hpp"

namespace tacit::app::bench {

using namespace nomq;

NomqOthers::NomqOthers(const NomqGroup& group, std::size_t many, const Endpoint& node, std::uint16_t port)
    : node_(node), port_(port), cipher_(group.encryption, group.mac), ids_(many),
      memory_(crowd_batch * sealed_size(wire::size_of<Preamble> + message_max)) {}

void NomqOthers::begin(const Now& now) {
  now_s_ = now.utc->s;
  out_.clear();
  sealing_.emplace(cipher_, jobs_, random_, out_, *now.utc);
}

void NomqOthers::subscribe(std::size_t who, std::string_view channel) {
  Header says = header(PacketType::subscribe, who);
  says.channel = channel_id(channel);
  add(who, says, bytes_of(channel));
}

void NomqOthers::heartbeat(std::size_t who, const HeartbeatBody& what, HeartbeatFlags flags) {
  Header says = header(PacketType::heartbeat, who);
  says.flags = flags.bits();
  std::array<std::uint8_t, wire::size_of<HeartbeatBody>> body;
  wire::encode(what, body);
  add(who, says, body);
}

void NomqOthers::publish(std::size_t who, const ChannelId& channel, Bytes message) {
  Header says = header(PacketType::publish, who);
  says.flags = PublishFlags{.qos = Qos::at_most_once, .ids_count_up = true}.bits();
  says.channel = channel;
  PublishFront front;
  const Preamble preamble{.published_s = now_s_,
                          .nonce = static_cast<std::uint32_t>(says.id),
                          .message_size = static_cast<std::uint32_t>(message.size())};
  add(who, says, write_publish_front(preamble, Profile::v1, front), message);
}

void NomqOthers::acknowledge(std::size_t who, const Header& message) {
  Header says = header(PacketType::ack, who);
  says.flags = static_cast<std::uint8_t>(Qos::at_least_once);
  says.id = message.id;
  says.channel = message.channel;
  std::array<std::uint8_t, wire::size_of<ControlBody>> body;
  wire::encode(ControlBody{message.id}, body);
  add(who, says, body);
}

std::span<Datagram> NomqOthers::said() {
  sealing_.reset();  // seals what is left
  said_.clear();
  for (const Outbox::Run& run : out_.runs())
    for_each_datagram(run.bytes, run.datagram_size, [&](MutBytes one) { said_.push_back({run.path, one}); });
  return said_;
}

// Spread over all numbers, as random ones are; never 0.
SessionId NomqOthers::session_of(std::size_t who) {
  return SessionId{static_cast<std::uint32_t>((who + 1) * 2'654'435'761u)};
}

Header NomqOthers::header(PacketType type, std::size_t who) {
  Header header;
  header.type = type;
  header.id = PacketId{++ids_[who]};
  header.session = session_of(who);
  return header;
}

void NomqOthers::add(std::size_t who, Header header, Bytes front, Bytes rest) {
  require(sealing_->add(header, front, rest, {crowd_address(who, port_), node_, false}));
}

}  // namespace tacit::app::bench
