#pragma once
#include "tacit/crypto/crypto.hpp"

namespace tacit::nomq {

// The cipher of profile legacy. The original calls its mac an HMAC; it is SHA-256 of the packet followed
// by the key, and interoperability needs exactly that. It takes its jobs one by one: boards that speak it
// manage nine packets a second. A node is told which cipher to use and never guesses.
class SuffixCipher final : public crypto::PacketCipher {
 public:
  SuffixCipher(const Secret<32>& encryption, const Secret<32>& mac) : cbc_(encryption), mac_key_(mac.duplicate()) {}

  void seal(std::span<crypto::SealJob> jobs) override {
    for (crypto::SealJob& job : jobs) {
      cbc_.encrypt(job.iv, job.text);
      copy(mac_of(job.authenticated), job.mac);
    }
  }
  void open(std::span<crypto::OpenJob> jobs) override {
    for (crypto::OpenJob& job : jobs) {
      job.authentic = crypto::equal(mac_of(job.authenticated), job.mac);
      if (job.authentic) cbc_.decrypt(job.iv, job.text);
    }
  }

 private:
  crypto::Digest mac_of(Bytes packet) const { return crypto::sha256({packet, mac_key_.reveal()}); }

  crypto::AesCbc cbc_;
  Secret<32> mac_key_;
};

}  // namespace tacit::nomq
