#include "tacit/usmp/key_cache.hpp"

namespace tacit::usmp {

namespace {

// Of keys that come, one of so many is not the next to go.
constexpr std::uint32_t one_stays_of = 32;

}  // namespace

const crypto::AesGcm& KeyCache::expanded(const Secret<32>& key) {
  Entry* entry = recent_.find(&key);
  if (entry) {
    recent_.touch(*entry);
    return *entry->expanded;
  }
  entry = recent_.add(&key);
  require(entry != nullptr);
  if (++added_ % one_stays_of != 0) recent_.put_last(*entry);
  return *entry->expanded;
}

void KeyCache::forget(const Secret<32>& key) {
  Entry* entry = recent_.find(&key);
  if (!entry) return;
  recent_.forget(*entry);
  entry->expanded.reset();
}

}  // namespace tacit::usmp
