#pragma once
#include "board_sizes.hpp"
#include "tests/support/nomq_station.hpp"

namespace tacit::test {

// Somebody with the key who says exactly what the test wants: in the program of a leaf there is no whole node.
class Stranger {
 public:
  Endpoint address = endpoint(2);
  nomq::SessionId session{0x0BADCAFE};

  Said says(nomq::PacketType type, std::uint8_t flags, nomq::PacketId id, std::string_view channel, Bytes body,
            const Now& now, bool to_group = false) {
    nomq::Header header;
    header.type = type;
    header.flags = flags;
    header.id = id;
    header.session = session;
    header.sent_at_s = now.utc->s;
    header.iv = random_.value<crypto::Iv>();
    if (!channel.empty()) header.channel = nomq::channel_id(channel);
    Said said{{.peer = address, .to_group = to_group}, std::vector<std::uint8_t>(nomq::sealed_size(body.size()))};
    std::array job{nomq::begin_seal(header, body, {}, said.bytes)};
    crypto::PacketCipher& cipher = cipher_;
    cipher.seal(job);
    return said;
  }
  Said acknowledges(nomq::PacketType type, const nomq::Header& what, std::string_view channel, const Now& now) {
    std::array<std::uint8_t, wire::size_of<nomq::ControlBody>> body;
    wire::encode(nomq::ControlBody{what.id}, body);
    return says(type, type == nomq::PacketType::ack ? 1 : 0, what.id, channel, body, now);
  }
  Said publishes(nomq::Qos qos, std::uint32_t id, std::string_view channel, std::string_view text, const Now& now) {
    nomq::PublishFront room;
    const nomq::Preamble preamble{0, now.utc->s, id, static_cast<std::uint32_t>(text.size())};
    const Bytes front = nomq::write_publish_front(preamble, nomq::Profile::v1, room);
    std::vector<std::uint8_t> body(front.begin(), front.end());
    body.insert(body.end(), text.begin(), text.end());
    const std::uint8_t flags = nomq::PublishFlags{.qos = qos, .ids_count_up = true}.bits();
    return says(nomq::PacketType::publish, flags, nomq::PacketId{id}, channel, body, now, true);
  }

 private:
  sim::Random random_{2};
  TestCipher cipher_{nomq::Profile::v1};
};

}  // namespace tacit::test
