#pragma once
#include <optional>

#include "tacit/kit/list.hpp"
#include "tacit/usmp/frame.hpp"

namespace tacit::usmp {

// Names one message to its owner, who numbers them.
enum class Handle : std::uint32_t {};

// A message on its way out, in the clear: each of its fragments is sealed when it leaves. It is on one list, and that
// is its state: free; waiting or in progress (its session's queue); finished.
struct Outgoing : Link<> {
  Handle handle{};
  std::uint16_t size = 0, done = 0;  // bytes; `done`: acknowledged (datagrams), or handed to the port (a stream)
  std::optional<Reason> reason;      // finished: why it was given up; none: delivered, as far as `done` tells
  MutBytes memory;                   // its owner's; the longest message that it can hold
};

// A message that comes in several fragments. Free, or a session's that waits for the rest, or with the owner of the
// session, who gives it back when the message was handled.
struct Reassembly : Link<> {
  std::uint16_t size = 0;
  std::uint8_t fragments = 0;
  MutBytes memory;  // its owner's; the longest message that it can hold
  Bytes message() const { return memory.first(size); }
};

}  // namespace tacit::usmp
