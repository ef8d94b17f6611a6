#pragma once
#include "tacit/kit/index.hpp"
#include "tacit/kit/list.hpp"

namespace tacit {

// Remembers things by key in borrowed memory. Where all of it is taken, what was not touched for longest gives way,
// but for what is held. Every operation costs the same with one element as with all.
//
// T is a Link<>. Of is what an Index takes (Key, key, hash, next), and `static void begin(T&, const Key&)`, which makes
// an element anew.
template <class T, class Of> class Recent {
 public:
  using Key = typename Of::Key;

  // `buckets`: a power of two of them.
  Recent(std::span<T> pool, std::span<T*> buckets) : index_(buckets) {
    for (T& one : pool) unused_.push_back(one);
  }

  T* find(const Key& key) const { return index_.find(key); }

  // What the next add() would forget; null where it would forget nothing, or where it would fail.
  T* next_to_go() const { return unused_.empty() ? known_.front() : nullptr; }

  // An element for a key that is not here; null where all of them are held.
  T* add(const Key& key) {
    T* one = unused_.front();
    if (!one) {
      one = known_.front();
      if (!one) return nullptr;
      index_.erase(*one);
    }
    Of::begin(*one, key);
    index_.insert(*one);
    known_.push_back(*one);
    return one;
  }

  void touch(T& one) {  // used just now, and not held any more
    if (known_.back() != &one) known_.push_back(one);
  }
  void let_go_next(T& one) { known_.push_front(one); }  // unless it is touched before
  void hold(T& one) { List<T>::remove(one); }           // stays until touched
  void forget(T& one) {
    index_.erase(one);
    unused_.push_front(one);
  }

 private:
  List<T> unused_, known_;
  Index<T, Of> index_;
};

}  // namespace tacit
