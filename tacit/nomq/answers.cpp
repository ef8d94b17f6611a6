#include "tacit/nomq/answers.hpp"

namespace tacit::nomq {

bool Answers::transmit(Sealing& sealing) {
  for (; !ring_.empty(); ring_.drop())
    if (!put(ring_.front(), sealing)) return false;
  return true;
}

bool Answers::put(const Answer& answer, Sealing& sealing) {
  Header header;
  header.type = answer.type;
  header.flags = answer.flags;
  header.id = answer.id;
  header.session = answer.session;
  header.channel = answer.channel;
  std::array<std::uint8_t, wire::size_of<ControlBody>> body;
  wire::encode(ControlBody{answer.id}, body);
  const bool tells = answer.type != PacketType::heartbeat;  // a stranger's HEARTBEAT asks, and tells nothing
  return sealing.add(header, Bytes(body).first(tells ? body.size() : 0), {}, answer.to, answer.from_2000);
}

}  // namespace tacit::nomq
