#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "tacit/base/require.hpp"
#include "tacit/base/result.hpp"

// What can be wrong with files and settings. The protocols' Reasons are for packets and verbs; a file has a
// name, a line and an owner who can repair it, so here the answer is a text made for the case, under a name
// that programs and tests can rely on.
namespace tacit::host {

enum class Fault : std::uint8_t {
  cannot_read,
  cannot_write,
  already_exists,  // created exclusively: nothing is ever overwritten
  file_too_large,
  empty_file,
  not_text,
  no_key,
  several_keys,
  unknown_kind,
  wrong_kind,
  bad_encoding,
  wrong_length,
  bad_checksum,
  bad_syntax,
  missing_member,
  wrong_type,
  out_of_range,
  unknown_name,
  // Of keys and devices.
  weak_key,
  unknown_device,
  revoked,
  rotation_running,
  others_can_read,
  // Of a database.
  busy,
  read_only,
  disk_full,
  damaged,
  too_new,
};

std::string_view name_of(Fault);

struct Problem {
  Fault fault;
  std::string what;       // one line, with the file and the place in it; never a part of a secret
  std::string next_step;  // may be empty, where `what` says it all
};

// A value or a Problem, with the member names of std::expected.
template <class T> class [[nodiscard]] Attempt {
 public:
  Attempt(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Attempt(Problem problem) : state_(std::in_place_index<1>, std::move(problem)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& operator*() & { return *operator->(); }
  const T& operator*() const& { return *operator->(); }
  T&& operator*() && { return std::move(*operator->()); }
  T* operator->() {
    require(has_value());
    return std::get_if<0>(&state_);
  }
  const T* operator->() const {
    require(has_value());
    return std::get_if<0>(&state_);
  }
  const Problem& error() const {
    require(!has_value());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Problem> state_;
};

}  // namespace tacit::host
