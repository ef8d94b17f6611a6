#pragma once
#include <vector>

#include "tacit/nomq/sealing.hpp"
#include "tests/support/nomq_station.hpp"

namespace tacit::test {

// A packet that no honest node says: whoever holds the key can say anything.
class Forger {
 public:
  explicit Forger(nomq::Profile profile = nomq::Profile::v1) : cipher_(profile) {}

  Said operator()(nomq::Header header, Bytes body, const Now& now) {
    std::vector<std::uint8_t> bytes(nomq::sealed_size(body.size()));
    std::array<Outbox::Run, 1> runs;
    Outbox out(bytes, runs);
    std::array<crypto::SealJob, 1> jobs;
    nomq::Sealing sealing(cipher_, jobs, random_, out, *now.utc);
    require(sealing.add(header, body, {}, {}));
    return {{}, bytes};
  }

  Said heartbeat(nomq::SessionId from, nomq::PacketId id, const nomq::HeartbeatBody& what, const Now& now,
                 const nomq::ChannelId& channel = {}, std::uint16_t ttl_s = nomq::ttl_default_s,
                 nomq::HeartbeatFlags flags = {}) {
    std::array<std::uint8_t, wire::size_of<nomq::HeartbeatBody>> body;
    wire::encode(what, body);
    nomq::Header header;
    header.type = nomq::PacketType::heartbeat;
    header.flags = flags.bits();
    header.id = id;
    header.session = from;
    header.ttl_s = ttl_s;
    header.channel = channel;
    return (*this)(header, body, now);
  }

  Said naming(nomq::PacketType type, nomq::SessionId from, nomq::PacketId id, std::string_view channel,
              const Now& now) {
    nomq::Header header;
    header.type = type;
    header.id = id;
    header.session = from;
    header.channel = nomq::channel_id(channel);
    return (*this)(header, bytes_of(channel), now);
  }

  // ACK, PUBREC, PUBREL or PUBCOMP.
  Said acknowledgement(nomq::SessionId from, const nomq::Header& of, const Now& now,
                       nomq::PacketType type = nomq::PacketType::ack) {
    std::array<std::uint8_t, wire::size_of<nomq::ControlBody>> body;
    wire::encode(nomq::ControlBody{of.id}, body);
    nomq::Header header;
    header.type = type;
    if (type == nomq::PacketType::ack) header.flags = static_cast<std::uint8_t>(nomq::Qos::at_least_once);
    header.id = of.id;
    header.session = from;
    header.channel = of.channel;
    return (*this)(header, body, now);
  }

  // Its ids count up, unless the flags say otherwise.
  Said message(nomq::SessionId from, nomq::PacketId id, std::string_view channel, std::string_view text, const Now& now,
               nomq::PublishFlags flags = {nomq::Qos::at_least_once, false, true, 0},
               std::optional<std::uint32_t> published_s = {}) {
    std::vector<std::uint8_t> body(wire::size_of<nomq::Preamble> + text.size());
    const auto size = static_cast<std::uint32_t>(text.size());
    wire::encode(nomq::Preamble{0, published_s.value_or(now.utc->s), static_cast<std::uint32_t>(id), size}, body);
    copy(bytes_of(text), MutBytes(body).last(text.size()));
    nomq::Header header;
    header.type = nomq::PacketType::publish;
    header.flags = flags.bits();
    header.id = id;
    header.session = from;
    header.channel = nomq::channel_id(channel);
    return (*this)(header, body, now);
  }

 private:
  TestCipher cipher_;
  sim::Random random_{99};
};

}  // namespace tacit::test
