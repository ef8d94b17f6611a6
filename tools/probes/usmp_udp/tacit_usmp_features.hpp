#pragma once

// What a client over UDP can do without.
namespace tacit::usmp {
inline constexpr Features features{.stream = false, .wire_1 = false, .rekey = false};
}
