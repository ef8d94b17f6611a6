#pragma once
#include <intel-ipsec-mb.h>

#include <memory>
#include <optional>

#include "tacit/crypto/backend/multi_buffer.hpp"

// Intel's multi-buffer library, version 1.3 or newer. What cannot be parallel inside a packet, CBC encryption and
// SHA-256, it computes for up to sixteen packets side by side, one in each lane of the vector registers. AES-GCM it
// computes packet by packet, with hardly any cost for a call.
//
// Batches go through its burst calls, one primitive at a time, and not through its queue of jobs that chain cipher and
// hash: it is a tenth cheaper, and all of a batch is checked before any of it is decrypted.
namespace tacit::crypto::multi_buffer {

// The library's own state, which is 200 KB.
class Manager {
 public:
  explicit Manager(void (*init)(IMB_MGR*));
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  ~Manager();  // wipes it

  IMB_MGR* operator->() const { return manager_; }
  bool has(std::uint64_t features) const { return (manager_->features & features) == features; }

 private:
  IMB_MGR* manager_;
};

// One for the program: what needs no lanes, and what this CPU has.
const Manager& library();

// True with SHA-NI: ipsec_mb.cpp has the numbers.
bool hashes_two_at_a_time();

// What a thread computes batches with. Between batches it holds no secret: the library clears its lanes as jobs end.
class Lanes {
 public:
  static constexpr std::size_t burst_max = IMB_MAX_BURST_SIZE;  // 128
  // The library counts a lane's bytes in 16 bits. What is larger is no datagram.
  static constexpr std::size_t size_max = 16'384;

  static Lanes& of_this_thread();
  Lanes();

  IMB_MGR* ciphers() { return ciphers_.operator->(); }
  IMB_MGR* hashes() { return (two_hashes_ ? *two_hashes_ : ciphers_).operator->(); }

  std::array<IMB_JOB, burst_max> jobs{};  // what one burst does
  std::array<Digest, burst_max> digests{};

 private:
  Manager ciphers_;
  std::optional<Manager> two_hashes_;
};

}  // namespace tacit::crypto::multi_buffer
