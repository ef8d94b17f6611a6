#pragma once

// What of USMP a program is built with. A chip leaves out what it does not use, and with it the code: a folder with its
// own `tacit_usmp_features.hpp` stands on the include path of all that includes tacit/usmp (in CMake:
// TACIT_USMP_FEATURES names the folder). That file holds nothing but
//
//   namespace tacit::usmp {
//   inline constexpr Features features{.datagrams = false, .wire_1 = false};
//   }
//
// A verb that was left out gives not_supported, and what comes in a version that was left out is refused as that. A
// configuration that asks for what was left out stops the program.
namespace tacit::usmp {

struct Features {
  bool datagrams = true;  // sessions over UDP
  bool stream = true;     // sessions over TCP
  bool wire_1 = true;     // version 1 beside version 2
  bool rekey = true;      // REKEY that begins here: rekey(), and before a counter runs out; that of others is followed
};

}  // namespace tacit::usmp

#if __has_include(<tacit_usmp_features.hpp>)
#include <tacit_usmp_features.hpp>
#else
namespace tacit::usmp {
inline constexpr Features features{};
}
#endif
