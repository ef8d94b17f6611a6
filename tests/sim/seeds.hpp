#pragma once
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace tacit::test {

// Which seeds a test runs: TACIT_SEED=n is that one alone; TACIT_SEEDS=n is how many, instead of `usually`. A test in
// several parts, which run side by side, takes every so-manieth.
inline std::vector<std::uint64_t> seeds(std::uint64_t usually, std::uint64_t part = 0, std::uint64_t parts = 1) {
  if (const char* one = std::getenv("TACIT_SEED")) {
    const std::uint64_t seed = std::stoull(one);
    if (seed % parts == part) return {seed};
    return {};
  }
  const char* many = std::getenv("TACIT_SEEDS");
  const std::uint64_t count = many ? usually * std::stoull(many) / 2000 : usually;
  std::vector<std::uint64_t> all;
  for (std::uint64_t seed = 1; seed <= count; ++seed)
    if (seed % parts == part) all.push_back(seed);
  return all;
}

}  // namespace tacit::test
