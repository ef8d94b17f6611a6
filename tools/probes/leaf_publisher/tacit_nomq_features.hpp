#pragma once

// A sensor: it publishes with QoS 0 and 1.
namespace tacit::nomq {
inline constexpr Features features{.legacy = false,
                                   .subscriber = false,
                                   .qos2 = false,
                                   .retained = false,
                                   .manual_acknowledgement = false,
                                   .ping = false};
}
