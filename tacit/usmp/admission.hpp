#pragma once
#include "tacit/base/endpoint.hpp"
#include "tacit/base/result.hpp"
#include "tacit/kit/recent.hpp"
#include "tacit/kit/salted_hash.hpp"
#include "tacit/kit/tick.hpp"
#include "tacit/usmp/frame.hpp"

// Who may begin a handshake with a hub: specification sections 9 and 12.
//
// Only a wrong proof of the key counts as a failure, and only from an address that is proven: anybody can write another
// one into a datagram. Who is slow, goes away or finds no room has not failed, so nobody who behaves is ever locked
// out. Failures are counted for a device *at an origin*:
//
// - one bad device behind a NAT locks out itself, and not its neighbours there;
// - who knows the id of somebody's device, and fails in its name from elsewhere, locks out nobody but himself;
// - at the device's own address he can do so for `lock_known_max` at a time, once the device has been there.
//
// Many failures in the names of many devices make an origin suspect: then only devices that have been there before may
// begin. A bad device alone does not get there, since its own lock-out comes first.
namespace tacit::usmp {

// An IPv4 address, or the first 64 bits of an IPv6 one: who has one of those addresses has all of them.
struct Prefix {
  Octets<16> ip{};
  std::uint32_t hash = 0;
  friend bool operator==(const Prefix&, const Prefix&) = default;
};
Prefix prefix_of(const Endpoint&, std::uint32_t salt);

// Whether somebody has shown that he hears what is sent to an address: by a cookie, or by being at the end of a stream.
enum class AddressTrust : std::uint8_t { forgeable, proven };

// Where handshakes and sessions come from.
struct Origin : Link<> {
  Prefix prefix;
  std::uint16_t handshakes = 0, sessions = 0;  // while there are any, the entry stays
  std::uint16_t unproven = 0;                  // handshakes from an address that may be forged; not among those above
  std::uint16_t strikes = 0;
  Tick struck_at;
  Origin* next_in_index = nullptr;
};

// What is remembered of one device at one origin.
struct Record : Link<> {
  struct Key {
    Prefix origin;
    DeviceId device{};
    friend bool operator==(const Key&, const Key&) = default;
  };
  Key key;
  bool known = false;  // it has proven its key there
  std::uint8_t failures = 0;
  Tick failed_at;
  Record* next_in_index = nullptr;
};

class Admission {
 public:
  static constexpr std::uint8_t free_failures = 4;         // from the fifth on there is a lock-out
  static constexpr Ticks lock_first = ticks({1'000'000});  // doubled by each further failure
  static constexpr Ticks lock_max = ticks({60'000'000});
  static constexpr Ticks lock_known_max = ticks({4'000'000});    // where the device has proven its key there
  static constexpr Ticks forgiven_after = ticks({600'000'000});  // without a failure
  static constexpr std::uint16_t strikes_max = 40;               // of an origin
  static constexpr Ticks strike_forgiven_every = ticks({10'000'000});

  struct Tables {
    std::span<Origin> origins;  // one for each handshake and session, that none is refused for this alone
    std::span<Origin*> origin_buckets;
    std::span<Record> records;  // a full table of lock-outs keeps those; newer failures are strikes only
    std::span<Record*> record_buckets;
  };
  struct Limits {
    // TCP connections that have not said anything among them. As many again from addresses that are not proven.
    std::uint16_t handshakes_per_origin = 8;
    std::uint16_t sessions_per_origin = 256;
  };

  // `salt`: any random 32 bits that nobody outside knows.
  Admission(const Tables&, const Limits&, std::uint32_t salt);

  // A handshake begins: its origin, held until end_handshake(). Gives address_full, handshakes_full.
  Result<Origin*> begin_handshake(const Endpoint& from, AddressTrust);
  void end_handshake(Origin&, AddressTrust);
  // The handshake at its origin became a session, which ends by end_session(); the handshake has still to be ended.
  bool has_room_for_session(const Origin& origin) const { return origin.sessions < limits_.sessions_per_origin; }
  void begin_session(Origin& origin) { ++origin.sessions; }
  void end_session(Origin&);
  // A session's device moved. Always possible: a limit stops those who come, and not those who are there.
  Origin& move_session(Origin& from, const Endpoint& to);

  // Whether the device may try there. Gives locked_out.
  Result<Done> may_try(const DeviceId&, const Origin&, Tick now) const;
  void failed(const DeviceId&, Origin&, Tick now);  // at a proven address
  void succeeded(const DeviceId&, const Origin&, Tick now);

 private:
  struct ByPrefix {
    using Key = Prefix;
    static const Key& key(const Origin& origin) { return origin.prefix; }
    static std::size_t hash(const Key& key) { return key.hash; }
    static Origin*& next(Origin& origin) { return origin.next_in_index; }
    static void begin(Origin&, const Key&);
  };
  struct ByDevice {
    using Key = Record::Key;
    static const Key& key(const Record& record) { return record.key; }
    static std::size_t hash(const Key& key) { return salted_hash(key.origin.hash, key.device); }
    static Record*& next(Record& record) { return record.next_in_index; }
    static void begin(Record&, const Key&);
  };

  Origin* origin_of(const Endpoint&);
  void release(Origin&);
  Record* record_of(const DeviceId&, const Origin&, Tick now);
  static bool locked(const Record&, Tick now);
  static std::uint16_t strikes(const Origin&, Tick now);

  Limits limits_;
  std::uint32_t salt_;
  Recent<Origin, ByPrefix> origins_;
  Recent<Record, ByDevice> records_;
};

}  // namespace tacit::usmp
