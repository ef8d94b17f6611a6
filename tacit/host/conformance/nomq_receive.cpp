#include <algorithm>

#include "tacit/host/conformance/nomq_pending.hpp"
#include "tacit/host/conformance/nomq_sections.hpp"
#include "tacit/host/reasons.hpp"

// What a node makes of packets. observe() sees what is put in and never what is expected of it.
namespace tacit::host::conformance {
namespace {

using nomq::PacketType;
using nomq::Profile;

constexpr Duration afterwards{100'000};
constexpr std::string_view heartbeat_or_not = "HEARTBEAT at most once per interval and peer";

struct Observed {
  std::string trouble;  // why there is no verdict
  Verdict verdict{};
  std::vector<Reason> dropped;
  std::vector<std::string> replies;
  std::size_t delivered = 0;
};

std::string_view word_of(PacketType type) {
  switch (type) {
    case PacketType::ack: return "ACK";
    case PacketType::pubrec: return "PUBREC";
    case PacketType::pubrel: return "PUBREL";
    case PacketType::pubcomp: return "PUBCOMP";
    case PacketType::heartbeat: return "HEARTBEAT";
    default: return {};
  }
}

// --- Replies -----------------------------------------------------------------------------------------

// What a node sends to the peer, read as replies to what came from it.
class Replies {
 public:
  Replies(Station& station, const std::vector<ByteString>& packets)
      : station_(station), heartbeats_(type_of(packets.front()) == PacketType::heartbeat) {}

  // All that was sent since it was last asked, in answer to one of `packets`.
  void take(std::span<const ByteString> packets) {
    for (const Station::Sent& sent : station_.sent())
      if (sent.to_peer) take(sent.bytes, packets);
    delivered_ += station_.delivered();
    station_.forget();
  }

  const std::vector<std::string>& words() const { return words_; }
  std::size_t delivered() const { return delivered_; }
  const std::string& trouble() const { return trouble_; }
  bool completed(std::uint32_t id) const {
    return std::find(completed_.begin(), completed_.end(), nomq::PacketId{id}) != completed_.end();
  }

 private:
  void take(ByteString bytes, std::span<const ByteString> packets) {
    const auto opened = station_.open(bytes);
    if (!opened) return fail("a packet that does not open (" + std::string(explain(opened.error()).name) + ")");
    const nomq::Header& header = opened->header();
    const std::string word(word_of(header.type));
    if (word.empty() || (header.type == PacketType::heartbeat && !(heartbeats_ && answers(*opened)))) return;
    words_.push_back(word);
    if (header.type == PacketType::pubcomp) completed_.push_back(header.id);
    if (header.type == PacketType::heartbeat) return;

    const bool answers_one = std::any_of(packets.begin(), packets.end(), [&](const ByteString& packet) {
      return packet_id_of(packet) == header.id && channel_of(packet) == header.channel;
    });
    const std::uint8_t flags = header.type == PacketType::ack ? 1 : 0;
    const auto body = wire::decode<nomq::ControlBody>(opened->body());
    if (!answers_one) fail(word + " with the packet id or channel id of no packet that it answers");
    if (header.session != own_session) fail(word + " with another session");
    if (header.ttl_s != nomq::ttl_default_s) fail(word + " with TTL " + std::to_string(header.ttl_s));
    if (header.sent_at_s != station_.now().utc->s) fail(word + " with another time");
    if (header.flags != flags) fail(word + " with flags " + std::to_string(header.flags));
    if (!body || opened->body().size() != wire::size_of<nomq::ControlBody> || body->id != header.id)
      fail(word + " with another payload than its packet id");
  }

  // A HEARTBEAT of its own accord answers none. Those of the original say nothing, and are all answers.
  bool answers(const nomq::Opened& heartbeat) const {
    if (station_.profile() == Profile::legacy) return true;
    const auto body = wire::decode<nomq::HeartbeatBody>(heartbeat.body());
    return body && body->answers != nomq::PacketId{};
  }

  void fail(const std::string& what) {
    if (trouble_.empty()) trouble_ = what;
  }

  Station& station_;
  bool heartbeats_;
  std::vector<std::string> words_;
  std::vector<nomq::PacketId> completed_;
  std::size_t delivered_ = 0;
  std::string trouble_;
};

// --- The verdict -------------------------------------------------------------------------------------

bool is_gone(const PendingEntry& entry, Station& station, const Replies& replies) {
  if (entry.handle) return station.ended(*entry.handle);
  // A v1 node remembers that it has seen the message, and nothing about the exchange: that is over for the peer
  // when it is told so. A legacy node waits for the PUBREL.
  if (station.profile() == Profile::v1) return replies.completed(entry.packet_id);
  return !station.node().awaits_pubrel(peer_session, nomq::PacketId{entry.packet_id});
}

bool is_alive(Station& station, Instant arrived) {
  const auto peer = station.node().peer(peer_session);
  return peer && peer->present && peer->heard_at >= arrived;
}

Verdict verdict_of(Station& station, const ReceiveInputs& inputs, const std::vector<PendingEntry>& pending,
                   const Observed& observed, const Replies& replies, Instant arrived) {
  const bool all_dropped = observed.dropped.size() == inputs.packets.size();
  if (all_dropped && observed.delivered == 0 && observed.replies.empty()) return Verdict::drop;
  for (const PendingEntry& entry : pending)
    if (is_gone(entry, station, replies)) return Verdict::complete;
  for (const PendingEntry& entry : pending)
    if (station.node().awaits_pubcomp(peer_session, nomq::PacketId{entry.packet_id})) return Verdict::advance;
  const ByteString& first = inputs.packets.front();
  const auto type = type_of(first);
  if (type == PacketType::subscribe || type == PacketType::unsubscribe)
    return station.node().listens(peer_session, channel_of(first)) ? Verdict::note_subscription
                                                                   : Verdict::forget_subscription;
  if (type == PacketType::heartbeat && is_alive(station, arrived)) return Verdict::peer_alive;
  return Verdict::accept;
}

Observed observe(const ReceiveInputs& inputs, Profile profile, const NomqKeys& keys) {
  Observed observed;
  Station station(profile, keys, inputs.now_s, inputs.subscribed);
  for (const std::string& channel : inputs.subscribed)
    if (!station.node().subscribed(nomq::channel_id(channel))) observed.trouble = "cannot subscribe to " + channel;
  const auto pending = set_up(station, inputs);
  if (!pending) observed.trouble = "a pending state that this node cannot be in (" + pending.error() + ")";
  if (!observed.trouble.empty()) return observed;

  station.pass({10'000});  // so that what is seen now is told from what was seen before
  station.forget();
  const Instant arrived = station.now().tick;
  Replies replies(station, inputs.packets);
  for (const ByteString& packet : inputs.packets) {
    if (const auto reason = station.receive(packet)) observed.dropped.push_back(*reason);
    replies.take({&packet, 1});
  }
  station.pass(afterwards);
  replies.take(inputs.packets);

  observed.trouble = replies.trouble();
  observed.replies = replies.words();
  observed.delivered = replies.delivered();
  observed.verdict = verdict_of(station, inputs, *pending, observed, replies, arrived);
  return observed;
}

// --- The judgement -----------------------------------------------------------------------------------

std::string list_of(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
  return list.empty() ? "none" : list;
}

std::string list_of(const std::vector<Reason>& reasons) {
  std::vector<std::string> names;
  for (const Reason reason : reasons) names.emplace_back(explain(reason).name);
  return list_of(names);
}

bool match(std::span<const std::string> replies, std::span<const std::string> expected) {
  if (expected.empty()) return replies.empty();
  const auto rest = expected.subspan(1);
  if (expected.front() == heartbeat_or_not)
    return match(replies, rest) ||
           (!replies.empty() && replies.front() == "HEARTBEAT" && match(replies.subspan(1), rest));
  return !replies.empty() && replies.front() == expected.front() && match(replies.subspan(1), rest);
}

Comparison compare(const Observed& observed, const ReceiveCase& c, std::string_view profile) {
  const ReceiveExpectation& expected = c.expected;
  Comparison comparison;
  const std::string prefix = std::string(profile) + ": ";
  const std::string should(name_of(expected.verdict));
  if (!observed.trouble.empty()) {
    comparison.note(prefix + observed.trouble, should);
  } else if (observed.verdict != expected.verdict) {
    const bool drop = observed.verdict == Verdict::drop;
    comparison.note(prefix + std::string(name_of(observed.verdict)) +
                        (drop ? " (" + list_of(observed.dropped) + ")" : " with replies " + list_of(observed.replies)),
                    expected.why ? should + " (" + std::string(expected.why->word) + ")" : should);
  } else if (expected.why) {
    for (const Reason reason : observed.dropped)
      if (reason != expected.why->reasons[0] && reason != expected.why->reasons[1])
        comparison.note(prefix + "drop (" + std::string(explain(reason).name) + ")",
                        should + " (" + std::string(expected.why->word) + ")");
  } else {
    if (!match(observed.replies, expected.replies))
      comparison.note(prefix + "replies " + list_of(observed.replies), list_of(expected.replies));
    const bool publish = type_of(c.inputs.packets.front()) == PacketType::publish;
    const bool delivers = expected.verdict == Verdict::accept && publish;
    comparison.number(prefix + "delivered", observed.delivered, expected.delivered.value_or(delivers ? 1 : 0));
  }
  return comparison;
}

}  // namespace

Report run_receive(const NomqVectors& vectors) {
  Report report;
  const auto run = [&](std::size_t i, const std::optional<ReceiveCase>& c, Profile profile, std::string_view name) {
    if (!c) return;
    report.add("receive", i, vectors.receive[i].name, compare(observe(c->inputs, profile, vectors.keys), *c, name));
  };
  for (std::size_t i = 0; i < vectors.receive.size(); ++i) {
    run(i, vectors.receive[i].compat, Profile::legacy, "legacy");
    run(i, vectors.receive[i].spec, Profile::v1, "v1");
  }
  return report;
}

}  // namespace tacit::host::conformance
