#include "tacit/nomq/sealing.hpp"

namespace tacit::nomq {

bool Sealing::add(Header& header, Bytes front, Bytes rest, const Path& to, bool from_2000) {
  const MutBytes room = out_.add(to, sealed_size(front.size() + rest.size()));
  if (room.empty()) return false;
  header.sent_at_s = features.legacy && from_2000 ? now_.s - seconds_1970_to_2000 : now_.s;
  random_.fill(header.iv);
  ++added_;
  jobs_[waiting_++] = begin_seal(header, front, rest, room);
  if (waiting_ == jobs_.size()) seal();
  return true;
}

void Sealing::seal() {
  cipher_.seal(jobs_.first(waiting_));
  waiting_ = 0;
}

}  // namespace tacit::nomq
