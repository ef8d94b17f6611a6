#pragma once

// All of profile v1.
namespace tacit::nomq {
inline constexpr Features features{.legacy = false};
}
