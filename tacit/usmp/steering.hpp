#pragma once
#include "tacit/kit/steering.hpp"
#include "tacit/usmp/frame.hpp"

namespace tacit::usmp {

// Which shard of a server a datagram is for: that whose hub has the session (HubConfig::shard), told by the first byte
// of the session's id, which a sealed frame carries in clear in its nonce, after the header and the sequence number
// (specification sections 1 and 5). Handshakes and acknowledgements name none. What is not authentic may name any.
inline constexpr Steering steering{
    .tests = {{{0, 0xCD, 0xCD},
               {1, 0xAB, 0xAB},
               {3, static_cast<std::uint8_t>(FrameType::data), static_cast<std::uint8_t>(FrameType::rekey)}}},
    .size_min = header_size + seal_size,  // which a HELLO_RETRY has not
    .shard_at = header_size + 4};

}  // namespace tacit::usmp
