#pragma once
#include <optional>

#include "tacit/crypto/crypto.hpp"
#include "tacit/kit/recent.hpp"

namespace tacit::usmp {

// AES keys ready for use, as many as its owner has room for: an expanded key is ten times the size of a raw one. A
// client has two places, a server as many as it has busy directions; 100,000 idle sessions need none.
//
// Where there is no room the key leaves that came last and was not used again, or else that which was not used for
// longest. So where more sessions take turns than there are places most of these keep their keys, and all other keys
// pass through one place, which stays near the processor. One of 32 stays as if it had been used again, lest those who
// are busy by now find all places taken by those who were once.
//
// A raw key is known by its place, so it stays where it is, and its holder says forget() before it changes or dies.
class KeyCache {
 public:
  struct Entry : Link<> {
    const Secret<32>* of = nullptr;
    Entry* next_in_index = nullptr;
    std::optional<crypto::AesGcm> expanded;
  };

  // At least one entry; a power of two of buckets.
  KeyCache(std::span<Entry> entries, std::span<Entry*> buckets) : recent_(entries, buckets) {}

  // Lent until the next call. Costs a key schedule where the key is not here.
  const crypto::AesGcm& expanded(const Secret<32>& key);
  void forget(const Secret<32>& key);

 private:
  struct ByPlace {
    using Key = const Secret<32>*;
    static Key key(const Entry& e) { return e.of; }
    static std::size_t hash(Key key) { return place_hash(key); }
    static Entry*& next(Entry& e) { return e.next_in_index; }
    static void begin(Entry& e, Key key) {
      e.of = key;
      e.expanded.emplace(key->reveal());
    }
  };
  Recent<Entry, ByPlace> recent_;
  std::uint32_t added_ = 0;
};

}  // namespace tacit::usmp
