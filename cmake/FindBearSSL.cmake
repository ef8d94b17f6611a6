# The target bearssl::bearssl: the machine's library or, where TACIT_BEARSSL_SOURCE names the unpacked source package,
# one built from there with this build's compiler and flags. Only what tacit/crypto/backend/bearssl.cpp uses is built.

set(TACIT_BEARSSL_SOURCE "" CACHE PATH "BearSSL's source tree; empty for the machine's library")

include(FindPackageHandleStandardArgs)

if(TACIT_BEARSSL_SOURCE)
  set(sources
      aead/gcm.c
      codec/ccopy.c
      codec/dec32be.c
      codec/enc32be.c
      ec/ec_c25519_m15.c
      ec/ec_c25519_m31.c
      hash/ghash_ctmul.c
      hash/ghash_ctmul32.c
      hash/sha2small.c
      mac/hmac.c
      symcipher/aes_ct.c
      symcipher/aes_ct_cbcdec.c
      symcipher/aes_ct_cbcenc.c
      symcipher/aes_ct_ctr.c
      symcipher/aes_ct_dec.c
      symcipher/aes_ct_enc.c)
  list(TRANSFORM sources PREPEND "${TACIT_BEARSSL_SOURCE}/src/")
  set(BearSSL_SOURCE_INCLUDE_DIR "${TACIT_BEARSSL_SOURCE}/inc")
  if(NOT EXISTS "${BearSSL_SOURCE_INCLUDE_DIR}/bearssl.h")
    set(BearSSL_SOURCE_INCLUDE_DIR NOTFOUND)
  endif()
  find_package_handle_standard_args(BearSSL REQUIRED_VARS BearSSL_SOURCE_INCLUDE_DIR
                                    REASON_FAILURE_MESSAGE "TACIT_BEARSSL_SOURCE has no inc/bearssl.h")
  if(BearSSL_FOUND AND NOT TARGET bearssl::bearssl)
    add_library(bearssl STATIC ${sources})
    add_library(bearssl::bearssl ALIAS bearssl)
    target_include_directories(bearssl SYSTEM PUBLIC "$<BUILD_INTERFACE:${BearSSL_SOURCE_INCLUDE_DIR}>")
    target_include_directories(bearssl PRIVATE "${TACIT_BEARSSL_SOURCE}/src")
  endif()
else()
  find_path(BearSSL_INCLUDE_DIR bearssl.h)
  find_library(BearSSL_LIBRARY bearssl)
  find_package_handle_standard_args(BearSSL REQUIRED_VARS BearSSL_LIBRARY BearSSL_INCLUDE_DIR)
  if(BearSSL_FOUND AND NOT TARGET bearssl::bearssl)
    add_library(bearssl::bearssl UNKNOWN IMPORTED)
    set_target_properties(bearssl::bearssl PROPERTIES IMPORTED_LOCATION "${BearSSL_LIBRARY}"
                                                      INTERFACE_INCLUDE_DIRECTORIES "${BearSSL_INCLUDE_DIR}")
  endif()
  mark_as_advanced(BearSSL_INCLUDE_DIR BearSSL_LIBRARY)
endif()
