#pragma once

// What a client over TCP can do without.
namespace tacit::usmp {
inline constexpr Features features{.datagrams = false, .wire_1 = false, .rekey = false};
}
