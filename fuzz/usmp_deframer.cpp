// A stream gives the same frames, and ends for the same reason, whether it arrives whole or in parts. The first byte
// says how large the parts are.
#include <algorithm>
#include <vector>

#include "tacit/usmp/deframer.hpp"

namespace {

using namespace tacit;
using ByteVector = std::vector<std::uint8_t>;

struct Outcome {
  std::vector<ByteVector> frames;
  std::optional<Reason> end;
  bool in_the_middle = false;
  bool operator==(const Outcome&) const = default;
};

Outcome deframed(Bytes stream, std::size_t part_size) {
  Outcome outcome;
  usmp::Deframer deframer;
  while (!stream.empty()) {
    ByteVector received(stream.begin(),
                        stream.begin() + static_cast<std::ptrdiff_t>(std::min(part_size, stream.size())));
    stream = stream.subspan(received.size());
    MutBytes in = received;
    while (const auto frame = deframer.next(in, usmp::Wires::both)) {
      if (!*frame) {
        outcome.end = frame->error();
        return outcome;
      }
      outcome.frames.emplace_back((*frame)->bytes().begin(), (*frame)->bytes().end());
    }
    require(in.empty());
  }
  outcome.in_the_middle = deframer.in_the_middle();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Bytes stream(data + 1, size - 1);
  require(deframed(stream, stream.size()) == deframed(stream, data[0] + std::size_t{1}));
  return 0;
}
