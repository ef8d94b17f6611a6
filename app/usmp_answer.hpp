#pragma once
#include <nlohmann/json_fwd.hpp>

namespace tacit::app {

// Whether a USMP server gave this answer at a control socket (app/usmp_control.hpp); all others are of NoMQ.
bool is_usmp(const nlohmann::ordered_json& answer);

}  // namespace tacit::app
