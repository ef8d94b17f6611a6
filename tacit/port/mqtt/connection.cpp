#include "tacit/port/mqtt/connection.hpp"

#include <malloc.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace tacit::mqtt_port {
namespace {

// libmosquitto counts in whole seconds, and so do the calls of tick(): a ping leaves up to a second late, and is
// missed a second late. So it is told a second less, and what is dead is noticed within twice the whole.
int keepalive_s(const Options& options) {
  return static_cast<int>(std::clamp<std::int64_t>(options.keepalive.us / 1'000'000 - 1, 5, 65'535));
}

// Bytes that wait in the kernel were sealed too early. So few wait there, and the rest here.
constexpr int unsent_max = 16'384;

// What is freed in a piece as big as this goes back to the system at once.
constexpr int trim_from = 1 << 20;

void initialize_library() {
  static const int once = mosquitto_lib_init();
  (void)once;
}

struct Properties {
  Properties() = default;
  Properties(const Properties&) = delete;
  Properties& operator=(const Properties&) = delete;
  ~Properties() { mosquitto_property_free_all(&list); }
  mosquitto_property* list = nullptr;
};

Connection& of(void* self) { return *static_cast<Connection*>(self); }

}  // namespace

// What libmosquitto calls. It holds locks and is in the middle of a packet, so this only writes down what happened.
struct Connection::Callbacks {
  static void connected(mosquitto*, void* self, int code, int flags, const mosquitto_property* properties) {
    Connection& c = of(self);
    if (code != 0) return c.fail(failure_of_connack(c.options_.version, code));
    std::uint16_t receive_maximum = 65'535;
    mosquitto_property_read_int16(properties, MQTT_PROP_RECEIVE_MAXIMUM, &receive_maximum, false);
    c.accepted_ = {(flags & 1) != 0, std::min<std::size_t>(c.options_.window, receive_maximum)};
    std::uint32_t packet_max = 0;
    if (mosquitto_property_read_int32(properties, MQTT_PROP_MAXIMUM_PACKET_SIZE, &packet_max, false))
      c.accepted_->packet_max = packet_max;
  }
  static void disconnected(mosquitto*, void* self, int code, const mosquitto_property*) {
    // Lower ones are libmosquitto's errors, which conclude() gets too.
    if (code >= MQTT_RC_UNSPECIFIED) of(self).fail(failure_of_disconnect(code));
  }
  static void published(mosquitto*, void* self, int id, int code, const mosquitto_property*) {
    std::optional<Reason> reason;
    if (code == MQTT_RC_NOT_AUTHORIZED) reason = Reason::not_authorized;
    else if (code >= MQTT_RC_UNSPECIFIED) reason = Reason::broker_refused;
    of(self).settled_.push_back({PacketId{id}, reason});
  }
  static void subscribed(mosquitto*, void* self, int id, int count, const int* codes, const mosquitto_property*) {
    if (count > 0) of(self).granted_.push_back({PacketId{id}, codes[0]});
  }
  static void message(mosquitto*, void* self, const mosquitto_message* message, const mosquitto_property* properties) {
    // We allow none, and libmosquitto keeps each of them for as long as the connection.
    if (mosquitto_property_read_int16(properties, MQTT_PROP_TOPIC_ALIAS, nullptr, false))
      return of(self).fail({Reason::broker_misbehaved, "a topic by number, which nobody allowed"});
    of(self).message(*message);
  }
  static void log(mosquitto*, void* self, int level, const char* text) { of(self).log(level, text); }
};

Connection::Connection(const Options& options, const std::string& client_id, const TlsContext* tls, Deliver deliver)
    : options_(options), tls_(tls), deliver_(std::move(deliver)) {
  initialize_library();
  mosquitto_ = mosquitto_new(client_id.c_str(), options.clean_session, this);
  require(mosquitto_ != nullptr);
  set_up();
}

Connection::~Connection() { mosquitto_destroy(mosquitto_); }

void Connection::set_up() {
  mosquitto* m = mosquitto_;
  const bool is_5 = options_.version == Version::v5;
  mosquitto_int_option(m, MOSQ_OPT_PROTOCOL_VERSION, is_5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311);
  mosquitto_int_option(m, MOSQ_OPT_TCP_NODELAY, 1);
  mosquitto_max_inflight_messages_set(m, static_cast<unsigned>(options_.window));
  if (tls_) {
    mosquitto_void_option(m, MOSQ_OPT_SSL_CTX, tls_->get());
    mosquitto_int_option(m, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0);
  }
  if (options_.login) {
    std::string password;
    if (options_.login->password) password = text_of(options_.login->password->reveal());
    mosquitto_username_pw_set(m, options_.login->user.c_str(), options_.login->password ? password.c_str() : nullptr);
    wipe({reinterpret_cast<std::uint8_t*>(password.data()), password.size()});
  }
  if (const auto& will = options_.will)
    mosquitto_will_set(m, will->topic.c_str(), static_cast<int>(will->payload.size()), will->payload.data(),
                       static_cast<int>(will->qos), will->retain);

  mosquitto_connect_v5_callback_set(m, Callbacks::connected);
  mosquitto_disconnect_v5_callback_set(m, Callbacks::disconnected);
  mosquitto_publish_v5_callback_set(m, Callbacks::published);
  mosquitto_subscribe_v5_callback_set(m, Callbacks::subscribed);
  mosquitto_message_v5_callback_set(m, Callbacks::message);
  mosquitto_log_callback_set(m, Callbacks::log);

  if (!is_5) return;
  Properties properties;
  mosquitto_property_add_int32(&properties.list, MQTT_PROP_MAXIMUM_PACKET_SIZE, options_.packet_max);
  if (!options_.clean_session)
    mosquitto_property_add_int32(&properties.list, MQTT_PROP_SESSION_EXPIRY_INTERVAL, options_.session_s);
  // The one function that takes properties also waits for the connection; that which does not wait uses those that were
  // given before. So it is called without a host: it keeps the properties and refuses the rest.
  (void)mosquitto_connect_bind_v5(m, nullptr, 0, keepalive_s(options_), nullptr, properties.list);
}

void Connection::open(const std::string& address) {
  if (tls_) tls_->forget_verification();
  errno = 0;
  const int result =
      mosquitto_connect_bind_async(mosquitto_, address.c_str(), port_of(options_), keepalive_s(options_), nullptr);
  if (result > 0) return conclude(result, errno);
  (void)setsockopt(fd(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_max, sizeof unsent_max);
}

int Connection::fd() const { return mosquitto_socket(mosquitto_); }

bool Connection::in_handshake() const {
  const auto* ssl = static_cast<const SSL*>(mosquitto_ssl_get(mosquitto_));
  return ssl && !SSL_is_init_finished(ssl);
}

bool Connection::wants_write() const {
  const auto* ssl = static_cast<const SSL*>(mosquitto_ssl_get(mosquitto_));
  if (!through_) return true;
  if (in_handshake()) return SSL_want_write(ssl);
  return mosquitto_want_write(mosquitto_);
}

bool Connection::is_through() {
  if (!through_) {
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(fd(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    tcp_info tcp{};
    socklen_t tcp_size = sizeof tcp;
    (void)getsockopt(fd(), IPPROTO_TCP, TCP_INFO, &tcp, &tcp_size);
    // The first try to send may have been told already that it came and went.
    if (error == 0 && tcp.tcpi_state == TCP_CLOSE) error = ECONNRESET;
    if (error != 0) fail(failure_of_errno(error));
    through_ = error == 0 && tcp.tcpi_state != TCP_SYN_SENT;
  }
  return through_ && !was_broken_off();
}

// Where a handshake cannot send because the connection was reset, libmosquitto takes it for one that has to wait, and
// tries for ever: nothing is read then that would say that it is over.
bool Connection::was_broken_off() {
  char first;
  if (!in_handshake()) return false;
  const ssize_t size = recv(fd(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
  if (size > 0 || (size < 0 && errno == EAGAIN)) return false;
  fail({Reason::tls_failed, "the broker closed the connection during the TLS handshake"});
  return true;
}

bool Connection::read() {
  if (failure_ || fd() < 0) return false;
  if (!accepted_ && !is_through()) return false;
  errno = 0;
  delivered_ = false;
  const int result = mosquitto_loop_read(mosquitto_, 1);
  const int error = errno;
  conclude(result, error);
  if (std::exchange(trim_, false)) malloc_trim(0);
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, {}));
  return !failure_ && fd() >= 0 && (delivered_ || error != EAGAIN);
}

bool Connection::has_decrypted() const {
  auto* ssl = static_cast<SSL*>(mosquitto_ssl_get(mosquitto_));
  return ssl && SSL_pending(ssl) > 0;
}

void Connection::write() {
  if (failure_ || fd() < 0) return;
  if (!accepted_ && !is_through()) return;
  errno = 0;
  // It is reading that moves a handshake on, whatever that waits for.
  const int result = in_handshake() ? mosquitto_loop_read(mosquitto_, 1) : mosquitto_loop_write(mosquitto_, 1);
  conclude(result, errno);
}

void Connection::tick() {
  if (failure_ || fd() < 0) return;
  conclude(mosquitto_loop_misc(mosquitto_), errno);
}

void Connection::conclude(int mosquitto_error, int system_error) {
  const bool over = fd() < 0 && !said_goodbye_;
  if (failure_) return;
  switch (mosquitto_error) {
    case MOSQ_ERR_SUCCESS:
      if (over) fail({Reason::peer_closed, ""});
      return;
    case MOSQ_ERR_TLS: return conclude_tls();
    case MOSQ_ERR_KEEPALIVE: return fail({Reason::broker_silent, ""});
    case MOSQ_ERR_CONN_LOST:
    case MOSQ_ERR_ERRNO:
      // A client's certificate is looked at when the handshake is over for us.
      if (tls_ && (system_error == EPROTO || !accepted_)) return conclude_tls();
      if (mosquitto_error == MOSQ_ERR_ERRNO) return fail(failure_of_errno(system_error));
      return fail({Reason::connection_lost, accepted_ ? "" : "the broker closed the connection before it accepted us"});
    case MOSQ_ERR_EAI: return fail({Reason::name_unknown, ""});
    case MOSQ_ERR_NO_CONN: return fail({Reason::connection_lost, ""});
    default: return fail({Reason::broker_misbehaved, mosquitto_strerror(mosquitto_error)});
  }
}

void Connection::conclude_tls() {
  if (const long error = tls_->verification(); error != X509_V_OK) return fail(failure_of_verification(error));
  if (accepted_) return fail({Reason::connection_lost, tls_complaint_});
  fail({Reason::tls_failed,
        tls_complaint_.empty() ? "the broker closed the connection after the TLS handshake" : tls_complaint_});
}

void Connection::fail(Failure failure) {
  if (!failure_) failure_ = std::move(failure);
}

void Connection::message(const mosquitto_message& message) {
  const std::string_view topic = message.topic;
  const auto size = static_cast<std::size_t>(message.payloadlen);
  trim_ = message.payloadlen >= trim_from;
  try {
    deliver_({topic, {static_cast<std::uint8_t*>(message.payload), size}, message.retain, message.qos > 0});
  } catch (...) {
    if (!thrown_) thrown_ = std::current_exception();
  }
  if (options_.version == Version::v5 && size + topic.size() > options_.packet_max)
    fail({Reason::too_large, "the broker sent more than it was told that we take"});
  // With TLS libmosquitto goes on while something is decrypted, and by records that are long enough that is as long as
  // the broker likes. Only this ends it after a packet.
  delivered_ = true;
  errno = EAGAIN;
}

void Connection::log(int level, std::string_view text) {
  if (level == MOSQ_LOG_ERR) {
    const auto colon = text.rfind(':');
    tls_complaint_ = text.substr(colon == text.npos ? 0 : colon + 1);
  }
  // We subscribe with QoS 1 at most. In version 3.1.1 libmosquitto would keep as many of these as the broker likes to
  // begin and not to finish, and this line is all that it tells of them.
  if (level == MOSQ_LOG_DEBUG && text.find(" sending PUBREC ") != text.npos)
    fail({Reason::broker_misbehaved, "a message at QoS 2, which nobody asked for"});
}

Result<PacketId> Connection::subscribe(const std::string& filter, Qos qos) {
  int id = 0;
  const int result = mosquitto_subscribe_v5(mosquitto_, &id, filter.c_str(), static_cast<int>(qos), 0, nullptr);
  return taken(id, result, errno);
}

Result<PacketId> Connection::unsubscribe(const std::string& filter) {
  int id = 0;
  const int result = mosquitto_unsubscribe(mosquitto_, &id, filter.c_str());
  return taken(id, result, errno);
}

Result<PacketId> Connection::publish(const Publication& what) {
  const std::string topic(what.topic);
  int id = 0;
  const int result = mosquitto_publish(mosquitto_, &id, topic.c_str(), static_cast<int>(what.payload.size()),
                                       what.payload.data(), static_cast<int>(what.qos), what.retain);
  return taken(id, result, errno);
}

Result<PacketId> Connection::taken(int id, int mosquitto_error, int system_error) {
  switch (mosquitto_error) {
    case MOSQ_ERR_SUCCESS: return PacketId{id};
    case MOSQ_ERR_INVAL:
    case MOSQ_ERR_MALFORMED_UTF8: return Reason::invalid_argument;
    case MOSQ_ERR_OVERSIZE_PACKET:
    case MOSQ_ERR_PAYLOAD_SIZE: return Reason::too_large;
    case MOSQ_ERR_QOS_NOT_SUPPORTED: return Reason::not_supported;
    default:  // It was written at once, and so it is here that the connection turns out to be gone.
      conclude(mosquitto_error, system_error);
      return Reason::not_connected;
  }
}

void Connection::goodbye() {
  said_goodbye_ = true;
  conclude(mosquitto_disconnect(mosquitto_), errno);
}

}  // namespace tacit::mqtt_port
