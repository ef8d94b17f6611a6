#include "tacit/nomq/answers.hpp"

namespace tacit::nomq {

bool Answers::transmit(Sealing& sealing) {
  for (; !ring_.empty(); ring_.drop())
    if (!put(ring_.front(), sealing)) return false;
  return true;
}

void Answers::write(const Received& to, PacketType type, SessionId session, Answer& answer) {
  answer.to.peer = to.from.peer;
  answer.to.local = to.from.local;
  answer.to.to_group = false;
  answer.channel = to.header().channel;
  answer.id = to.header().id;
  answer.session = session;
  answer.type = type;
  answer.from_2000 = to.packet.from_2000();
}

bool Answers::put(const Answer& answer, Sealing& sealing) {
  Header header;
  header.type = answer.type;
  if (answer.type == PacketType::ack) header.flags = static_cast<std::uint8_t>(Qos::at_least_once);
  header.id = answer.id;
  header.session = answer.session;
  header.channel = answer.channel;
  std::array<std::uint8_t, wire::size_of<ControlBody>> body;
  wire::encode(ControlBody{answer.id}, body);
  const bool tells = answer.type != PacketType::heartbeat;  // a stranger's HEARTBEAT asks, and tells nothing
  return sealing.add(header, Bytes(body).first(tells ? body.size() : 0), {}, answer.to, answer.from_2000);
}

}  // namespace tacit::nomq
