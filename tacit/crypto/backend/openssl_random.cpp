#include "tacit/crypto/backend/openssl_random.hpp"

#include <openssl/rand.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>

namespace tacit::crypto {

namespace {

// Counted in the child. The library's own generator notices a fork by itself; our block would not.
// A counter costs a load for each fill, where getpid() costs a system call.
std::atomic<std::uint32_t> forks = 0;

void watch_forks() {
  static const int watched = pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); });
  require(watched == 0);
}

void generate(MutBytes out) { require(RAND_bytes(out.data(), static_cast<int>(out.size())) == 1); }

}  // namespace

HostRandom::HostRandom() { watch_forks(); }

HostRandom::~HostRandom() { wipe(block_); }

void HostRandom::fill(MutBytes out) {
  if (forks_ != forks.load(std::memory_order_relaxed)) used_ = block_.size();
  while (!out.empty()) {
    if (used_ == block_.size()) refill();
    const auto piece = MutBytes(block_).subspan(used_, std::min(out.size(), block_.size() - used_));
    copy(piece, out);
    wipe(piece);
    used_ += piece.size();
    out = out.subspan(piece.size());
  }
}

void HostRandom::refill() {
  forks_ = forks.load(std::memory_order_relaxed);
  generate(block_);
  used_ = 0;
}

}  // namespace tacit::crypto
