#pragma once
#include <cstddef>

namespace tacit {

// Asks for all of an object that will be needed soon, so that nobody waits for it then. Worth its instructions only
// where there are thousands of such objects, and something else to do in between.
template <class T> void prefetch(const T& object) {
  constexpr std::size_t line = 64;  // of a cache, in bytes
  const char* const bytes = reinterpret_cast<const char*>(&object);
  for (std::size_t at = 0; at < sizeof(T); at += line) __builtin_prefetch(bytes + at);
}

}  // namespace tacit
