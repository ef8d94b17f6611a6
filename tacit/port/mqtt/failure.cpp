#include "tacit/port/mqtt/failure.hpp"

#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <openssl/x509_vfy.h>

#include <cerrno>
#include <system_error>

namespace tacit::mqtt_port {
namespace {

Reason refusal_3(int code) {
  switch (code) {
    case CONNACK_REFUSED_PROTOCOL_VERSION: return Reason::bad_version;
    case CONNACK_REFUSED_BAD_USERNAME_PASSWORD: return Reason::bad_credentials;
    case CONNACK_REFUSED_NOT_AUTHORIZED: return Reason::not_authorized;
    default: return Reason::broker_refused;
  }
}

Reason refusal_5(int code) {
  switch (code) {
    case MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION: return Reason::bad_version;
    case MQTT_RC_BAD_USERNAME_OR_PASSWORD: return Reason::bad_credentials;
    case MQTT_RC_NOT_AUTHORIZED:
    case MQTT_RC_BANNED: return Reason::not_authorized;
    default: return Reason::broker_refused;
  }
}

}  // namespace

Failure failure_of_connack(Version version, int code) {
  // Also in version 5: who speaks only 3.1.1 refuses in its own words.
  const bool is_3 = version == Version::v311 || code < MQTT_RC_UNSPECIFIED;
  if (is_3) return {refusal_3(code), mosquitto_connack_string(code)};
  return {refusal_5(code), mosquitto_reason_string(code)};
}

Failure failure_of_disconnect(int code) {
  const std::string said = mosquitto_reason_string(code);
  switch (code) {
    case MQTT_RC_SESSION_TAKEN_OVER: return {Reason::replaced, said};
    case MQTT_RC_NOT_AUTHORIZED: return {Reason::not_authorized, said};
    case MQTT_RC_PACKET_TOO_LARGE: return {Reason::too_large, said};
    default: return {Reason::peer_closed, said};
  }
}

Failure failure_of_errno(int error) {
  const bool was_there = error == ECONNRESET || error == EPIPE || error == ETIMEDOUT;
  return {was_there ? Reason::connection_lost : Reason::unreachable, std::generic_category().message(error)};
}

Failure failure_of_verification(long x509_error) {
  const bool name = x509_error == X509_V_ERR_HOSTNAME_MISMATCH || x509_error == X509_V_ERR_IP_ADDRESS_MISMATCH;
  return {name ? Reason::tls_wrong_name : Reason::tls_untrusted, X509_verify_cert_error_string(x509_error)};
}

}  // namespace tacit::mqtt_port
