#include "app/bench/crypto.hpp"

#include <algorithm>
#include <iterator>

#include "tacit/base/require.hpp"
#include "tacit/crypto/backend/engine.hpp"

namespace tacit::app::bench {
namespace {

// CPU nanoseconds a packet, sealed and then opened where it lies.
Figures cost(Like like, std::size_t message, std::size_t batch) {
  const auto sealer = bare_cipher(like, Seals::yes), opener = bare_cipher(like, Seals::yes);
  const std::size_t size = sealer->size_of(message);
  std::vector<std::uint8_t> packets(batch * size);
  double seal_s = 0, open_s = 0;
  std::size_t count = 0;
  const double begin = seconds_on(CLOCK_THREAD_CPUTIME_ID);
  // Batches in groups, because reading the clock costs as much as a packet.
  std::vector<std::vector<std::uint8_t>> group(std::max<std::size_t>(1, BareCipher::batch / batch), packets);
  for (double now = begin; now - begin < 0.02;) {
    const double before = now;
    for (auto& one : group) sealer->seal(one, size);
    const double between = seconds_on(CLOCK_THREAD_CPUTIME_ID);
    for (auto& one : group) require(opener->open(one, size));
    now = seconds_on(CLOCK_THREAD_CPUTIME_ID);
    seal_s += between - before;
    open_s += now - between;
    count += group.size() * batch;
  }
  const auto ns_each = [&](double seconds) { return seconds / static_cast<double>(count) * 1e9; };
  return {ns_each(seal_s), ns_each(open_s)};
}

const char* cipher_of(Like like) {
  switch (like) {
    case Like::nomq: return "AES-256-CBC, HMAC-SHA256";
    case Like::usmp: return "AES-256-GCM";
    case Like::e2e: return "AES-128-GCM";
  }
  return "";
}

// Computes with another engine, as long as it lives.
class With {
 public:
  explicit With(crypto::Engine engine) { require(crypto::use(engine)); }
  ~With() { (void)crypto::use(before_); }
  With(const With&) = delete;
  With& operator=(const With&) = delete;

 private:
  const crypto::Engine before_ = crypto::engine();
};

}  // namespace

Experiment crypto_costs(Like like, const std::vector<std::size_t>& sizes) {
  const std::string cipher = cipher_of(like);
  Experiment experiment{.columns = {{"seal_ns", "ns/seal", 0},
                                    {"open_ns", "ns/open", 0},
                                    {"seal_one_ns", "one alone", 0},
                                    {"open_one_ns", "one alone", 0}},
                        .subjects = {},
                        .ratios = {},
                        .notes = {"64 packets at a time, and one alone; CPU time of one thread"}};
  std::vector<crypto::Engine> engines{crypto::engine()};
  if (engines.front() != crypto::Engine::openssl) engines.push_back(crypto::Engine::openssl);
  for (const std::size_t message : sizes)
    for (const crypto::Engine engine : engines) {
      const bool openssl = engine == crypto::Engine::openssl;
      const std::string size = std::to_string(message);
      experiment.subjects.push_back({(openssl ? "openssl_" : "ipsec_mb_") + size,
                                     cipher + ", " + size + " bytes, " + (openssl ? "OpenSSL" : "ipsec-mb"), [=] {
                                       const With with(engine);
                                       Figures figures = cost(like, message, BareCipher::batch);
                                       std::ranges::copy(cost(like, message, 1), std::back_inserter(figures));
                                       return figures;
                                     }});
    }
  return experiment;
}

}  // namespace tacit::app::bench
