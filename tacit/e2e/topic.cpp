#include "tacit/e2e/topic.hpp"

#include "tacit/base/utf8.hpp"

namespace tacit::e2e {

namespace {

// Base64 (RFC 4648) but for its last two characters, which have a meaning in topics: the original writes `a` for `+`
// and `b` for `/`.
constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789ab";

bool is_text(std::string_view text) {
  return !text.empty() && text.size() <= topic_max && text.find('\0') == text.npos && is_utf8(bytes_of(text));
}

// The first level, and what follows it with its slash.
struct Levels {
  std::string_view first, rest;
};
Levels split(std::string_view topic) {
  const std::size_t end = topic.find('/');
  return end == topic.npos ? Levels{topic, {}} : Levels{topic.substr(0, end), topic.substr(end)};
}

}  // namespace

TopicBase::TopicBase(const crypto::AesGcm& key) {
  std::array<std::uint8_t, 16> text, tag;
  std::array<std::uint8_t, 12> iv;
  text.fill('#');
  iv.fill('@');  // as a packet's time this is in 2117, and our clocks end before
  crypto::AesGcm::SealJob job{iv, {}, text, tag};
  key.seal({&job, 1});
  for (std::size_t i = 0; i < size; i += 4) {
    const std::uint8_t* const three = text.data() + i / 4 * 3;
    const auto bits = static_cast<std::uint32_t>(three[0] << 16 | three[1] << 8 | three[2]);
    for (std::size_t n = 0; n < 4; ++n) text_[i + n] = digits[bits >> (18 - 6 * n) & 63];
  }
}

std::optional<std::string_view> TopicBase::suffix_of(std::string_view full_topic) const {
  if (full_topic.size() <= size || full_topic.substr(0, size) != text() || full_topic[size] != '/') return std::nullopt;
  return full_topic.substr(size + 1);
}

bool is_topic(std::string_view text) { return is_text(text) && text.find_first_of("+#") == text.npos; }

bool is_filter(std::string_view text) {
  if (!is_text(text)) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '+' && text[i] != '#') continue;
    const bool alone = (i == 0 || text[i - 1] == '/') && (i + 1 == text.size() || text[i + 1] == '/');
    if (!alone || (text[i] == '#' && i + 1 != text.size())) return false;
  }
  return true;
}

bool matches(std::string_view filter, std::string_view topic) {
  for (;;) {
    const Levels wanted = split(filter), there = split(topic);
    if (wanted.first == "#") return true;
    if (wanted.first != "+" && wanted.first != there.first) return false;
    if (wanted.rest.empty() && there.rest.empty()) return true;
    if (there.rest.empty()) return wanted.rest == "/#";  // which is also what it is below
    if (wanted.rest.empty()) return false;
    filter = wanted.rest.substr(1);
    topic = there.rest.substr(1);
  }
}

}  // namespace tacit::e2e
