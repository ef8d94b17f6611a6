#pragma once
#include <string>

namespace tacit::app::bench {

// Where figures come from: those of two machines are not to be compared without a word about them.
struct Machine {
  std::string cpu, kernel, crypto;  // crypto: which libraries compute
  unsigned cpus = 0;
};

Machine this_machine();

}  // namespace tacit::app::bench
