#pragma once
#include "tacit/base/bytes.hpp"
#include "tacit/base/endpoint.hpp"

namespace tacit {

// A hash for tables, never for secrets. The salt is random and nobody outside knows it, so that a stranger who chooses
// keys, such as addresses, cannot make all of them meet in one bucket.
inline std::uint32_t salted_hash(std::uint32_t salt, Bytes key) {
  std::uint32_t hash = salt;
  for (const std::uint8_t byte : key) {
    hash = (hash ^ byte) * 0x9E37'79B1u;
    hash ^= hash >> 15;
  }
  return hash;
}
inline std::uint32_t salted_hash(std::uint32_t salt, const Endpoint& at) {
  return salted_hash(salt ^ at.port ^ at.interface, Bytes(at.ip));
}

}  // namespace tacit
