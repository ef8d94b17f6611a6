#include "tests/sim/board.hpp"

#include "tacit/port/sim/host.hpp"

namespace tacit::test {

using namespace literals;
using namespace nomq;

namespace {

constexpr std::size_t message_at = 20;
constexpr Duration nonce_lifetime = 30_s, session_lifetime_of_boards = 300_s, poll_lasts = 100_ms, sleep = 100_ms;
constexpr std::size_t nonces_max = 100;

}  // namespace

Board::Board(sim::Network& network, std::uint8_t number, Epoch epoch)
    : network_(network), at_(endpoint(number, 8888)), epoch_(epoch), random_(number), poll_since_(network.now()),
      session_(random_.value<SessionId>()), session_since_(network.now()) {
  network_.seat(*this);
}

void Board::publish(std::string_view channel, std::string_view text, Qos qos, std::optional<Endpoint> to) {
  if (network_.now() - session_since_ > session_lifetime_of_boards) {
    session_ = random_.value<SessionId>();
    session_since_ = network_.now();
    seen_.clear();
  }
  std::vector<std::uint8_t> body(wire::size_of<Preamble> + text.size());
  const std::uint32_t now_s = epoch_ == Epoch::y2000 ? unix_s() - seconds_1970_to_2000 : unix_s();
  wire::encode(Preamble{0, now_s, random_.value<std::uint32_t>(), static_cast<std::uint32_t>(text.size())}, body);
  copy(bytes_of(text), MutBytes(body).last(text.size()));
  Header header;
  header.type = PacketType::publish;
  header.flags = PublishFlags{qos, false, false, 0}.bits();
  header.id = random_.value<PacketId>();
  header.channel = channel_id(channel);
  if (qos != Qos::at_most_once) pending_[header.id] = State::publish_sent;
  send(header, body, to);
}

// --- Its loop ----------------------------------------------------------------------------------------

// lwIP does not bring a broadcast back to who sent it.
void Board::land(std::span<sim::Packet> packets) {
  for (const sim::Packet& packet : packets) {
    if (packet.from == at_) continue;
    if (socket_.size() == socket_size) {
      ++overrun;
      continue;
    }
    if (socket_.empty()) ready_at_ = polls_at(network_.now());
    socket_.push_back(packet);
  }
}

std::optional<Instant> Board::next() const {
  if (socket_.empty()) return std::nullopt;
  return ready_at_;
}

void Board::wake() {
  while (!socket_.empty() && ready_at_ <= network_.now()) {
    sim::Packet packet = socket_.front();
    socket_.pop_front();
    const bool handled = on_packet(packet);
    poll_since_ = ready_at_ = network_.now() + (handled ? sleep : Duration{});  // what it refuses does not let it sleep
  }
}

// It polls and sleeps in turn while there is nothing.
Instant Board::polls_at(Instant now) const {
  if (now < poll_since_) return poll_since_;
  const std::int64_t in_turn = (now - poll_since_).us % (poll_lasts.us + sleep.us);
  if (in_turn < poll_lasts.us) return now;
  return now + Duration{poll_lasts.us + sleep.us - in_turn};
}

// --- What it takes -----------------------------------------------------------------------------------

bool Board::on_packet(sim::Packet& packet) {
  auto job = begin_open(packet.bytes);
  if (!job) return false;
  crypto::PacketCipher& cipher = cipher_;
  cipher.open({&*job, 1});
  const auto opened = finish_open(*job, {unix_s(), epoch_});
  if (!opened || !channels_.contains(opened->header().channel)) return false;
  const Header& header = opened->header();
  switch (header.type) {
    case PacketType::publish: on_publish(*opened, packet.from); break;
    case PacketType::heartbeat: {
      Header answer;
      answer.type = PacketType::heartbeat;
      answer.id = random_.value<PacketId>();
      send(answer, {}, packet.from);
      break;
    }
    default: on_control(header, packet.from);
  }
  return true;
}

void Board::on_publish(const Opened& packet, const Endpoint& from) {
  const Bytes body = packet.body();
  if (body.size() < message_at) return;
  const Preamble preamble = *wire::decode<Preamble>(body);
  if (body.size() - message_at < preamble.message_size) return;
  nonces.push_back(preamble.nonce);
  if (!is_new(preamble.nonce)) return;
  heard.emplace_back(text_of(body.subspan(message_at, preamble.message_size)));
  const Qos qos = PublishFlags::of(packet.header().flags).qos;
  if (qos == Qos::at_least_once) reply(PacketType::ack, packet.header(), from, static_cast<std::uint8_t>(qos));
  if (qos != Qos::exactly_once) return;
  pending_[packet.header().id] = State::pubrec_sent;
  reply(PacketType::pubrec, packet.header(), from);
}

// Its list is tidied only where another message comes.
bool Board::is_new(std::uint32_t nonce) {
  if (std::ranges::any_of(seen_, [&](const auto& one) { return one.second == nonce; })) return false;
  seen_.emplace_back(network_.now(), nonce);
  while (seen_.size() > nonces_max || network_.now() - seen_.front().first > nonce_lifetime) seen_.pop_front();
  return true;
}

void Board::on_control(const Header& header, const Endpoint& from) {
  const auto found = pending_.find(header.id);
  const State state = found == pending_.end() ? State::none : found->second;
  if (header.type == PacketType::ack && state != State::none) {
    pending_.erase(found);
  } else if (header.type == PacketType::pubrec && state == State::publish_sent) {
    found->second = State::pubrel_sent;
    reply(PacketType::pubrel, header, from);
  } else if (header.type == PacketType::pubrel && state == State::pubrec_sent) {
    pending_.erase(found);
    reply(PacketType::pubcomp, header, from);
  } else if (header.type == PacketType::pubcomp && state == State::pubrel_sent) {
    pending_.erase(found);
  }
}

// --- What it sends -----------------------------------------------------------------------------------

void Board::reply(PacketType type, const Header& to, const Endpoint& at, std::uint8_t flags) {
  std::array<std::uint8_t, wire::size_of<ControlBody>> body;
  wire::encode(ControlBody{to.id}, body);
  Header header;
  header.type = type;
  header.flags = flags;
  header.id = to.id;
  header.channel = to.channel;
  send(header, body, at);
}

void Board::send(Header header, Bytes body, std::optional<Endpoint> to) {
  header.session = session_;
  const std::uint32_t now_s = epoch_ == Epoch::y2000 ? unix_s() - seconds_1970_to_2000 : unix_s();
  const Said said = forge_(header, body, {network_.now(), UnixTime{now_s, 0}});
  network_.send({at_, to.value_or(Endpoint{}), !to, said.bytes});
}

std::uint32_t Board::unix_s() const {
  return sim::Host<Node>::epoch_s + static_cast<std::uint32_t>(network_.now().us / 1'000'000);
}

}  // namespace tacit::test
