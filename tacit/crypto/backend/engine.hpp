#pragma once
#include <cstdint>
#include <string>

// Which library computes on a host. OpenSSL does everything that is rare; packets go to Intel's ipsec-mb where this
// program was built with it and the CPU has AVX2 and AES instructions. Both give the same bytes.
namespace tacit::crypto {

enum class Engine : std::uint8_t { openssl, ipsec_mb };

// For the keys that are made from now on. At first it is the fastest there is, unless the environment has
// TACIT_CRYPTO=openssl.
Engine engine();

// False, and nothing changed, where that engine is not there. Any thread may call it.
bool use(Engine);

// For people: "OpenSSL 3.0.17, ipsec-mb 1.3.0 with AVX-512 and SHA-NI".
std::string engine_description();

}  // namespace tacit::crypto
