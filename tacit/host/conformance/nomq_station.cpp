#include "tacit/host/conformance/nomq_station.hpp"

#include <algorithm>

#include "tacit/host/reasons.hpp"

namespace tacit::host::conformance {
namespace {

constexpr std::uint32_t age_s = 3600;

bool refuses_packets(Reason reason) {
  const ReasonGroup group = explain(reason).group;
  return group != ReasonGroup::outcome;
}

}  // namespace

Station::Station(nomq::Profile profile, const NomqKeys& keys, std::uint32_t now_s,
                 const std::vector<std::string>& subscribed)
    : profile_(profile), now_s_(now_s), suffix_(keys.encryption, keys.mac), hmac_(keys.encryption, keys.mac),
      memory_(std::make_unique<Memory>()), node_({.profile = profile}, memory_->tables(), cipher(), dice_) {
  node_.timeout(now());
  for (const std::string& channel : subscribed) (void)node_.subscribe(channel, now());
  drain(node_, *this, now());
  pass({std::int64_t{age_s} * 1'000'000});
  node_.become(own_session, {});
  forget();
}

crypto::PacketCipher& Station::cipher() {
  if (profile_ == nomq::Profile::legacy) return suffix_;
  return hmac_;
}

Now Station::now() const {
  const auto passed_s = static_cast<std::uint32_t>(std::min<std::int64_t>(tick_.us / 1'000'000, age_s));
  return {tick_, UnixTime{now_s_ - std::min(now_s_, age_s - passed_s), 0}};
}

std::optional<Reason> Station::receive(Bytes packet) {
  const Counters before = node_.counters();
  ByteString bytes(packet.begin(), packet.end());  // opened where they lie
  Datagram datagram{{.peer = peer_address, .local = own_address}, bytes};
  offer(node_, *this, {&datagram, 1}, now());
  for (std::size_t i = 0; i < reason_count; ++i) {
    const auto reason = static_cast<Reason>(i);
    if (node_.counters()[reason] != before[reason] && refuses_packets(reason)) return reason;
  }
  return std::nullopt;
}

void Station::pass(Duration duration) {
  const Instant end = tick_ + duration;
  for (auto next = node_.next_timeout(); next && *next <= end; next = node_.next_timeout()) {
    tick_ = std::max(tick_, *next);
    wake(node_, *this, now());
  }
  tick_ = end;
}

Result<nomq::Handle> Station::publish(const nomq::Publication& what) {
  const auto handle = node_.publish(what, now());
  drain(node_, *this, now());
  return handle;
}

ByteString Station::seal_as_peer(nomq::Header header, Bytes body) {
  header.session = peer_session;
  header.sent_at_s = now_s_;
  dice_.fill(header.iv);
  ByteString packet(nomq::sealed_size(body.size()));
  crypto::SealJob job = nomq::begin_seal(header, body, {}, packet);
  cipher().seal({&job, 1});
  return packet;
}

Result<nomq::Opened> Station::open(MutBytes packet) {
  auto job = nomq::begin_open(packet);
  if (!job) return job.error();
  cipher().open({&*job, 1});
  return nomq::finish_open(*job, {now_s_});
}

bool Station::ended(nomq::Handle handle) const {
  return std::find(ended_.begin(), ended_.end(), handle) != ended_.end();
}

void Station::forget() {
  sent_.clear();
  delivered_ = 0;
}

Outbox& Station::outbox() {
  outbox_.clear();
  return outbox_;
}

void Station::send(const Outbox& out) {
  for (const Outbox::Run& run : out.runs())
    for_each_datagram(run.bytes, run.datagram_size, [&](Bytes packet) {
      const bool to_peer = !run.path.to_group && run.path.peer == peer_address;
      sent_.push_back({to_peer, {packet.begin(), packet.end()}});
    });
}

void Station::deliver(const nomq::Event& event) {
  if (std::holds_alternative<nomq::Message>(event)) ++delivered_;
  if (const auto* outcome = std::get_if<nomq::Outcome>(&event)) ended_.push_back(outcome->handle);
}

// SplitMix64.
void Station::Dice::fill(MutBytes out) {
  for (std::uint8_t& byte : out) {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    byte = static_cast<std::uint8_t>(z ^ z >> 31);
  }
}

}  // namespace tacit::host::conformance
