#include "tacit/port/mqtt/tls.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace tacit::mqtt_port {
namespace {

bool is_address(const std::string& name) {
  in6_addr address;
  return inet_pton(AF_INET, name.c_str(), &address) == 1 || inet_pton(AF_INET6, name.c_str(), &address) == 1;
}

// The most recent of OpenSSL's complaints, and none is left.
std::string complaint() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason ? reason : "";
}

}  // namespace

struct TlsContext::State {
  explicit State(std::string broker)
      : context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), name(std::move(broker)) {
    require(context != nullptr);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, verified);
    SSL_CTX_set_info_callback(context.get(), name_the_broker);
    SSL_CTX_set_ex_data(context.get(), 0, this);
  }

  static State& of(const SSL* ssl) { return *static_cast<State*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), 0)); }

  // libmosquitto asks for the server by the address that it was given; here is the last moment to give the name. An
  // address is no server's name, RFC 6066 section 3.
  static void name_the_broker(const SSL* ssl, int where, int) {
    if ((where & SSL_CB_HANDSHAKE_START) == 0) return;
    const std::string& name = of(ssl).name;
    const char* server = is_address(name) ? nullptr : name.c_str();
    SSL_set_tlsext_host_name(const_cast<SSL*>(ssl), server);
  }

  static int verified(int well, X509_STORE_CTX* chain) {
    const auto* ssl = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
    if (well == 0) of(ssl).verification = X509_STORE_CTX_get_error(chain);
    return well;
  }

  static unsigned tell_key(SSL* ssl, const char*, char* identity, unsigned identity_max, unsigned char* key,
                           unsigned key_max) {
    const Psk& psk = *of(ssl).psk;
    const Bytes secret = psk.key.reveal();
    if (psk.identity.size() >= identity_max || secret.size() > key_max) return 0;
    std::copy_n(psk.identity.c_str(), psk.identity.size() + 1, identity);
    std::ranges::copy(secret, key);
    return static_cast<unsigned>(secret.size());
  }

  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context;
  std::string name;
  std::optional<Psk> psk{};
  long verification = X509_V_OK;
};

namespace {

Failure cannot_use(const std::string& file) { return {Reason::tls_setup, file + ": " + complaint()}; }

std::optional<Failure> use_certificates(SSL_CTX* context, const Tls& tls) {
  if (!tls.ca_file.empty() && SSL_CTX_load_verify_file(context, tls.ca_file.c_str()) != 1)
    return cannot_use(tls.ca_file);
  if (!tls.ca_path.empty() && SSL_CTX_load_verify_dir(context, tls.ca_path.c_str()) != 1)
    return cannot_use(tls.ca_path);
  if (tls.ca_file.empty() && tls.ca_path.empty() && SSL_CTX_set_default_verify_paths(context) != 1)
    return cannot_use("the system's certificates");
  if (tls.certificate_file.empty()) return std::nullopt;
  if (SSL_CTX_use_certificate_chain_file(context, tls.certificate_file.c_str()) != 1)
    return cannot_use(tls.certificate_file);
  if (SSL_CTX_use_PrivateKey_file(context, tls.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    return cannot_use(tls.key_file);
  return std::nullopt;
}

// Only where the key makes the session's: a broker that shows a certificate instead has proven nothing to us.
std::optional<Failure> use_key(SSL_CTX* context, const Psk& psk) {
  if (psk.identity.empty() || psk.key.reveal().empty()) return Failure{Reason::tls_setup, "an empty pre-shared key"};
  if (SSL_CTX_set_cipher_list(context, "kECDHEPSK:kDHEPSK:kPSK:!eNULL:!kRSAPSK") != 1) return cannot_use("PSK");
  return std::nullopt;
}

}  // namespace

std::variant<TlsContext, Failure> TlsContext::make(const Options& options) {
  const auto* tls = std::get_if<Tls>(&options.security);
  const std::string& name = tls && !tls->name.empty() ? tls->name : options.host;
  auto state = std::make_unique<State>(name);
  SSL_CTX* context = state->context.get();
  ERR_clear_error();

  if (tls) {
    X509_VERIFY_PARAM* expected = SSL_CTX_get0_param(context);
    const int known = is_address(name) ? X509_VERIFY_PARAM_set1_ip_asc(expected, name.c_str())
                                       : X509_VERIFY_PARAM_set1_host(expected, name.data(), name.size());
    if (known != 1) return cannot_use(name);
    X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (auto failure = use_certificates(context, *tls)) return *failure;
  } else {
    const Psk& psk = std::get<Psk>(options.security);
    if (auto failure = use_key(context, psk)) return *failure;
    state->psk = Psk{psk.identity, psk.key.duplicate()};
    SSL_CTX_set_psk_client_callback(context, State::tell_key);
  }
  return TlsContext(std::move(state));
}

TlsContext::TlsContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsContext::TlsContext(TlsContext&&) noexcept = default;
TlsContext& TlsContext::operator=(TlsContext&&) noexcept = default;
TlsContext::~TlsContext() = default;
ssl_ctx_st* TlsContext::get() const { return state_->context.get(); }
long TlsContext::verification() const { return state_->verification; }
void TlsContext::forget_verification() const { state_->verification = X509_V_OK; }

}  // namespace tacit::mqtt_port
