#include "app/usmp_text.hpp"

namespace tacit::app {

std::string_view word_of(usmp::Transport transport) { return transport == usmp::Transport::stream ? "tcp" : "udp"; }

std::string word_of(const host::UsmpServer::SessionName& name) {
  return std::to_string(name.shard) + "-" + std::to_string(name.session.slot) + "-" +
         std::to_string(name.session.generation);
}

}  // namespace tacit::app
