#include "app/failure.hpp"

#include <cstdio>

namespace tacit::app {
namespace {

void print(const std::string& text) { std::fputs(text.c_str(), stderr); }

}  // namespace

void tell(const Failure& failure) {
  print("tacit: " + (failure.name.empty() ? "" : failure.name + ": ") + failure.what + "\n");
  if (!failure.next_step.empty()) print("  " + failure.next_step + "\n");
}

void warn(const std::string& what) { print("tacit: warning: " + what + "\n"); }

void note(const std::string& what) { print("tacit: note: " + what + "\n"); }

}  // namespace tacit::app
