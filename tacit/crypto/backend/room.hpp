#pragma once
#include <new>
#include <type_traits>

#include "tacit/crypto/crypto.hpp"

// How a backend keeps its own type in the room that a key object has for it.
namespace tacit::crypto {

// T needs no destructor: wiping the room is how it ends. It begins with what its members say, and is not cleared: what
// has no initial value the caller writes.
template <class T, std::size_t Size, std::size_t Alignment> T& make_in(Expanded<Size, Alignment>& room) {
  static_assert(sizeof(T) <= Size && alignof(T) <= Alignment, "crypto.hpp has to grant more room");
  static_assert(std::is_trivially_destructible_v<T>);
  return *new (room.bytes.data()) T;
}

template <class T, std::size_t Size, std::size_t Alignment> const T& kept_in(const Expanded<Size, Alignment>& room) {
  return *std::launder(reinterpret_cast<const T*>(room.bytes.data()));
}

}  // namespace tacit::crypto
