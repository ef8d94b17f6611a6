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

// What packets want, a number or an IV, is handed out by code for just that size: where the compiler does not know how
// many bytes there are, copying and wiping them takes a loop each, and five times as long.
void HostRandom::fill(MutBytes out) {
  if (forks_ != forks.load(std::memory_order_relaxed)) used_ = block_.size();
  if (out.size() <= block_.size() - used_) {
    if (out.size() == sizeof(std::uint32_t)) return take(out.first<sizeof(std::uint32_t)>());
    if (out.size() == sizeof(Iv)) return take(out.first<sizeof(Iv)>());
  }
  while (!out.empty()) {
    if (used_ == block_.size()) refill();
    const std::size_t size = std::min(out.size(), block_.size() - used_);
    take(out.first(size));
    out = out.subspan(size);
  }
}

template <std::size_t Size> void HostRandom::take(std::span<std::uint8_t, Size> out) {
  std::uint8_t* const piece = block_.data() + used_;
  std::memcpy(out.data(), piece, out.size());
  wipe({piece, out.size()});
  used_ += out.size();
}

void HostRandom::refill() {
  forks_ = forks.load(std::memory_order_relaxed);
  generate(block_);
  used_ = 0;
}

}  // namespace tacit::crypto
