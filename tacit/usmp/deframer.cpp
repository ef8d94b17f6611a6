#include "tacit/usmp/deframer.hpp"

#include <algorithm>

namespace tacit::usmp {

std::optional<Result<Frame>> Deframer::next(MutBytes& in, Wires accepted) {
  if (waiting_ == 0) {
    const auto size = frame_size(in, accepted);
    if (!size) return size.error();
    if (in.size() >= *size) {
      const MutBytes whole = in.first(*size);
      in = in.subspan(*size);
      return take_frame(whole, accepted);
    }
  }
  // Twice at most: up to the end of the header, which says how much more there is, and up to the end of the frame.
  for (;;) {
    const auto size = frame_size(Bytes(room_).first(waiting_), accepted);
    if (!size) return size.error();
    if (waiting_ == *size) break;
    const std::size_t part = std::min(*size - waiting_, in.size());
    if (part == 0) return std::nullopt;
    copy(in.first(part), MutBytes(room_).subspan(waiting_));
    in = in.subspan(part);
    waiting_ += part;
  }
  return take_frame(MutBytes(room_).first(std::exchange(waiting_, 0)), accepted);
}

}  // namespace tacit::usmp
