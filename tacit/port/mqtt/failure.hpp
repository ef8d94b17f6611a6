#pragma once
#include <string>

#include "tacit/base/reason.hpp"
#include "tacit/port/mqtt/options.hpp"

namespace tacit::mqtt_port {

// Why there is no connection. The reason is one of:
//
//   name_unknown                                  its name has no address
//   unreachable, connect_timeout                  nobody is there, or nobody answers
//   tls_setup, tls_untrusted, tls_wrong_name, tls_failed
//   bad_credentials, not_authorized, bad_version, broker_refused
//   connection_lost, broker_silent, replaced, peer_closed, too_large, broker_misbehaved
struct Failure {
  Reason reason{};
  std::string detail;  // what the system, OpenSSL or the broker said; for people
};

Failure failure_of_connack(Version, int code);     // any but 0
Failure failure_of_disconnect(int code);           // the broker's, of version 5
Failure failure_of_errno(int error);               // the system's, of a connection or an attempt at one
Failure failure_of_verification(long x509_error);  // any but X509_V_OK

}  // namespace tacit::mqtt_port
