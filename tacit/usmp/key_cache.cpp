#include "tacit/usmp/key_cache.hpp"

namespace tacit::usmp {

namespace {

// One of so many new keys is not the next to go: see KeyCache.
constexpr std::uint32_t one_stays_of = 32;

}  // namespace

const crypto::AesGcm& KeyCache::expanded(const Secret<32>& key) {
  if (Entry* const known = recent_.find(&key)) {
    recent_.touch(*known);
    return *known->expanded;
  }
  Entry* const fresh = recent_.add(&key);
  require(fresh != nullptr);
  if (++added_ % one_stays_of != 0) recent_.let_go_next(*fresh);
  return *fresh->expanded;
}

void KeyCache::forget(const Secret<32>& key) {
  Entry* entry = recent_.find(&key);
  if (!entry) return;
  recent_.forget(*entry);
  entry->expanded.reset();
}

}  // namespace tacit::usmp
