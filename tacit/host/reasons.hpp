#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "tacit/base/reason.hpp"

// What a Reason means to a person. The list itself is base/reason.hpp; a chip carries only its numbers.
namespace tacit::host {

// Who has to do something about it.
enum class ReasonGroup : std::uint8_t {
  air,      // a peer, or the air between us, sent what we refuse
  room,     // a table that must not forget is full
  session,  // who may have a session, and how one ended
  broker,   // the way to an MQTT broker
  outcome,  // how a publish ended
  caller,   // the program asked for what cannot be
  port,     // the operating system
};

struct Explanation {
  Reason reason;
  ReasonGroup group;
  std::string_view name;       // as in logs, metrics, JSON and conformance files
  std::string_view sentence;   // what happened
  std::string_view next_step;  // what to do about it
};

const Explanation& explain(Reason);
std::span<const Explanation> all_reasons();  // in the order of the enumeration
std::optional<Reason> reason_named(std::string_view);
std::string_view heading(ReasonGroup);

}  // namespace tacit::host
