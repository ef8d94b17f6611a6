#pragma once
#include <array>
#include <string_view>

namespace tacit::app {

// How the program ends. Scripts depend on these numbers; they only ever grow.
enum class ExitCode : int {
  ok = 0,
  other = 1,
  usage = 2,
  cannot_reach = 3,
  not_authentic = 4,
  not_authorised = 5,
  not_acknowledged = 6,
  key = 7,
  integrity = 8,
  queue_full = 9,
  timed_out = 27,
  interrupted = 130,
  terminated = 143,
};

struct ExitCodeMeaning {
  ExitCode code;
  std::string_view meaning;
};

inline constexpr std::array exit_codes{
    ExitCodeMeaning{ExitCode::ok, "All went well."},
    ExitCodeMeaning{ExitCode::other, "Another error."},
    ExitCodeMeaning{ExitCode::usage, "The command line or the configuration is wrong."},
    ExitCodeMeaning{ExitCode::cannot_reach, "Nothing could be reached."},
    ExitCodeMeaning{ExitCode::not_authentic, "A handshake or an authentication failed."},
    ExitCodeMeaning{ExitCode::not_authorised, "Not authorised."},
    ExitCodeMeaning{ExitCode::not_acknowledged,
                    "Not acknowledged: the quality of service that was asked for was not met."},
    ExitCodeMeaning{ExitCode::key, "A key or a key file has a problem."},
    ExitCodeMeaning{ExitCode::integrity, "Data that do not follow their protocol, or that were changed."},
    ExitCodeMeaning{ExitCode::queue_full, "Refused: a queue is full."},
    ExitCodeMeaning{ExitCode::timed_out, "The time given by -W is over, as with mosquitto."},
    ExitCodeMeaning{ExitCode::interrupted, "Ended by SIGINT (Ctrl-C)."},
    ExitCodeMeaning{ExitCode::terminated, "Ended by SIGTERM."},
};

}  // namespace tacit::app
