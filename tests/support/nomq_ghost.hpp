#pragma once
#include "tests/support/nomq_forge.hpp"

namespace tacit::test {

// A peer that does only what a test makes it do, at the moment the test wants it. It has a session, an address, the
// key, and packet ids that count up.
class Ghost {
 public:
  explicit Ghost(std::uint8_t number) : session(nomq::SessionId{1000u + number}), address(endpoint(number)) {}

  template <class Station> auto subscribes(Station& to, std::string_view channel, double when) {
    mark_ ^= nomq::mark_of(nomq::channel_id(channel));
    return says(to, forge(nomq::PacketType::subscribe, channel, when), when);
  }
  template <class Station> auto unsubscribes(Station& to, std::string_view channel, double when) {
    mark_ ^= nomq::mark_of(nomq::channel_id(channel));
    return says(to, forge(nomq::PacketType::unsubscribe, channel, when), when);
  }
  template <class Station>
  auto acknowledges(Station& to, const nomq::Header& what, double when, nomq::PacketType type = nomq::PacketType::ack) {
    return says(to, forge_.acknowledgement(session, what, at(when), type), when);
  }
  template <class Station> auto asks(Station& to, double when) {
    return says(to, forge_.heartbeat(session, next_id(), body(), at(when), {}, nomq::ttl_default_s, {true, false}),
                when);
  }
  template <class Station> auto answers(Station& to, nomq::PacketId ask, double when) {
    return says(to, forge_.heartbeat(session, next_id(), body(ask), at(when)), when);
  }
  template <class Station> auto beats(Station& to, double when) { return answers(to, nomq::PacketId{}, when); }
  template <class Station> auto leaves(Station& to, double when) {
    return says(to, forge_.heartbeat(session, next_id(), body(), at(when), {}, 0), when);
  }
  // Asks, and answers what the answer asks: its address is proven.
  template <class Station> void proves(Station& to, double when) {
    (void)asks(to, when);
    for (const Said& said : to.say(at(when)))
      if (said.type() == nomq::PacketType::heartbeat && said.path.peer == address)
        (void)answers(to, said.header().id, when);
  }
  template <class Station>
  auto publishes(Station& to, nomq::PacketId id, std::string_view text, double when,
                 nomq::PublishFlags flags = {nomq::Qos::at_least_once, false, true, 0}) {
    return says(to, forge_.message(session, id, "pressure", text, at(when), flags), when);
  }
  template <class Station> auto says(Station& to, const Said& what, double when) {
    return to.hear({what}, address, at(when));
  }

  // As a node does every 300 s.
  void renews() { previous_ = session, session = nomq::SessionId{static_cast<std::uint32_t>(session) + 0x1'0000}; }
  // What it will say that it listens to; to have lost a SUBSCRIBE.
  void claims(std::string_view channel) { mark_ ^= nomq::mark_of(nomq::channel_id(channel)); }

  nomq::SessionId session;
  Endpoint address;

 private:
  Said forge(nomq::PacketType type, std::string_view channel, double when) {
    return forge_.naming(type, session, next_id(), channel, at(when));
  }
  nomq::PacketId next_id() { return nomq::PacketId{++ids_}; }
  nomq::HeartbeatBody body(nomq::PacketId answers = {}) const { return {answers, previous_, mark_}; }

  Forger forge_;
  nomq::SessionId previous_{};
  std::uint32_t ids_ = 0, mark_ = 0;
};

// Those of a kind, as headers.
inline std::vector<nomq::Header> only(const std::vector<Said>& said, nomq::PacketType type) {
  std::vector<nomq::Header> all;
  for (const Said& one : said)
    if (one.type() == type) all.push_back(one.header());
  return all;
}
inline std::vector<nomq::Header> published(const std::vector<Said>& said) {
  return only(said, nomq::PacketType::publish);
}

}  // namespace tacit::test
