#pragma once
#include <netdb.h>

namespace tacit {

// A machine has its name in /etc/hosts, which a root that was only unpacked does not have.
inline bool knows_localhost() {
  addrinfo* found = nullptr;
  const bool known = getaddrinfo("localhost", nullptr, nullptr, &found) == 0;
  if (known) freeaddrinfo(found);
  return known;
}

}  // namespace tacit
