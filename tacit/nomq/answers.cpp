#include "tacit/nomq/answers.hpp"

namespace tacit::nomq {

bool Answers::transmit(Sealing& sealing) {
  for (; !ring_.empty(); ring_.drop())
    if (!put(ring_.front(), sealing)) return false;
  return true;
}

Answer Answers::answer_to(const Received& in, PacketType type, SessionId session) {
  Answer answer{in.from, in.header().channel, in.header().id, session, type, in.packet.from_2000()};
  answer.to.to_group = false;
  return answer;
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
