#include "tacit/crypto/backend/engine.hpp"

#include <openssl/crypto.h>

#include <atomic>
#include <cstdlib>
#include <string_view>

#include "tacit/crypto/backend/multi_buffer.hpp"

namespace tacit::crypto {

namespace {

Engine at_start() {
  const char* wish = std::getenv("TACIT_CRYPTO");
  if (wish != nullptr && std::string_view(wish) == "openssl") return Engine::openssl;
  return multi_buffer::available() ? Engine::ipsec_mb : Engine::openssl;
}

std::atomic<Engine>& chosen() {
  static std::atomic<Engine> engine = at_start();
  return engine;
}

}  // namespace

Engine engine() { return chosen().load(std::memory_order_relaxed); }

bool use(Engine engine) {
  if (engine == Engine::ipsec_mb && !multi_buffer::available()) return false;
  chosen().store(engine, std::memory_order_relaxed);
  return true;
}

std::string engine_description() {
  const std::string openssl = std::string("OpenSSL ") + OpenSSL_version(OPENSSL_VERSION_STRING);
  return engine() == Engine::openssl ? openssl : openssl + ", " + multi_buffer::description();
}

}  // namespace tacit::crypto
