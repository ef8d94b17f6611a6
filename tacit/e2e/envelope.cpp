#include "tacit/e2e/envelope.hpp"

namespace tacit::e2e {

namespace {

// What is authenticated beside the packet: Binding.
class Aad {
 public:
  Aad(const EnvelopeConfig& config, std::string_view topic) : all_(config.aad) {
    if (config.binding == Binding::none) return;
    const std::size_t size = config.aad.size() + 1 + topic.size();
    copy(config.aad, bound_);
    bound_[config.aad.size()] = 0;
    copy(bytes_of(topic), MutBytes(bound_).subspan(config.aad.size() + 1));
    all_ = Bytes(bound_).first(size);
  }
  Aad(const Aad&) = delete;
  Aad& operator=(const Aad&) = delete;
  Bytes bytes() const { return all_; }

 private:
  Bytes all_;
  std::array<std::uint8_t, bound_aad_max> bound_;
};

}  // namespace

void seal_packet(const crypto::AesGcm& key, const Iv& iv, Bytes aad, Bytes message, MutBytes out) {
  require(message.size() <= message_max && out.size() >= overhead + message.size());
  const MutBytes text = out.subspan(iv_size, out.size() - iv_size - tag_size);
  copy(iv, out);
  text[0] = packet_version;
  text[1] = static_cast<std::uint8_t>(message.size() >> 8);
  text[2] = static_cast<std::uint8_t>(message.size());
  copy(message, text.subspan(header_size));
  const MutBytes padding = text.subspan(header_size + message.size());
  if (!padding.empty()) std::memset(padding.data(), 0, padding.size());
  crypto::AesGcm::SealJob job{out.first(iv_size), aad, text, out.last(tag_size)};
  key.seal({&job, 1});
}

Envelope::Envelope(const Key& key, const EnvelopeConfig& config, const Seen::Tables& seen, crypto::Random& random)
    : key_(key.reveal()), config_(config), seen_(seen), random_(random) {
  require(config.pad_size <= pad_size_max && config.packet_max >= overhead);
}

Result<Sealed> Envelope::seal(std::string_view topic, Bytes message, PacketTime now, MutBytes out) {
  // The original sends longer ones with their length modulo 65,536, and a part arrives as if it were all.
  if (message.size() > message_max || !can_bind(topic.size())) return Reason::too_large;
  const Aad aad(config_, topic);
  const PacketClock::Reading clock = clock_.read(now);
  const Iv iv = iv_of(clock.time, random_.value<IvRandom>());
  const std::size_t size = packet_size(message.size());
  seal_packet(key_, iv, aad.bytes(), message, out.first(size));
  seen_.remember(iv, true, now, config_.past);
  return Sealed{size, message.size() > config_.pad_size, clock.stepped_back};
}

Result<Opened> Envelope::open(std::string_view topic, MutBytes packet, PacketTime now) {
  if (packet.size() > config_.packet_max || !can_bind(topic.size())) return Reason::too_large;
  if (packet.size() < overhead) return Reason::truncated;
  const Iv iv = iv_of(packet);
  if (const auto could = acceptable(iv, now); !could) return could.error();

  const Aad aad(config_, topic);
  const MutBytes text = packet.subspan(iv_size, packet.size() - iv_size - tag_size);
  crypto::AesGcm::OpenJob job{packet.first(iv_size), aad.bytes(), text, packet.last(tag_size)};
  key_.open({&job, 1});
  if (!job.authentic) return Reason::bad_mac;

  if (text[0] != packet_version) return Reason::bad_version;
  const std::size_t message_size = static_cast<std::size_t>(text[1] << 8 | text[2]);
  if (message_size > text.size() - header_size) return Reason::bad_length;
  seen_.remember(iv, false, now, config_.past);
  return Opened(text.subspan(header_size, message_size), time_of(iv));
}

// What can be said without the key.
Result<Done> Envelope::acceptable(const Iv& iv, PacketTime now) const {
  const auto seen = seen_.look(iv);
  if (!seen && (seen.error() == Reason::own || seen.error() == Reason::replay)) return seen;
  const std::int64_t age_ns = ns_between(time_of(iv), now);
  if (age_ns > config_.past.ns) return Reason::stale;
  if (age_ns < -config_.future.ns) return Reason::future;
  if (start_ && time_of(iv) < *start_) return Reason::before_start;
  return seen;
}

}  // namespace tacit::e2e
