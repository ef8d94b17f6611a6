// Somebody else's program: it includes headers from where they were installed and links what was installed.
#include <tacit/crypto/crypto.hpp>
#include <tacit/kit/timers.hpp>

#include <array>
#include <cstdio>

int main() {
  // FIPS 180-4, the example "abc".
  const tacit::crypto::Digest digest = tacit::crypto::sha256({tacit::bytes_of("abc")});
  const bool computes = digest[0] == 0xBA && digest[31] == 0xAD;

  std::array<tacit::DueTimer, 1> memory{};
  tacit::Timers timers(memory);
  tacit::Timer timer;
  timers.set(timer, tacit::tick_of(tacit::Instant{2048}));
  const bool fires = timers.pop_due(tacit::tick_of(tacit::Instant{2048})) == &timer;

  std::puts(computes && fires ? "the installed tacit works" : "the installed tacit does not work");
  return computes && fires ? 0 : 1;
}
