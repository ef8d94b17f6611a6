#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "tacit/base/require.hpp"

namespace tacit {

// A hash of where something is, for keys that name an element of a table.
inline std::size_t place_hash(const void* place) {
  const auto address = reinterpret_cast<std::uintptr_t>(place);
  return static_cast<std::size_t>(address >> 4 ^ address >> 12);
}

// Finds elements that stay where they are, by a key that they hold: a hash table whose chains run
// through the elements. The owner lends the buckets, a power of two of them.
//
// Of supplies: Key; static Key key(const T&); static std::size_t hash(Key); static T*& next(T&).
template <class T, class Of> class Index {
 public:
  explicit Index(std::span<T*> buckets) : buckets_(buckets) { require(std::has_single_bit(buckets.size())); }

  T* find(const typename Of::Key& key) const {
    T* at = buckets_[place(key)];
    while (at && !(Of::key(*at) == key)) at = Of::next(*at);
    return at;
  }
  // Only the bucket, which find() looks at first; what it leads to is not known before that has come.
  void prefetch(const typename Of::Key& key) const { __builtin_prefetch(&buckets_[place(key)]); }
  // What find() looks at first, which is not yet touched here: what is sought, or what it comes behind.
  T* first(const typename Of::Key& key) const { return buckets_[place(key)]; }
  void insert(T& element) {
    T*& bucket = buckets_[place(Of::key(element))];
    Of::next(element) = bucket;
    bucket = &element;
  }
  // The element is here, under the key that it had when it came.
  void erase(T& element) {
    T** at = &buckets_[place(Of::key(element))];
    while (*at != &element) at = &Of::next(**at);
    *at = Of::next(element);
  }

 private:
  std::size_t place(const typename Of::Key& key) const { return Of::hash(key) & (buckets_.size() - 1); }
  std::span<T*> buckets_;
};

}  // namespace tacit
