#pragma once
#include <cstddef>

namespace tacit {

// Asks for memory that will be needed soon, from `begin` to before `end`, so that nobody waits for it then. Worth its
// instructions only where there are thousands of such places, and something else to do in between.
inline void prefetch(const void* begin, const void* end) {
  constexpr std::ptrdiff_t line = 64;  // of a cache, in bytes
  const auto* const last = static_cast<const char*>(end) - 1;
  for (const auto* at = static_cast<const char*>(begin); at < last; at += line) __builtin_prefetch(at);
  __builtin_prefetch(last);
}
template <class T> void prefetch(const T& object) { prefetch(&object, &object + 1); }

}  // namespace tacit
