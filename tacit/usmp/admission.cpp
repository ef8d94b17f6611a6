#include "tacit/usmp/admission.hpp"

#include <algorithm>

namespace tacit::usmp {

namespace {

bool is_ipv4(const Endpoint& at) {
  constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  return std::equal(mapped.begin(), mapped.end(), at.ip.begin());
}

Ticks lock_out_of(const Record& record) {
  if (record.failures <= Admission::free_failures) return {};
  const Ticks most = record.known ? Admission::lock_known_max : Admission::lock_max;
  const auto doublings = std::min<unsigned>(record.failures - Admission::free_failures - 1u, 6u);
  return std::min(Admission::lock_first * (1u << doublings), most);
}

}  // namespace

Prefix prefix_of(const Endpoint& at, std::uint32_t salt) {
  Prefix prefix;
  copy(Bytes(at.ip).first(is_ipv4(at) ? 16 : 8), prefix.ip);
  prefix.hash = salted_hash(salt, prefix.ip);
  return prefix;
}

void Admission::ByPrefix::begin(Origin& origin, const Prefix& prefix) {
  origin.prefix = prefix;
  origin.strikes = 0;
}

void Admission::ByDevice::begin(Record& record, const Record::Key& key) {
  record.key = key;
  record.known = false;
  record.failures = 0;
}

Admission::Admission(const Tables& tables, const Limits& limits, std::uint32_t salt)
    : limits_(limits), salt_(salt), origins_(tables.origins, tables.origin_buckets),
      records_(tables.records, tables.record_buckets) {}

Result<Origin*> Admission::begin_handshake(const Endpoint& from, AddressTrust trust) {
  Origin* origin = origin_of(from);
  if (!origin) return Reason::handshakes_full;
  std::uint16_t& running = trust == AddressTrust::proven ? origin->handshakes : origin->unproven;
  if (running >= limits_.handshakes_per_origin) return Reason::address_full;
  ++running;
  origins_.hold(*origin);
  return origin;
}

void Admission::end_handshake(Origin& origin, AddressTrust trust) {
  --(trust == AddressTrust::proven ? origin.handshakes : origin.unproven);
  release(origin);
}

void Admission::end_session(Origin& origin) {
  --origin.sessions;
  release(origin);
}

Origin& Admission::move_session(Origin& from, const Endpoint& to) {
  Origin* origin = origin_of(to);
  if (!origin || origin == &from) return from;
  origins_.hold(*origin);
  ++origin->sessions;
  end_session(from);
  return *origin;
}

Result<Done> Admission::may_try(const DeviceId& device, const Origin& origin, Tick now) const {
  const Record* record = records_.find({origin.prefix, device});
  if (record && locked(*record, now)) return Reason::locked_out;
  const bool known = record && record->known;
  if (!known && strikes(origin, now) >= strikes_max) return Reason::locked_out;
  return Done{};
}

void Admission::failed(const DeviceId& device, Origin& origin, Tick now) {
  origin.strikes = static_cast<std::uint16_t>(std::min<unsigned>(strikes(origin, now) + 1u, strikes_max));
  origin.struck_at = now;
  Record* record = record_of(device, origin, now);
  if (!record) return;
  if (now - record->failed_at > forgiven_after) record->failures = 0;
  if (record->failures < 255) ++record->failures;
  record->failed_at = now;
  records_.touch(*record);
}

void Admission::succeeded(const DeviceId& device, const Origin& origin, Tick now) {
  Record* record = record_of(device, origin, now);
  if (!record) return;
  record->known = true;
  record->failures = 0;
  records_.touch(*record);
}

Origin* Admission::origin_of(const Endpoint& at) {
  const Prefix prefix = prefix_of(at, salt_);
  Origin* origin = origins_.find(prefix);
  return origin ? origin : origins_.add(prefix);
}

void Admission::release(Origin& origin) {
  if (origin.handshakes == 0 && origin.unproven == 0 && origin.sessions == 0) origins_.touch(origin);
}

Record* Admission::record_of(const DeviceId& device, const Origin& origin, Tick now) {
  const Record::Key key{origin.prefix, device};
  if (Record* record = records_.find(key)) return record;
  const Record* gives_way = records_.next_to_go();
  if (gives_way && locked(*gives_way, now)) return nullptr;  // nobody's failure ends the lock-out of another
  return records_.add(key);
}

bool Admission::locked(const Record& record, Tick now) { return now - record.failed_at < lock_out_of(record); }

std::uint16_t Admission::strikes(const Origin& origin, Tick now) {
  const std::uint32_t forgiven = (now - origin.struck_at).count / strike_forgiven_every.count;
  return static_cast<std::uint16_t>(origin.strikes - std::min<std::uint32_t>(origin.strikes, forgiven));
}

}  // namespace tacit::usmp
