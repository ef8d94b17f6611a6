#pragma once
#include "tacit/e2e/tables.hpp"
#include "tacit/kit/drop_notices.hpp"

namespace tacit::e2e {

enum class LongMessages : std::uint8_t {  // longer than the pad size, so that their length shows
  tell,                                   // LengthShows
  refuse,                                 // publish() gives length_shows
};

struct LinkConfig {
  EnvelopeConfig envelope = {};
  LongMessages long_messages = LongMessages::tell;
  // Hears nothing that was made before the link first had the time: what an earlier process delivered cannot be given
  // to this one again. A peer whose clock is behind is not heard for so long.
  bool refuse_from_before_start = false;
};

// One PUBLISH that an MQTT client received. The broker chose all of it.
struct Arrival {
  std::string_view topic;  // full
  MutBytes payload;        // opened in place
  bool retained = false;
  bool may_repeat = false;  // QoS 1 or more, where MQTT itself may deliver twice
};

// One PUBLISH for an MQTT client to write, at once.
struct Leaving {
  Handle handle{};
  std::string_view topic;  // full; holds until the message is settled, failed, given back or closed
  Bytes packet;            // in the memory that next() was given
  Qos qos{};
  bool retain = false;
  Instant write_by;  // later no peer takes it: then give it back, and it is sealed anew
};

// Everything that one key holder says and hears over a broker that it trusts with nothing: which topics it hears and
// speaks, what waits, what was refused. It knows neither MQTT nor a socket; its port is any MQTT client.
//
//   publish() --> OutgoingQueue --next(): Envelope::seal()--> port --> broker
//   Message   <-- Envelope::open() <-- is it heard? <-- input() <-- port <-- broker
//
// The order of calls is kit's: events until empty, next() until empty, then sleep until next_timeout().
class Link {
 public:
  using Event = e2e::Event;

  Link(const LinkConfig&, const Tables&, const Key&, crypto::Random&);

  std::string_view base() const { return base_.text(); }

  // Filters below the base, such as `iot/#`. Nothing is heard or may be spoken until it is said. Who has to subscribe
  // finds what is heard in heard(), and puts base() and a slash before it. They give bad_topic, too_large,
  // channels_full; unhear() unknown_channel.
  Result<Done> hear(std::string_view filter) { return heard_.add(filter); }
  Result<Done> unhear(std::string_view filter) { return heard_.remove(filter); }
  Result<Done> speak(std::string_view filter) { return spoken_.add(filter); }
  const Filters& heard() const { return heard_; }

  // Gives bad_topic, topic_not_allowed, too_large, length_shows, queue_full, invalid_argument. Without a wall clock it
  // waits for one.
  Result<Handle> publish(const Publication&, const Now&);

  // False: there is no room for what it might tell; nothing was touched, drain the events and offer it again.
  bool input(const Arrival&, const Now&);
  void timeout(const Now&);
  std::optional<Event> poll_event();
  std::optional<Instant> next_timeout() const;

  // The next message, sealed now into `out`, which has leaving_size_max() bytes. Nothing: none waits, or the wall clock
  // is not known yet. What is taken is the port's until it says what became of it. Take one only when the client writes
  // it at once: what waits, waits here.
  std::optional<Leaving> next(MutBytes out, const Now&);
  std::size_t leaving_size_max() const { return leaving_size_max_; }
  void settle(Handle handle) { outgoing_.settle(handle); }        // QoS 0: written; QoS 1: acknowledged
  void give_back(Handle handle) { outgoing_.give_back(handle); }  // not written, or unacknowledged: it leaves anew
  void give_back_all() { outgoing_.give_back_all(); }             // as when the connection is lost; in their order
  void fail(Handle handle, Reason reason) { outgoing_.fail(handle, reason); }  // the client or the broker refuses it
  void close() { outgoing_.close(); }                                          // everything that waits ends as closed

  std::size_t waiting() const { return outgoing_.in_use(); }  // queued, or with the port
  // Of all that was refused, and of messages that ended with a reason.
  const Counters& counters() const { return counters_; }
  const TopicStatistics& topics() const { return topics_; }  // without the base

 private:
  void begin(const Now&);
  Result<Handle> enqueue(const Publication&, Tick now);
  Result<Message> open(const Arrival&, const Now&);
  void drop(Reason, std::string_view topic, Tick now);
  void expire(const Now&);

  LinkConfig config_;
  Envelope envelope_;
  TopicBase base_;
  Filters heard_, spoken_;
  OutgoingQueue outgoing_;
  TopicStatistics topics_;
  Ring<Event> events_;
  Counters counters_;
  DropNotices drop_notices_;
  std::optional<LengthShows> length_shows_;
  std::optional<ClockStepped> clock_stepped_;
  std::size_t leaving_size_max_;
  std::optional<Instant> begun_;
  Instant latest_;
  std::optional<std::int64_t> clock_offset_us_;  // how far the wall clock is ahead of the tick
};

}  // namespace tacit::e2e
