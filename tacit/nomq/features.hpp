#pragma once

// What of NoMQ a program is built with. A chip leaves out what it does not use, and with it the code: a folder with its
// own `tacit_nomq_features.hpp` stands on the include path of all that includes tacit/nomq (in CMake:
// TACIT_NOMQ_FEATURES names the folder). That file holds nothing but
//
//   namespace tacit::nomq {
//   inline constexpr Features features{.legacy = false};
//   }
//
// A verb that was left out gives not_supported, and a packet that asks for it is dropped as that. A Config that asks
// for what was left out stops the program.
namespace tacit::nomq {

struct Features {
  bool legacy = true;      // profile legacy beside v1
  bool publisher = true;   // publish(); without it nobody's subscriptions are remembered, or told to the owner
  bool subscriber = true;  // subscribe(), and messages
  bool qos2 = true;        // exactly once, of the halves that there are
  bool retained = true;    // publish() with `retain`
  bool manual_acknowledgement = true;
  bool ping = true;  // ping(); others get their answer all the same
};

}  // namespace tacit::nomq

#if __has_include(<tacit_nomq_features.hpp>)
#include <tacit_nomq_features.hpp>
#else
namespace tacit::nomq {
inline constexpr Features features{};
}
#endif
