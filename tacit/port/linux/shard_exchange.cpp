#include "tacit/port/linux/shard_exchange.hpp"

#include <linux/filter.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "tacit/kit/salted_hash.hpp"

namespace tacit::linux_port {

namespace {

constexpr std::size_t batch = 64, claims_max = 4096;
constexpr std::uint32_t by_address = 0xffff'ffff;  // no socket has that number

std::uint32_t random_salt() {
  std::uint32_t salt = 0;
  (void)!getrandom(&salt, sizeof salt, 0);
  return salt;
}

sock_filter load_byte(std::uint32_t at) { return BPF_STMT(BPF_LD | BPF_B | BPF_ABS, at); }

}  // namespace

// shard_named() in the kernel's words. A load beyond the end would choose the first socket, so the size comes first.
std::error_code steer_in_kernel(int fd, const Steering& steering, std::size_t shards) {
  std::vector<sock_filter> program;
  std::vector<std::size_t> ways_out;  // where a test fails
  const auto go_on_if_at_least = [&](std::uint32_t least) {
    ways_out.push_back(program.size());
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, least, 0, 0));
  };
  const auto go_on_unless_above = [&](std::uint32_t most) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, most, 0, 1));
    ways_out.push_back(program.size());
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JA, 0, 0, 0));
  };
  program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0));
  go_on_if_at_least(steering.size_min);
  for (const auto& [at, least, most] : steering.tests) {
    program.push_back(load_byte(at));
    go_on_if_at_least(least);
    go_on_unless_above(most);
  }
  program.push_back(load_byte(steering.shard_at));
  program.push_back(BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, static_cast<std::uint32_t>(shards)));
  program.push_back(BPF_STMT(BPF_RET | BPF_A, 0));
  const std::size_t end = program.size();
  program.push_back(BPF_STMT(BPF_RET | BPF_K, by_address));
  for (const std::size_t from : ways_out) {
    const auto steps = static_cast<std::uint32_t>(end - from - 1);
    if (program[from].code == (BPF_JMP | BPF_JA)) program[from].k = steps;
    else program[from].jf = static_cast<std::uint8_t>(steps);
  }
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &filter, sizeof filter) == 0) return {};
  return {errno, std::generic_category()};
}

ShardExchange::Seat::Seat(std::size_t places) : mail(places), claims(claims_max), handed(batch), datagrams(batch) {}

ShardExchange::ShardExchange(std::size_t shards, const Steering& steering, std::size_t places)
    : steering_(steering), salt_(random_salt()) {
  for (std::size_t i = 0; i < shards; ++i) seats_.emplace_back(places);
}

std::span<Datagram> ShardExchange::sift(std::size_t shard, std::span<Datagram> in) {
  if (shards() == 1) return in;
  std::size_t kept = 0;
  for (const Datagram& datagram : in) {
    const std::size_t owner = owner_of(shard, datagram);
    if (owner == shard) in[kept++] = datagram;
    else hand_over(owner, datagram);
  }
  return in.first(kept);
}

std::size_t ShardExchange::owner_of(std::size_t shard, const Datagram& datagram) const {
  if (const auto named = shard_named(steering_, datagram.bytes, shards())) return *named;
  const Seat& seat = seats_[shard];
  if (!seat.has_claims) return shard;
  const auto& claim = seat.claims[place_of(datagram.path.peer)];
  return claim && claim->from == datagram.path.peer ? claim->shard : shard;
}

void ShardExchange::hand_over(std::size_t to, const Datagram& datagram) {
  Mail mail(std::in_place_type<Handed>);
  auto& handed = std::get<Handed>(mail);
  const bool fits = datagram.bytes.size() <= handed.bytes.size();
  if (fits) {
    handed.path = datagram.path;
    handed.size = static_cast<std::uint16_t>(datagram.bytes.size());
    copy(datagram.bytes, handed.bytes);
  }
  const bool posted = fits && seats_[to].mail.post(mail).has_value();
  (posted ? handed_over_ : lost_).fetch_add(1, std::memory_order_relaxed);
}

std::span<Datagram> ShardExchange::collect(std::size_t shard) {
  Seat& seat = seats_[shard];
  std::size_t count = 0;
  while (count < batch) {
    const auto mail = seat.mail.take();
    if (!mail) break;
    if (const auto* claim = std::get_if<Claim>(&*mail)) {
      seat.claims[place_of(claim->from)] = *claim;
      seat.has_claims = true;
      continue;
    }
    Handed& handed = seat.handed[count];
    handed = std::get<Handed>(*mail);
    seat.datagrams[count++] = {handed.path, MutBytes(handed.bytes).first(handed.size)};
  }
  return std::span(seat.datagrams).first(count);
}

// A claim that finds no room is lost as a datagram is, and made again when the peer tries again.
void ShardExchange::claim(std::size_t shard, const Endpoint& from) {
  for (std::size_t other = 0; other < shards(); ++other) {
    if (other == shard) seats_[shard].claims[place_of(from)].reset();  // somebody else's, from before
    else if (!seats_[other].mail.post(Claim{from, shard})) lost_.fetch_add(1, std::memory_order_relaxed);
  }
}

std::size_t ShardExchange::place_of(const Endpoint& from) const {
  return (salted_hash(salt_, from.ip) ^ from.port * 0x9E37'79B1u >> 16) % claims_max;
}

ShardExchange::Counters ShardExchange::counters() const {
  return {handed_over_.load(std::memory_order_relaxed), lost_.load(std::memory_order_relaxed)};
}

}  // namespace tacit::linux_port
