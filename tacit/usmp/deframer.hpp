#pragma once
#include <optional>

#include "tacit/usmp/frame.hpp"

namespace tacit::usmp {

// Frames out of a stream of bytes, which is cut anywhere. A frame that lies whole in what was received is given where
// it lies; only one that is cut is put together, in the 492 bytes that a Deframer has for it.
//
//   while (auto frame = deframer.next(received, accepted)) {
//     if (!*frame) return end(frame->error());
//     on_frame(**frame);
//   }
class Deframer {
 public:
  // The next frame at the front of `in`, which is moved past it; nothing when all of `in` is taken and more is needed.
  // The frame lives until the next call, and while the bytes of `in` do.
  //
  // Gives what take_frame() gives, but for truncated. All of them end a stream: where the next frame begins cannot be
  // known, and after an error the Deframer is not asked again. A header that is wrong is told as soon as it is whole.
  std::optional<Result<Frame>> next(MutBytes& in, Wires accepted);

  // Whether the front of a frame is waiting for its rest: a stream that ends now was cut.
  bool in_the_middle() const { return waiting_ > 0; }

 private:
  std::array<std::uint8_t, frame_size_max> room_;
  std::size_t waiting_ = 0;  // bytes in `room_`
};

}  // namespace tacit::usmp
