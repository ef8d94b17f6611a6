#pragma once
#include <memory>
#include <variant>

#include "tacit/port/mqtt/failure.hpp"

struct ssl_ctx_st;

namespace tacit::mqtt_port {

// OpenSSL's settings for connections to one broker. libmosquitto would make them itself, but then looks the broker's
// name up itself too, and waits for it: given an address instead, it would hold the certificate against that.
//
// At least TLS 1.2; no renegotiation; the certificate has to bear the name, or with a PSK there may be none. For one
// connection at a time.
class TlsContext {
 public:
  // `security` of the options is Tls or Psk. Gives tls_setup where a file cannot be used.
  static std::variant<TlsContext, Failure> make(const Options&);

  TlsContext(TlsContext&&) noexcept;
  TlsContext& operator=(TlsContext&&) noexcept;
  ~TlsContext();

  ssl_ctx_st* get() const;

  // What was wrong with the broker's certificate since it was forgotten, as X509_V_ERR_...; or X509_V_OK. libmosquitto
  // may have thrown away the connection that could tell it.
  long verification() const;
  void forget_verification() const;

 private:
  struct State;
  explicit TlsContext(std::unique_ptr<State>);

  std::unique_ptr<State> state_;  // does not move: OpenSSL's callbacks find it
};

}  // namespace tacit::mqtt_port
