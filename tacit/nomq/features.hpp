#pragma once

// What of NoMQ a program is built with. A chip leaves out what it does not use, and with it the code: a folder with its
// own `tacit_nomq_features.hpp` stands on the include path of all that includes tacit/nomq (in CMake:
// TACIT_NOMQ_FEATURES names the folder). That file holds nothing but
//
//   namespace tacit::nomq {
//   inline constexpr Features features{.legacy = false};
//   }
namespace tacit::nomq {

struct Features {
  bool legacy = true;  // profile legacy beside v1; without it, a Config that asks for legacy stops the program
};

}  // namespace tacit::nomq

#if __has_include(<tacit_nomq_features.hpp>)
#include <tacit_nomq_features.hpp>
#else
namespace tacit::nomq {
inline constexpr Features features{};
}
#endif
