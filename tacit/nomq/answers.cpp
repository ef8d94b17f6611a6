#include "tacit/nomq/answers.hpp"

namespace tacit::nomq {

bool Answers::transmit(Sealing& sealing) {
  for (; !ring_.empty(); ring_.drop())
    if (!put(ring_.front(), sealing)) return false;
  return true;
}

void Answers::push(PacketType type, SessionId session, const Header& what, const Path& from, bool from_2000) {
  ring_.push(to(type, session, what, from, from_2000));
}

Answer Answers::to(PacketType type, SessionId session, const Header& what, const Path& from, bool from_2000) {
  Answer answer{from, what.channel, what.id, session, type, from_2000};
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
