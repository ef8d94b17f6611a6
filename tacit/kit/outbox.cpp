#include "tacit/kit/outbox.hpp"

namespace tacit {

namespace {

constexpr std::size_t run_bytes_max = 65'507;  // of UDP over IPv4

}  // namespace

MutBytes Outbox::add(const Path& path, std::size_t size) {
  if (size == 0 || used_ + size > memory_.size()) return {};
  const MutBytes room = memory_.subspan(used_, size);
  if (Run* last = joinable(path, size)) {
    last->bytes = MutBytes(last->bytes.data(), last->bytes.size() + size);
    ++last->count;
  } else {
    if (run_count_ == runs_.size()) return {};
    runs_[run_count_++] = {path, room, size, 1};
  }
  used_ += size;
  return room;
}

Outbox::Run* Outbox::joinable(const Path& path, std::size_t size) {
  if (run_count_ == 0) return nullptr;
  Run& last = runs_[run_count_ - 1];
  const bool ended_short = last.bytes.size() != last.datagram_size * last.count;
  const bool joins = !ended_short && size <= last.datagram_size && last.count < segments_max &&
                     last.bytes.size() + size <= run_bytes_max && last.path == path;
  return joins ? &last : nullptr;
}

}  // namespace tacit
