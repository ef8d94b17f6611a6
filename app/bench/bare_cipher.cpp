#include "app/bench/bare_cipher.hpp"

#include <algorithm>
#include <vector>

#include "tacit/base/require.hpp"
#include "tacit/e2e/envelope.hpp"
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
struct UsmpFrame {
  static Secret<32> key() { return bench::key(); }
  static std::size_t size_of(std::size_t message) { return usmp::sealed_size(message); }
  static constexpr std::size_t message_at = usmp::header_size + usmp::seal_nonce_size;
  static constexpr std::size_t nonce_at = usmp::header_size, text_at = message_at;
  static Bytes aad(MutBytes frame) { return frame.first(usmp::header_size); }
};

// | IV 12 | header 3, message, padding | tag 16 |
struct E2eEnvelope {
  static e2e::Key key() { return e2e::Key(bytes_of("a key for all. 1")); }
  static std::size_t size_of(std::size_t message) { return e2e::packet_size(message, e2e::EnvelopeConfig().pad_size); }
  static constexpr std::size_t message_at = e2e::iv_size + e2e::header_size;
  static constexpr std::size_t nonce_at = 0, text_at = e2e::iv_size;
  static Bytes aad(MutBytes) { return bytes_of(e2e::default_aad); }
};

template <class Packet> class GcmLike final : public BareCipher {
 public:
  explicit GcmLike(Seals seals) : seals_(seals == Seals::yes) {}

  std::size_t size_of(std::size_t message) const override { return Packet::size_of(message); }
  MutBytes message_in(MutBytes packet, std::size_t message) const override {
    return packet.subspan(Packet::message_at, message);
  }
  void seal(MutBytes packets, std::size_t size) override {
    if (!seals_) return;
    seal_jobs_.clear();
    for (; packets.size() >= size; packets = packets.subspan(size)) {
      const MutBytes one = packets.first(size);
      counter_.write(nonce(one));
      seal_jobs_.push_back({nonce(one), Packet::aad(one), text(one), one.last(tag_size)});
    }
    cipher_.seal(seal_jobs_);
  }
  bool open(MutBytes packets, std::size_t size) override {
    if (!seals_) return true;
    open_jobs_.clear();
    for (; packets.size() >= size; packets = packets.subspan(size)) {
      const MutBytes one = packets.first(size);
      open_jobs_.push_back({nonce(one), Packet::aad(one), text(one), one.last(tag_size)});
    }
    cipher_.open(open_jobs_);
    return std::ranges::all_of(open_jobs_, &crypto::AesGcm::OpenJob::authentic);
  }

 private:
  static constexpr std::size_t nonce_size = 12, tag_size = crypto::AesGcm::tag_size;
  static MutBytes nonce(MutBytes packet) { return packet.subspan(Packet::nonce_at, nonce_size); }
  static MutBytes text(MutBytes packet) {
    return packet.subspan(Packet::text_at, packet.size() - Packet::text_at - tag_size);
  }

  const bool seals_;
  crypto::AesGcm cipher_{Packet::key().reveal()};
  Counter counter_;
  std::vector<crypto::AesGcm::SealJob> seal_jobs_;
  std::vector<crypto::AesGcm::OpenJob> open_jobs_;
};

}  // namespace

std::unique_ptr<BareCipher> bare_cipher(Like like, Seals seals) {
  switch (like) {
    case Like::nomq: return std::make_unique<NomqLike>(seals);
    case Like::usmp: return std::make_unique<GcmLike<UsmpFrame>>(seals);
    case Like::e2e: return std::make_unique<GcmLike<E2eEnvelope>>(seals);
  }
  require(false);
  return nullptr;
}

}  // namespace tacit::app::bench
