#pragma once
#include <string>

#include "tacit/host/usmp_server.hpp"

// How the commands of USMP name what they have.
namespace tacit::app {

std::string_view word_of(usmp::Transport);                  // "tcp"
std::string word_of(const host::UsmpServer::SessionName&);  // "0-17-3": shard, place, how often that was taken

}  // namespace tacit::app
