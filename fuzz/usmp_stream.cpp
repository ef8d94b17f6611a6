// A stream gives the same frames, and ends for the same reason, whether it arrives whole or in parts. The first byte
// says how large the parts are.
#include <algorithm>
#include <vector>

#include "tacit/usmp/frame.hpp"

namespace {

using namespace tacit;
using ByteVector = std::vector<std::uint8_t>;

struct Outcome {
  std::vector<ByteVector> frames;
  std::optional<Reason> end;
  ByteVector rest;  // the front of a frame
  bool operator==(const Outcome&) const = default;
};

// What is not a whole frame yet waits where it is, as a port keeps it.
Outcome frames_of(Bytes stream, std::size_t part_size) {
  Outcome outcome;
  ByteVector& received = outcome.rest;
  while (!stream.empty()) {
    const Bytes part = stream.first(std::min(part_size, stream.size()));
    stream = stream.subspan(part.size());
    received.insert(received.end(), part.begin(), part.end());
    for (;;) {
      const auto frame = usmp::take_frame(received, usmp::Wires::both);
      if (!frame && frame.error() == Reason::truncated) break;
      if (!frame) return {outcome.frames, frame.error(), {}};
      const Bytes bytes = frame->bytes();
      outcome.frames.emplace_back(bytes.begin(), bytes.end());
      received.erase(received.begin(), received.begin() + static_cast<std::ptrdiff_t>(bytes.size()));
    }
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Bytes stream(data + 1, size - 1);
  require(frames_of(stream, stream.size()) == frames_of(stream, data[0] + std::size_t{1}));
  return 0;
}
