#include "tacit/kit/window.hpp"

#include <algorithm>

namespace tacit::detail {

namespace {

// Bit n % size stands for the number n, and n is forgotten when its place is wanted.
constexpr std::uint32_t bit(std::uint32_t number) { return std::uint32_t{1} << number % 32; }
std::size_t word(std::span<const std::uint32_t> words, std::uint32_t number) {
  return number / 32 & (words.size() - 1);
}
bool marked(std::span<const std::uint32_t> words, std::uint32_t number) {
  return (words[word(words, number)] & bit(number)) != 0;
}

}  // namespace

// The newest is always marked, so where it is not nothing was seen yet.
Sighting look(std::span<const std::uint32_t> words, std::uint32_t newest, std::uint32_t number) {
  const auto ahead = static_cast<std::int32_t>(number - newest);
  if (!marked(words, newest) || ahead > 0) return Sighting::first;
  if (ahead <= -static_cast<std::int32_t>(words.size() * 32)) return Sighting::too_old;
  return marked(words, number) ? Sighting::again : Sighting::first;
}

void mark(std::span<std::uint32_t> words, std::uint32_t& newest, std::uint32_t number) {
  const bool started = marked(words, newest);
  if (!started || static_cast<std::int32_t>(number - newest) > 0) {
    if (!started || number - newest >= words.size() * 32) {
      std::ranges::fill(words, 0);
      newest = number;
    }
    while (newest != number) {
      ++newest;
      words[word(words, newest)] &= ~bit(newest);
    }
  }
  words[word(words, number)] |= bit(number);
}

}  // namespace tacit::detail
