#pragma once
#include <new>
#include <type_traits>

#include "tacit/crypto/crypto.hpp"

// How a backend keeps its own type in the room that a key object has for it.
namespace tacit::crypto {

// T needs no destructor: wiping the room is how it ends.
template <class T, std::size_t Size> T& make_in(Expanded<Size>& room) {
  static_assert(sizeof(T) <= Size && alignof(T) <= alignof(Expanded<Size>), "crypto.hpp has to grant more room");
  static_assert(std::is_trivially_destructible_v<T>);
  return *new (room.bytes.data()) T{};
}

template <class T, std::size_t Size> const T& kept_in(const Expanded<Size>& room) {
  return *std::launder(reinterpret_cast<const T*>(room.bytes.data()));
}

}  // namespace tacit::crypto
