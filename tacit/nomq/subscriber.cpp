#include "tacit/nomq/subscriber.hpp"

#include <limits>

#include "tacit/base/utf8.hpp"

namespace tacit::nomq {

namespace {

// Without either of them every acknowledgement leaves at once, and once.
constexpr bool keeps_receipts = features.manual_acknowledgement || features.legacy;
constexpr Ticks receipt_lifetime = ticks({120'000'000});
constexpr std::array<Ticks, 3> legacy_pubrec_repeats{ticks({1'000'000}), ticks({2'000'000}), ticks({4'000'000})};

PacketType acknowledgement_of(const Message& message) {
  return message.qos == Qos::at_least_once ? PacketType::ack : PacketType::pubrec;
}

}  // namespace

Subscriber::Subscriber(Common& common, const Tables& tables, Channels& channels, Answers& answers, Replay& replay)
    : common_(common), channels_(channels), answers_(answers), replay_(replay), receipts_(tables.receipts),
      index_(tables.receipt_buckets) {
  for (Receipt& receipt : receipts_) {
    receipt.kind = static_cast<std::uint8_t>(Alarm::receipt);
    free_.push_back(receipt);
  }
}

Result<Done> Subscriber::on_publish(const Received& in, Message& message) {
  const Header& header = in.header();
  const auto nonce = read(in, message);
  if (!nonce) return nonce.error();
  message.maybe_repeated = !since_start(message, in.packet);
  if (message.maybe_repeated && !message.retain && common_.config.across_restart == AcrossRestart::at_most_once)
    return Reason::before_start;

  const bool counts_up = !common_.legacy() && PublishFlags::of(header.flags).ids_count_up;
  const auto sight = replay_.look(header, counts_up, *nonce, in.at);
  if (!sight) return sight.error();
  if (*sight == Replay::Sight::again) return repeated(message, in);
  if (auto owed = acknowledge(message, in); !owed) return owed;
  replay_.remember(header, counts_up, *nonce, in.at);
  return Done{};
}

// It was published after we started, so it cannot have been told before. Whose clock was set back since it was
// published says a time that will not come for a while, from which nothing follows; the two clocks of one packet may be
// read a second apart.
bool Subscriber::since_start(const Message& message, const Opened& packet) const {
  if (over(message.published_s, packet.unix_s(packet.header().sent_at_s), 1)) return false;
  return message.published_s * std::int64_t{1'000'000} > started_us_ + std::int64_t{clock_window_s} * 1'000'000;
}

// What a PUBLISH says, if it says it rightly and to us; its nonce is not the owner's affair. The order of the checks is
// the specification's.
Result<std::uint32_t> Subscriber::read(const Received& in, Message& message) const {
  const Header& header = in.header();
  const auto flags = PublishFlags::of(header.flags);
  if (flags.qos == Qos::undefined) return Reason::bad_qos;
  if (flags.qos == Qos::exactly_once && !features.qos2) return Reason::not_supported;
  const auto body = read_publish(in.packet.body(), common_.profile());
  if (!body) return body.error();
  if (body->message.size() > message_max) return Reason::too_large;
  if (body->message.empty() && !flags.retain) return Reason::empty_message;
  if (common_.legacy() && !is_utf8(body->message)) return Reason::bad_utf8;
  // Both times are the sender's clock, so its error does not matter here.
  const Preamble& preamble = body->preamble;
  const bool expired =
      preamble.published_s_high == 0 && over(header.sent_at_s, preamble.published_s, header.ttl_s + 1u);
  if (expired && (!common_.legacy() || common_.config.legacy_enforce_ttl)) return Reason::expired;
  const Channel* channel = channels_.subscribed(header.channel);
  if (!channel) return Reason::unknown_channel;

  message.channel = channel->name;
  message.payload = body->message;
  message.path = in.from;
  message.from = header.session;
  message.id = header.id;
  message.published_s = in.packet.unix_s(preamble.published_s);
  message.ttl_s = header.ttl_s;
  message.priority = flags.priority;
  message.qos = flags.qos;
  message.retain = flags.retain;
  return preamble.nonce;
}

// Not told again; acknowledged again, because our first acknowledgement may be what got lost, but not
// before the owner has accepted what it was told.
Reason Subscriber::repeated(const Message& message, const Received& in) {
  if (message.qos == Qos::at_most_once) return Reason::replay;
  Receipt* receipt = keeps_receipts ? index_.find({message.from, message.id}) : nullptr;
  if (receipt) receipt->answer.to = {.peer = in.from.peer, .local = in.from.local};
  if (!receipt || receipt->state != Receipt::State::unaccepted)
    answers_.push(acknowledgement_of(message), common_.self.session(), in);
  return Reason::duplicate;
}

Result<Done> Subscriber::acknowledge(Message& message, const Received& in) {
  if (message.qos == Qos::at_most_once) return Done{};
  const bool manual = features.manual_acknowledgement && common_.config.manual_acknowledgement;
  const bool pubrec_may_get_lost = common_.legacy() && message.qos == Qos::exactly_once;
  Receipt* receipt = manual || pubrec_may_get_lost ? free_.front() : nullptr;
  if (!receipt && manual) return Reason::unaccepted_full;
  if (!manual) answers_.push(acknowledgement_of(message), common_.self.session(), in);
  if (!receipt) return Done{};  // a PUBREC to a board is sent once then, as the original's
  receipt->token = new_token(*receipt);
  Answers::write(in, acknowledgement_of(message), common_.self.session(), receipt->answer);
  receipt->from = message.from;
  receipt->tries = 0;
  held_.push_back(*receipt);
  index_.insert(*receipt);
  if (manual) {
    receipt->state = Receipt::State::unaccepted;
    message.token = receipt->token;
    common_.timers.set(*receipt, in.at + receipt_lifetime);
  } else {
    receipt->state = Receipt::State::pubrec_sent;
    common_.timers.set(*receipt, in.at + legacy_pubrec_repeats[0]);
  }
  return Done{};
}

// Its remainder is the receipt's place, so that no search is needed. It begins again before 32 bits are used up.
Token Subscriber::new_token(const Receipt& receipt) {
  const auto size = static_cast<std::uint32_t>(receipts_.size());
  if (++token_round_ >= std::numeric_limits<std::uint32_t>::max() / size) token_round_ = 1;
  return Token{token_round_ * size + static_cast<std::uint32_t>(&receipt - receipts_.data())};
}

Result<bool> Subscriber::on_pubrel(const Received& in) {
  const Header& header = in.header();
  const auto body = wire::decode<ControlBody>(in.packet.body());
  if (!body || in.packet.body().size() != wire::size_of<ControlBody> || body->id != header.id) return Reason::bad_body;
  Receipt* receipt = keeps_receipts ? index_.find({header.session, header.id}) : nullptr;
  if (receipt && receipt->state == Receipt::State::unaccepted) return Reason::wrong_state;
  const bool awaited = receipt && receipt->state == Receipt::State::pubrec_sent;
  if (awaited) forget(*receipt);
  answers_.push(PacketType::pubcomp, common_.self.session(), in);
  return awaited;
}

Result<Done> Subscriber::accept(Token token) {
  if (!features.manual_acknowledgement) return Reason::not_supported;
  if (receipts_.empty()) return Reason::unknown_token;
  Receipt& receipt = receipts_[static_cast<std::uint32_t>(token) % receipts_.size()];
  if (receipt.token != token || receipt.state != Receipt::State::unaccepted) return Reason::unknown_token;
  receipt.state = Receipt::State::accepted;
  leaving_.push_back(receipt);
  return Done{};
}

bool Subscriber::transmit(Sealing& sealing, Tick now) {
  while (Receipt* receipt = keeps_receipts ? leaving_.front() : nullptr) {
    receipt->answer.session = common_.self.session();
    if (!Answers::put(receipt->answer, sealing)) return false;
    const bool repeats =
        common_.legacy() && receipt->answer.type == PacketType::pubrec && receipt->tries < legacy_pubrec_repeats.size();
    if (repeats) {
      receipt->state = Receipt::State::pubrec_sent;
      held_.push_back(*receipt);
      common_.timers.set(*receipt, now + legacy_pubrec_repeats[receipt->tries]);
    } else {
      forget(*receipt);
    }
  }
  return true;
}

void Subscriber::on_receipt_alarm(Receipt& receipt, Tick) {
  if (receipt.state != Receipt::State::pubrec_sent) return forget(receipt);  // its publisher has long given up
  ++receipt.tries;
  leaving_.push_back(receipt);
}

void Subscriber::forget(Receipt& receipt) {
  common_.timers.cancel(receipt);
  index_.erase(receipt);
  receipt.token = Token::none;
  free_.push_front(receipt);
}

}  // namespace tacit::nomq
