#pragma once
#include "tacit/port/linux/file.hpp"

namespace tacit::app::bench {

// Two sockets on loopback that are connected to each other and to no third. What is not there after 300 ms of waiting
// for it does not come. Both throw std::system_error where there are none.
struct SocketPair {
  linux_port::File one, other;
};
SocketPair udp_pair();  // with receive buffers as large as the system allows, 4 MB at most
SocketPair tcp_pair();  // without delay

// Throws std::system_error with what errno says, unless it worked.
void must(bool worked, const char* what);

}  // namespace tacit::app::bench
