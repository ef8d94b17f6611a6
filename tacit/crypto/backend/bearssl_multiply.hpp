#pragma once
#include <bearssl.h>

// GHASH and Curve25519 live on multiplication, and whether a product of two 32-bit numbers is fast and takes the same
// time for all of them depends on the chip. So there are two of each, and one is linked:
//
//   bearssl_multiply_wide.cpp     32 x 32 -> 64 bits: Cortex-M4, M33, RV32, ESP32, hosts
//   bearssl_multiply_narrow.cpp   nothing wider than 32 bits: Cortex-M0, M3 (whose UMULL stops early for small
//                                 numbers, and so tells them), ESP8266 (which has no such instruction)
namespace tacit::crypto {

extern const br_ghash ghash;
extern const br_ec_impl& curve25519;

}  // namespace tacit::crypto
