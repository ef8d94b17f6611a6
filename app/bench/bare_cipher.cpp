#include "app/bench/bare_cipher.hpp"

#include <algorithm>
#include <vector>

#include "tacit/nomq/packet.hpp"
#include "tacit/usmp/sealed.hpp"

namespace tacit::app::bench {
namespace {

// Everybody may know it: what is measured does not depend on it.
Secret<32> key() { return Secret<32>(bytes_of("a key that everybody may know. 1")); }

// A number that is never twice the same under one key, as what makes a nonce or an IV in these packets.
class Counter {
 public:
  void write(MutBytes out) {
    ++count_;
    std::memcpy(out.data(), &count_, sizeof count_);
  }

 private:
  std::uint64_t count_ = 0;
};

// | header 53 | iv 16 | text, whole blocks | mac 32 |
class NomqLike final : public BareCipher {
 public:
  explicit NomqLike(Seals seals) : seals_(seals == Seals::yes) {}

  std::size_t size_of(std::size_t message) const override { return nomq::sealed_size(front + message); }
  MutBytes message_in(MutBytes packet, std::size_t message) const override {
    return packet.subspan(header + iv_size + front, message);
  }
  void seal(MutBytes packets, std::size_t size) override {
    if (!seals_) return;
    seal_jobs_.clear();
    for_each_packet(packets, size, [&](MutBytes one) {
      counter_.write(iv(one));
      seal_jobs_.push_back({one.first(size - mac_size), iv(one), text(one), one.last(mac_size)});
    });
    cipher_.seal(seal_jobs_);
  }
  bool open(MutBytes packets, std::size_t size) override {
    if (!seals_) return true;
    open_jobs_.clear();
    for_each_packet(packets, size, [&](MutBytes one) {
      open_jobs_.push_back({one.first(size - mac_size), iv(one), text(one), one.last(mac_size)});
    });
    cipher_.open(open_jobs_);
    return std::ranges::all_of(open_jobs_, &crypto::OpenJob::authentic);
  }

 private:
  static constexpr std::size_t header = wire::size_of<nomq::Header>, iv_size = 16, mac_size = 32;
  static constexpr std::size_t front = 16;  // what a PUBLISH says before its message

  template <class Each> static void for_each_packet(MutBytes packets, std::size_t size, Each each) {
    for (; packets.size() >= size; packets = packets.subspan(size)) each(packets.first(size));
  }
  static MutBytes iv(MutBytes packet) { return packet.subspan(header, iv_size); }
  static MutBytes text(MutBytes packet) {
    return packet.subspan(header + iv_size, packet.size() - header - iv_size - mac_size);
  }

  const bool seals_;
  crypto::CbcHmac cipher_{key(), key()};
  Counter counter_;
  std::vector<crypto::SealJob> seal_jobs_;
  std::vector<crypto::OpenJob> open_jobs_;
};

// | header 12 | nonce 12 | text | tag 16 |
class UsmpLike final : public BareCipher {
 public:
  explicit UsmpLike(Seals seals) : seals_(seals == Seals::yes) {}

  std::size_t size_of(std::size_t message) const override { return usmp::sealed_size(message); }
  MutBytes message_in(MutBytes packet, std::size_t message) const override {
    return packet.subspan(usmp::header_size + usmp::seal_nonce_size, message);
  }
  void seal(MutBytes packets, std::size_t size) override {
    if (!seals_) return;
    seal_jobs_.clear();
    for (; packets.size() >= size; packets = packets.subspan(size)) {
      const MutBytes one = packets.first(size);
      counter_.write(nonce(one));
      seal_jobs_.push_back({nonce(one), one.first(usmp::header_size), text(one), one.last(usmp::seal_tag_size)});
    }
    cipher_.seal(seal_jobs_);
  }
  bool open(MutBytes packets, std::size_t size) override {
    if (!seals_) return true;
    open_jobs_.clear();
    for (; packets.size() >= size; packets = packets.subspan(size)) {
      const MutBytes one = packets.first(size);
      open_jobs_.push_back({nonce(one), one.first(usmp::header_size), text(one), one.last(usmp::seal_tag_size)});
    }
    cipher_.open(open_jobs_);
    return std::ranges::all_of(open_jobs_, &crypto::AesGcm::OpenJob::authentic);
  }

 private:
  static MutBytes nonce(MutBytes frame) { return frame.subspan(usmp::header_size, usmp::seal_nonce_size); }
  static MutBytes text(MutBytes frame) {
    return frame.subspan(usmp::header_size + usmp::seal_nonce_size, frame.size() - usmp::sealed_size(0));
  }

  const bool seals_;
  crypto::AesGcm cipher_{key().reveal()};
  Counter counter_;
  std::vector<crypto::AesGcm::SealJob> seal_jobs_;
  std::vector<crypto::AesGcm::OpenJob> open_jobs_;
};

}  // namespace

std::unique_ptr<BareCipher> bare_cipher(Like like, Seals seals) {
  if (like == Like::nomq) return std::make_unique<NomqLike>(seals);
  return std::make_unique<UsmpLike>(seals);
}

}  // namespace tacit::app::bench
