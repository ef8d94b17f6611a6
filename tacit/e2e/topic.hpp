#pragma once
#include <array>
#include <string_view>

#include "tacit/base/result.hpp"
#include "tacit/crypto/crypto.hpp"

// MQTT topics; specification section 3 for the base, MQTT 3.1.1 section 4.7 for all else. A full topic is the base, a
// slash, and a suffix; what follows is about suffixes, but holds for full topics too.
namespace tacit::e2e {

// The first level of all topics of one key: 12 letters and digits, which everybody sees and nobody but who has the key
// can make. It depends on nothing but the key.
class TopicBase {
 public:
  static constexpr std::size_t size = 12;

  explicit TopicBase(const crypto::AesGcm& key);

  std::string_view text() const { return {text_.data(), size}; }
  // What follows the base and its slash; nothing where the topic is another key's.
  std::optional<std::string_view> suffix_of(std::string_view full_topic) const;

 private:
  std::array<char, size> text_;
};

inline constexpr std::size_t topic_max = 65'535;

// A name that one can publish to: UTF-8, not empty, no NUL, no wildcard.
bool is_topic(std::string_view);
// The same with wildcards: `+` is all of one level, `#` all of the last and whatever is below it.
bool is_filter(std::string_view);

// Both are well formed. No level is hidden from a wildcard here: one that begins with `$` is hidden only as the first
// level of a full topic, and that is the base.
bool matches(std::string_view filter, std::string_view topic);

}  // namespace tacit::e2e
