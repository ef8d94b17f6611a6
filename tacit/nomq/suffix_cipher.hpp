#pragma once
#include "tacit/crypto/crypto.hpp"

namespace tacit::nomq {

// The cipher of profile legacy. The original calls its mac an HMAC; it is SHA-256 of the packet followed
// by the key, and interoperability needs exactly that. A node is told which cipher to use and never guesses.
class SuffixCipher final : public crypto::PacketCipher {
 public:
  SuffixCipher(const Secret<32>& encryption, const Secret<32>& mac) : cbc_(encryption), mac_key_(mac.duplicate()) {}

  void seal(std::span<crypto::SealJob> jobs) override {
    cbc_.encrypt(jobs);
    crypto::sign_sha256(jobs, mac_key_.reveal());
  }
  void open(std::span<crypto::OpenJob> jobs) override {
    crypto::check_sha256(jobs, mac_key_.reveal());
    cbc_.decrypt(jobs);
  }

 private:
  crypto::AesCbc cbc_;
  Secret<32> mac_key_;
};

}  // namespace tacit::nomq
