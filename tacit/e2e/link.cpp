#include "tacit/e2e/link.hpp"

#include <algorithm>
#include <utility>

namespace tacit::e2e {

namespace {

constexpr std::int64_t step_min_us = 1'000'000;

std::int64_t us_of(UnixTime utc) { return std::int64_t{utc.s} * 1'000'000 + utc.ns / 1000; }

}  // namespace

Link::Link(const LinkConfig& config, const Tables& tables, const Key& key, crypto::Random& random)
    : config_(config), envelope_(key, config.envelope, tables.seen, random), base_(envelope_.key()),
      heard_(tables.heard), spoken_(tables.spoken), outgoing_(tables.outgoing),
      topics_(tables.topics, random.value<std::uint32_t>()), events_(tables.events),
      leaving_size_max_(envelope_.packet_size(std::min(outgoing_.slot_size(), message_max))) {}

// What each call that is told the time begins with.
void Link::begin(const Now& now) {
  latest_ = std::max(latest_, now.tick);
  if (!begun_) begun_ = now.tick;
  if (!now.utc) return;
  const std::int64_t offset_us = us_of(*now.utc) - now.tick.us;
  if (clock_offset_us_) {
    const std::int64_t by_us = offset_us - *clock_offset_us_;
    if (by_us >= step_min_us || by_us <= -step_min_us) clock_stepped_ = ClockStepped{{by_us}};
  }
  clock_offset_us_ = offset_us;
  // In terms of the clock as it is now: one that was put right takes the start with it.
  if (config_.refuse_from_before_start)
    envelope_.refuse_before(PacketTime(PacketTime(*now.utc).ns - ns_of(now.tick - *begun_)));
}

Result<Handle> Link::publish(const Publication& what, const Now& now) {
  begin(now);
  const auto handle = enqueue(what, tick_of(now.tick));
  if (!handle) counters_.add(handle.error());
  return handle;
}

Result<Handle> Link::enqueue(const Publication& what, Tick now) {
  if (!is_topic(what.topic)) return Reason::bad_topic;
  if (!spoken_.match(what.topic)) return Reason::topic_not_allowed;
  if (what.priority > priority_max || what.qos > Qos::at_least_once) return Reason::invalid_argument;
  if (what.lifetime <= Duration{} || what.lifetime > lifetime_max) return Reason::invalid_argument;
  if (!envelope_.can_bind(TopicBase::size + 1 + what.topic.size())) return Reason::too_large;
  if (what.message.size() > config_.envelope.pad_size && config_.long_messages == LongMessages::refuse)
    return Reason::length_shows;
  return outgoing_.add(base_.text(), what, now);
}

bool Link::input(const Arrival& arrival, const Now& now) {
  if (events_.room() == 0) return false;
  begin(now);
  if (const auto message = open(arrival, now)) {
    events_.push(*message);
  } else {
    // Where MQTT itself may deliver twice, a packet that comes again on a topic of ours is no attack.
    const bool harmless = message.error() == Reason::replay && (arrival.may_repeat || arrival.retained);
    drop(harmless ? Reason::duplicate : message.error(), arrival.topic, tick_of(now.tick));
  }
  return true;
}

Result<Message> Link::open(const Arrival& arrival, const Now& now) {
  const auto topic = base_.suffix_of(arrival.topic);
  if (!topic || !is_topic(*topic) || !heard_.match(*topic)) return Reason::unknown_channel;
  if (!now.utc) return Reason::no_wall_clock;
  const auto opened = envelope_.open(arrival.topic, arrival.payload, *now.utc);
  if (!opened) return opened.error();
  topics_.received(*topic, now.tick, ns_between(opened->sent_at(), *now.utc));
  return Message{*topic, opened->message(), opened->sent_at(), arrival.retained};
}

// Always counted, told at a bounded rate: anybody can make us drop things.
void Link::drop(Reason reason, std::string_view topic, Tick now) {
  counters_.add(reason);
  if (const auto suffix = base_.suffix_of(topic)) topics_.refused(*suffix);
  if (drop_notices_.take(reason, now)) events_.push(Dropped{reason, topic});
}

void Link::timeout(const Now& now) {
  begin(now);
  expire(now);
}

void Link::expire(const Now& now) {
  while (Slot* const slot = outgoing_.pop_overdue(tick_of(now.tick)))
    outgoing_.finish(*slot, now.utc ? Reason::expired : Reason::no_wall_clock);
}

std::optional<Leaving> Link::next(MutBytes out, const Now& now) {
  begin(now);
  expire(now);
  Slot* const slot = outgoing_.front();
  if (!slot || !now.utc) return std::nullopt;
  require(out.size() >= leaving_size_max_);
  const auto sealed = envelope_.seal(slot->topic(), slot->message(), *now.utc, out);  // publish() has seen that it can
  outgoing_.take(*slot);
  if (sealed->longer_than_pad) length_shows_ = LengthShows{slot->handle};
  topics_.sent(*base_.suffix_of(slot->topic()), now.tick);
  return Leaving{slot->handle, slot->topic(), out.first(sealed->size),
                 slot->qos,    slot->retain,  now.tick + Duration{config_.envelope.past.ns / 1000}};
}

std::optional<Event> Link::poll_event() {
  if (auto stepped = std::exchange(clock_stepped_, std::nullopt)) return *stepped;
  if (auto shows = std::exchange(length_shows_, std::nullopt)) return *shows;
  if (auto outcome = outgoing_.poll_outcome()) {
    if (outcome->reason) counters_.add(*outcome->reason);
    return *outcome;
  }
  return events_.pop();
}

std::optional<Instant> Link::next_timeout() const {
  const auto next = outgoing_.next_timeout();
  if (!next) return std::nullopt;
  return instant_of(*next, latest_);
}

}  // namespace tacit::e2e
