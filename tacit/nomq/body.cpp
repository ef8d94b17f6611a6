#include "tacit/nomq/body.hpp"

namespace tacit::nomq {

Result<PublishBody> read_publish(Bytes body, Profile profile) {
  Preamble preamble;
  if (!wire::decode(body, preamble)) return Reason::bad_body;
  Bytes rest = body.subspan(wire::size_of<Preamble>);
  if (profile == Profile::legacy && rest.size() == std::uint64_t{preamble.message_size} + legacy_filler)
    rest = rest.subspan(legacy_filler);
  if (rest.size() != preamble.message_size) return Reason::bad_body;
  return PublishBody{preamble, rest};
}

Bytes write_publish_front(const Preamble& preamble, Profile profile, PublishFront& room) {
  room = {};
  wire::encode(preamble, room);
  return Bytes(room).first(wire::size_of<Preamble> + (profile == Profile::legacy ? legacy_filler : 0));
}

}  // namespace tacit::nomq
