#pragma once
#include <string>
#include <utility>

#include "app/exit_code.hpp"
#include "tacit/host/problem.hpp"

namespace tacit::app {

// Ends the program: thrown by commands, caught once, in main.
struct Failure {
  ExitCode code;
  std::string name;  // of the fault or reason, for scripts; may be empty
  std::string what;
  std::string next_step;  // may be empty
};

inline Failure failure_of(const host::Problem& problem, ExitCode code) {
  return {code, std::string(host::name_of(problem.fault)), problem.what, problem.next_step};
}

// The value, or the end of the program with that code.
template <class T> T or_fail(host::Attempt<T> attempt, ExitCode code) {
  if (!attempt) throw failure_of(attempt.error(), code);
  return *std::move(attempt);
}

// On standard error; standard output is for data.
void tell(const Failure&);
void warn(const std::string& what);
void note(const std::string& what);

}  // namespace tacit::app
