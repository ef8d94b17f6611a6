#include "tacit/usmp/discovery.hpp"

#include "tacit/base/utf8.hpp"

namespace tacit::usmp {

namespace {

using namespace literals;

constexpr std::uint32_t query_magic = 0x55534D3F, answer_magic = 0x55534D21;  // "USM?" and "USM!", as they lie
constexpr std::uint8_t version = 1;

struct QueryFront {
  QueryId id{};

  static constexpr auto layout =
      wire::layout(wire::be_constant<query_magic, Reason::bad_magic>, wire::be_constant<version, Reason::bad_version>,
                   wire::be_constant<std::uint32_t{0}, Reason::bad_body>,
                   wire::be_constant<std::uint8_t{0}, Reason::bad_body>, wire::raw<&QueryFront::id>);
};
static_assert(wire::size_of<QueryFront> == 18);

struct AnswerFront {
  std::uint8_t wires = 0;
  std::uint16_t tcp_port = 0, udp_port = 0;
  QueryId id{};
  std::uint8_t name_size = 0;

  static constexpr auto layout =
      wire::layout(wire::be_constant<answer_magic, Reason::bad_magic>, wire::be_constant<version, Reason::bad_version>,
                   wire::le<&AnswerFront::wires>, wire::le<&AnswerFront::tcp_port>, wire::le<&AnswerFront::udp_port>,
                   wire::raw<&AnswerFront::id>, wire::le<&AnswerFront::name_size>);
};
constexpr std::size_t answer_front = wire::size_of<AnswerFront>;
static_assert(answer_front + server_name_max == answer_size_max);

constexpr bool begins_a_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

}  // namespace

void encode(const Query& query, std::span<std::uint8_t, query_size> out) {
  std::memset(out.data(), 0, out.size());
  wire::encode(QueryFront{query.id}, out);
}

Result<Query> decode_query(Bytes datagram) {
  if (datagram.size() < query_size) return Reason::truncated;
  if (datagram.size() > query_size) return Reason::bad_length;
  const auto front = wire::decode<QueryFront>(datagram);
  if (!front) return front.error();
  for (const std::uint8_t byte : datagram.subspan(wire::size_of<QueryFront>))
    if (byte != 0) return Reason::bad_body;
  return Query{front->id};
}

Result<ServerName> ServerName::cut(std::string_view text) {
  if (!is_utf8(bytes_of(text))) return Reason::bad_utf8;
  if (text.size() > server_name_max) {
    std::size_t end = server_name_max;
    while (!begins_a_character(text[end])) --end;
    text = text.substr(0, end);
  }
  ServerName name;
  name.size_ = static_cast<std::uint8_t>(text.size());
  copy(bytes_of(text), name.text_);
  return name;
}

std::size_t encode(const Answer& answer, std::span<std::uint8_t, answer_size_max> out) {
  const Bytes name = bytes_of(answer.name.text());
  wire::encode(AnswerFront{static_cast<std::uint8_t>(answer.wires), answer.tcp_port, answer.udp_port, answer.id,
                           static_cast<std::uint8_t>(name.size())},
               out);
  copy(name, out.subspan(answer_front));
  return answer_front + name.size();
}

Result<Answer> decode_answer(Bytes datagram) {
  const auto front = wire::decode<AnswerFront>(datagram);
  if (!front) return front.error();
  const Bytes name = datagram.subspan(answer_front);
  if (name.size() < front->name_size) return Reason::truncated;
  if (name.size() > front->name_size || name.size() > server_name_max) return Reason::bad_length;
  const auto wires = static_cast<Wires>(front->wires & static_cast<std::uint8_t>(Wires::both));
  if (wires == Wires::none) return Reason::bad_version;
  if (front->tcp_port == 0 && front->udp_port == 0) return Reason::bad_body;
  const auto text = ServerName::cut(text_of(name));
  if (!text) return text.error();
  return Answer{front->id, wires, front->tcp_port, front->udp_port, *text};
}

Responder::Responder(const Answer& about) : about_(about), allowance_(burst, ticks(200_ms)) {
  require(about.tcp_port != 0 || about.udp_port != 0);
}

std::size_t Responder::input(std::span<Datagram> in, Now now) {
  std::size_t consumed = 0;
  for (; consumed < in.size() && owed_.room() > 0; ++consumed)
    if (const auto taken = take(in[consumed], now); !taken) refused_.add(taken.error());
  return consumed;
}

Result<Done> Responder::take(const Datagram& datagram, Now now) {
  const auto query = decode_query(datagram.bytes);
  if (!query) return query.error();
  const auto seen = std::span(seen_).first(std::min(seen_count_, seen_.size()));
  if (std::find(seen.begin(), seen.end(), query->id) != seen.end()) return Reason::duplicate;
  if (!allowance_.take(tick_of(now.tick))) return Reason::rate_limited;
  seen_[seen_count_++ % seen_.size()] = query->id;
  owed_.push({{.peer = datagram.path.peer, .local = datagram.path.local}, query->id});
  return Done{};
}

void Responder::poll_transmit(Outbox& out, Now) {
  for (; !owed_.empty(); owed_.drop()) {
    about_.id = owed_.front().id;
    std::array<std::uint8_t, answer_size_max> answer;
    const std::size_t size = encode(about_, answer);
    const MutBytes room = out.add(owed_.front().to, size);
    if (room.empty()) return;
    copy(Bytes(answer).first(size), room);
    ++answered_;
  }
}

}  // namespace tacit::usmp
