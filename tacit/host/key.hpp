#pragma once
#include <array>
#include <string>
#include <string_view>

#include "tacit/base/secret.hpp"
#include "tacit/crypto/crypto.hpp"
#include "tacit/host/problem.hpp"
#include "tacit/host/secret_text.hpp"

// Keys as people handle them: typed, checksummed, one line, hard to mix up.
//
//   # tacit key  kind=nomq-v1  created=2026-11-22T02:30:00Z  fp=K7QF-2MHD-9XTB
//   tacit-nomq-v1:BASE64URL(key, first four bytes of SHA-256("tacit-nomq-v1:", key))
//
// The prefix names protocol and profile, so that nobody gives a node the wrong one; the checksum tells a
// mistyped key from a wrong one. Blank lines and lines that begin with # are comments.
//
// What a key consists of depends on its kind: NoMQ's is an encryption key and a mac key, USMP's is who a device is and
// what only it and its server know (host/device.hpp), mqtt-e2e's is the 16 bytes that all share who talk
// (host/e2e_key.hpp).
namespace tacit::host {

enum class KeyKind : std::uint8_t { nomq_v1, nomq_legacy, usmp, e2e };

struct KeyForm {
  KeyKind kind;
  std::string_view name;           // "nomq-v1", as people say it
  std::string_view prefix;         // "tacit-nomq-v1:", as the file says it
  std::size_t size_min, size_max;  // of the key, in bytes
};

inline constexpr std::array key_forms{
    KeyForm{KeyKind::nomq_v1, "nomq-v1", "tacit-nomq-v1:", 64, 64},              // encryption key, mac key
    KeyForm{KeyKind::nomq_legacy, "nomq-legacy", "tacit-nomq-legacy:", 64, 64},  // likewise
    KeyForm{KeyKind::usmp, "usmp", "tacit-usmp:", 22, 70},                       // device id, PSK of 16 to 64 bytes
    KeyForm{KeyKind::e2e, "e2e", "tacit-e2e:", 16, 16},                          // AES-128
};
inline constexpr std::size_t max_key_size = 70;

inline constexpr std::array nomq_kinds{KeyKind::nomq_v1, KeyKind::nomq_legacy};
inline constexpr std::array usmp_kinds{KeyKind::usmp};
inline constexpr std::array e2e_kinds{KeyKind::e2e};
inline constexpr std::array all_kinds{KeyKind::nomq_v1, KeyKind::nomq_legacy, KeyKind::usmp, KeyKind::e2e};

const KeyForm& form_of(KeyKind);

class Key {
 public:
  Key(KeyKind, Bytes);                            // as many bytes as the kind may have
  static Key generate(KeyKind, crypto::Random&);  // not a USMP key, which begins with an id

  KeyKind kind() const { return kind_; }
  Bytes reveal() const { return bytes_.reveal().first(size_); }

 private:
  Key(KeyKind kind, std::size_t size) : kind_(kind), size_(static_cast<std::uint8_t>(size)) {}

  KeyKind kind_;
  std::uint8_t size_;
  Secret<max_key_size> bytes_;
};

// What a NoMQ key of either profile holds.
struct NomqKeys {
  Secret<32> encryption, mac;
};
NomqKeys nomq_keys(const Key&);
Key nomq_key(KeyKind, const NomqKeys&);

// Twelve characters to read over the phone, 60 bits of a hash over kind and key: equal keys of one kind have
// equal fingerprints, and a fingerprint tells nothing about its key.
std::string fingerprint(const Key&);

// The content of a key file. `created` is the comment's and means nothing to a program.
using KeyText = SecretText<512>;
void write_key_text(const Key&, std::string_view created, KeyText& out);

struct KeyWithComment {
  Key key;
  std::string created;  // empty where the comment does not say
};

// Reads the content of a key file and takes only a key of a wanted kind. `where` is the file's name, for the
// Problem: empty_file, not_text, no_key, several_keys, unknown_kind, wrong_kind, bad_encoding, wrong_length
// or bad_checksum.
Attempt<KeyWithComment> read_key_text(std::string_view text, const std::string& where, std::span<const KeyKind> wanted);

}  // namespace tacit::host
