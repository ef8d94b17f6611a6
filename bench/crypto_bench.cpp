#include <benchmark/benchmark.h>

#include <vector>

#include "tacit/crypto/crypto.hpp"

// What one packet costs, by the size of its text and how many come at once: name/text/batch. Built once for each crypto
// library; TACIT_CRYPTO=openssl keeps ipsec-mb out of the first.
namespace tacit::bench {
namespace {

constexpr std::size_t header = 40;

void sizes(benchmark::internal::Benchmark* benchmark) {
  for (const int size : {16, 112, 1008}) benchmark->Arg(size);
}

void sizes_and_batches(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgsProduct({{16, 112, 1008}, {1, 8, 64, 256}});
}

// Packets in one piece of memory: header, text, mac.
class Packets {
 public:
  explicit Packets(const benchmark::State& state)
      : batch_(static_cast<std::size_t>(state.range(1))), text_(static_cast<std::size_t>(state.range(0))),
        bytes_(batch_ * (header + text_ + 32)) {}

  MutBytes header_of(std::size_t n) { return MutBytes(bytes_).subspan(n * size(), header); }
  MutBytes text_of(std::size_t n) { return MutBytes(bytes_).subspan(n * size() + header, text_); }
  MutBytes mac_of(std::size_t n) { return MutBytes(bytes_).subspan(n * size() + header + text_, 32); }
  Bytes authenticated(std::size_t n) { return Bytes(bytes_).subspan(n * size(), header + text_); }

  std::vector<crypto::SealJob> cbc_sealing() {
    std::vector<crypto::SealJob> jobs;
    for (std::size_t n = 0; n < batch_; ++n) {
      jobs.push_back({authenticated(n), header_of(n).first(16), text_of(n), mac_of(n)});
    }
    return jobs;
  }
  std::vector<crypto::AesGcm::SealJob> gcm_sealing() {
    std::vector<crypto::AesGcm::SealJob> jobs;
    for (std::size_t n = 0; n < batch_; ++n) {
      jobs.push_back({header_of(n).first(12), header_of(n), text_of(n), mac_of(n).first(16)});
    }
    return jobs;
  }

 private:
  std::size_t size() const { return header + text_ + 32; }

  std::size_t batch_, text_;
  std::vector<std::uint8_t> bytes_;
};

template <class Run> void per_packet(benchmark::State& state, Run run) {
  for (auto _ : state) run();
  state.SetItemsProcessed(state.iterations() * state.range(1));
}

void cbc_hmac_seal(benchmark::State& state) {
  Packets packets(state);
  crypto::CbcHmac cipher{Secret<32>(), Secret<32>()};
  auto jobs = packets.cbc_sealing();
  per_packet(state, [&] { cipher.seal(jobs); });
}

// Opening changes the text, and the next round must find it authentic: so each round seals first, and what sealing
// alone costs is beside it.
void cbc_hmac_seal_and_open(benchmark::State& state) {
  Packets packets(state);
  crypto::CbcHmac cipher{Secret<32>(), Secret<32>()};
  auto sealing = packets.cbc_sealing();
  std::vector<crypto::OpenJob> opening;
  for (const auto& job : sealing) opening.push_back({job.authenticated, job.iv, job.text, job.mac});
  per_packet(state, [&] {
    cipher.seal(sealing);
    cipher.open(opening);
  });
  for (const auto& job : opening) require(job.authentic);
}

// As profile legacy of NoMQ: SHA-256 of the packet and then of a key.
void cbc_sha256_seal(benchmark::State& state) {
  Packets packets(state);
  const Secret<32> key;
  const crypto::AesCbc cbc{Secret<32>()};
  auto jobs = packets.cbc_sealing();
  per_packet(state, [&] {
    cbc.encrypt(jobs);
    crypto::sign_sha256(jobs, key.reveal());
  });
}

void gcm_seal(benchmark::State& state) {
  Packets packets(state);
  const crypto::AesGcm gcm(Secret<32>().reveal());
  auto jobs = packets.gcm_sealing();
  per_packet(state, [&] { gcm.seal(jobs); });
}

void gcm_seal_and_open(benchmark::State& state) {
  Packets packets(state);
  const crypto::AesGcm gcm(Secret<32>().reveal());
  auto sealing = packets.gcm_sealing();
  std::vector<crypto::AesGcm::OpenJob> opening;
  for (const auto& job : sealing) opening.push_back({job.iv, job.aad, job.text, job.tag});
  per_packet(state, [&] {
    gcm.seal(sealing);
    gcm.open(opening);
  });
  for (const auto& job : opening) require(job.authentic);
}

void hmac(benchmark::State& state) {
  const std::vector<std::uint8_t> message(static_cast<std::size_t>(state.range()));
  const crypto::HmacSha256 key(Secret<32>().reveal());
  for (auto _ : state) benchmark::DoNotOptimize(key.mac({message}));
  state.SetItemsProcessed(state.iterations());
}

void sha256(benchmark::State& state) {
  const std::vector<std::uint8_t> message(static_cast<std::size_t>(state.range()));
  for (auto _ : state) benchmark::DoNotOptimize(crypto::sha256({message}));
  state.SetItemsProcessed(state.iterations());
}

void x25519(benchmark::State& state) {
  std::array<std::uint8_t, 32> point{9};
  const Secret<32> scalar{Bytes(point)};
  Secret<32> shared;
  for (auto _ : state) benchmark::DoNotOptimize(crypto::x25519(scalar, point, shared));
  state.SetItemsProcessed(state.iterations());
}

// What a cache of expanded keys saves.
void gcm_new_key(benchmark::State& state) {
  const Secret<32> key;
  for (auto _ : state) benchmark::DoNotOptimize(crypto::AesGcm(key.reveal()));
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(cbc_hmac_seal)->Apply(sizes_and_batches);
BENCHMARK(cbc_hmac_seal_and_open)->Apply(sizes_and_batches);
BENCHMARK(cbc_sha256_seal)->Apply(sizes_and_batches);
BENCHMARK(gcm_seal)->Apply(sizes_and_batches);
BENCHMARK(gcm_seal_and_open)->Apply(sizes_and_batches);
BENCHMARK(hmac)->Apply(sizes);
BENCHMARK(sha256)->Apply(sizes);
BENCHMARK(x25519);
BENCHMARK(gcm_new_key);

}  // namespace
}  // namespace tacit::bench
