#pragma once

// A lamp: it hears what is published with QoS 0 and 1.
namespace tacit::nomq {
inline constexpr Features features{.legacy = false,
                                   .publisher = false,
                                   .qos2 = false,
                                   .retained = false,
                                   .manual_acknowledgement = false,
                                   .ping = false};
}
