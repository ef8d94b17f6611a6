#include "tacit/usmp/sealed.hpp"

#include <algorithm>

namespace tacit::usmp {

namespace {

constexpr std::size_t text_at = header_size + seal_nonce_size;
constexpr std::size_t authenticated_size = header_size - 2;  // all but the crc, which covers the ciphertext

// A session id's first half suffices: what keeps nonces apart is that each handshake makes new keys.
struct Nonce {
  std::uint32_t seq = 0;
  std::array<std::uint8_t, 8> session{};
  static constexpr auto layout = wire::layout(wire::le<&Nonce::seq>, wire::raw<&Nonce::session>);
};
static_assert(wire::size_of<Nonce> == seal_nonce_size);

void write_nonce(const SessionId& session, std::uint32_t seq, MutBytes out) {
  Nonce nonce{seq};
  copy(Bytes(session).first(nonce.session.size()), nonce.session);
  wire::encode(nonce, out);
}

}  // namespace

void seal(const crypto::AesGcm& key, const SessionId& session, const Header& header, Bytes text, MutBytes frame) {
  require(frame.size() == sealed_size(text.size()));
  const MutBytes sealed = frame.subspan(text_at, text.size());
  if (text.data() != sealed.data()) copy(text, sealed);
  write_nonce(session, header.seq, frame.subspan(header_size));

  encode_header(header, frame);
  crypto::AesGcm::SealJob job{frame.subspan(header_size, seal_nonce_size), frame.first(authenticated_size), sealed,
                              frame.last(seal_tag_size)};
  key.seal({&job, 1});
  encode_crc(frame);
}

Result<Opened> open(const crypto::AesGcm& key, const SessionId& session, const Frame& frame) {
  const MutBytes payload = frame.payload();
  if (payload.size() < seal_size) return Reason::truncated;
  std::array<std::uint8_t, seal_nonce_size> nonce;
  write_nonce(session, frame.header().seq, nonce);
  if (!std::ranges::equal(nonce, payload.first(seal_nonce_size))) return Reason::bad_mac;  // nothing of it is secret

  const MutBytes text = payload.subspan(seal_nonce_size, payload.size() - seal_size);
  crypto::AesGcm::OpenJob job{nonce, frame.bytes().first(authenticated_size), text, payload.last(seal_tag_size)};
  key.open({&job, 1});
  if (!job.authentic) return Reason::bad_mac;
  return Opened(frame.header(), text);
}

}  // namespace tacit::usmp
