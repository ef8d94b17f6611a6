#pragma once
#include <exception>
#include <functional>
#include <memory>
#include <vector>

#include "tacit/base/bytes.hpp"
#include "tacit/port/mqtt/failure.hpp"
#include "tacit/port/mqtt/tls.hpp"

struct mosquitto;
struct mosquitto_message;

namespace tacit::mqtt_port {

// A PUBLISH that the broker sent, of any size where it does not keep to what it was told. Everything lies in
// libmosquitto's memory and lives as long as the call; it may be changed there.
struct Arrival {
  std::string_view topic;
  MutBytes payload;
  bool retained = false;
  bool may_repeat = false;  // QoS 1: MQTT itself may deliver it again
};

struct Publication {
  std::string_view topic;  // without NUL
  Bytes payload;
  Qos qos = Qos::at_most_once;
  bool retain = false;
};

// Names a packet to the broker, and is ours to wait for.
enum class PacketId : int {};

// One connection, from the first SYN to the end, by a `struct mosquitto` of its own: what libmosquitto still holds when
// the connection is lost is gone with it, and is never sent on the next one. It never waits, and has no thread.
//
// The owner watches fd(), for reading always and for writing while wants_write(), and calls read() and write(), and
// tick() once a second; after each it looks at failure(), accepted() and the lists.
class Connection {
 public:
  using Deliver = std::function<void(const Arrival&)>;

  // `tls`: null for plain TCP; it outlives the connection. `deliver` is called by read() and must not touch the
  // connection; what it throws comes out of read().
  Connection(const Options&, const std::string& client_id, const TlsContext* tls, Deliver deliver);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();  // without a word; see goodbye()

  // `address` is no name: to look one up would take time.
  void open(const std::string& address);

  int fd() const;                              // negative: it is over
  bool was_there() const { return through_; }  // somebody took the TCP connection
  bool wants_write() const;
  bool read();                 // one packet or a part of it; whether there may be more
  bool has_decrypted() const;  // there is more to read, of which fd() does not tell
  void write();
  void tick();

  struct Acceptance {
    bool session_present = false;
    std::size_t window = 0;                     // messages at QoS 1 that the broker takes at once; never more than ours
    std::optional<std::uint32_t> packet_max{};  // bytes of an MQTT packet that the broker takes, where it says
  };
  const std::optional<Acceptance>& accepted() const { return accepted_; }
  const std::optional<Failure>& failure() const { return failure_; }
  bool said_goodbye() const { return said_goodbye_ && fd() < 0; }

  // They give invalid_argument; not_connected, where failure() says more; publish() also what this broker does not
  // take: too_large, not_supported (QoS 1).
  Result<PacketId> subscribe(const std::string& filter, Qos);
  Result<PacketId> unsubscribe(const std::string& filter);
  Result<PacketId> publish(const Publication&);
  void goodbye();  // DISCONNECT, after what was published; said_goodbye() when it has left

  struct Granted {
    PacketId id{};
    int code = 0;  // a QoS, or from 128 why not
  };
  struct Settled {
    PacketId id{};
    std::optional<Reason> reason;  // not_authorized, or refused for another cause
  };
  bool has_news() const { return failure_ || !granted_.empty() || !settled_.empty(); }
  std::vector<Granted> take_granted() { return std::exchange(granted_, {}); }
  std::vector<Settled> take_settled() { return std::exchange(settled_, {}); }  // QoS 0: written; QoS 1: acknowledged

 private:
  struct Callbacks;

  void set_up();
  bool is_through();
  bool was_broken_off();
  bool in_handshake() const;
  void conclude(int mosquitto_error, int system_error);
  void conclude_tls();
  Result<PacketId> taken(int id, int mosquitto_error, int system_error);
  void fail(Failure);
  void message(const mosquitto_message&);
  void log(int level, std::string_view text);

  const Options& options_;
  const TlsContext* tls_;
  Deliver deliver_;
  mosquitto* mosquitto_;
  bool through_ = false;  // the TCP connection is there
  bool said_goodbye_ = false;
  std::optional<Acceptance> accepted_;
  std::optional<Failure> failure_;
  std::string tls_complaint_;
  bool trim_ = false, delivered_ = false;
  std::vector<Granted> granted_;
  std::vector<Settled> settled_;
  std::exception_ptr thrown_;
};

}  // namespace tacit::mqtt_port
