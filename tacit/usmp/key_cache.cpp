#include "tacit/usmp/key_cache.hpp"

namespace tacit::usmp {

const crypto::AesGcm& KeyCache::expanded(const Secret<32>& key) {
  Entry* entry = recent_.find(&key);
  if (entry) recent_.touch(*entry);
  else entry = recent_.add(&key);
  require(entry != nullptr);
  return *entry->expanded;
}

void KeyCache::forget(const Secret<32>& key) {
  Entry* entry = recent_.find(&key);
  if (!entry) return;
  recent_.forget(*entry);
  entry->expanded.reset();
}

}  // namespace tacit::usmp
