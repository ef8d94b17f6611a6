#pragma once
#include <string>

#include "tacit/host/key.hpp"

namespace tacit::app {

// "FGeeQanXEwx3", which all topics of an e2e key begin with.
std::string base_topic_of(const host::Key&);

}  // namespace tacit::app
