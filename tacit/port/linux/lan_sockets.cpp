#include "tacit/port/linux/lan_sockets.hpp"

#include <algorithm>

#include "tacit/port/linux/clock.hpp"

namespace tacit::linux_port {

namespace {

using namespace literals;

constexpr std::size_t outbox_size = 262'144, runs_max = 64;
constexpr Duration backoff_first = 100_ms, backoff_most = 30_s;
constexpr Duration settling = 50_ms;  // one change of an interface is told in several parts
constexpr Duration poll_watched = 60_s, poll_unwatched = 5_s;

}  // namespace

LanSockets::LanSockets(LanConfig config, crypto::Random& random)
    : config_(std::move(config)), random_(random), own_backoff_(backoff_first, backoff_most),
      others_backoff_(backoff_first, backoff_most), outbox_memory_(outbox_size), runs_(runs_max),
      outbox_(outbox_memory_, runs_) {
  if (const auto error = open_own()) throw std::system_error(error, "no UDP socket");
  std::error_code ignored;  // without the watch we look now and then
  if (watch_.active()) poller_.add(watch_.fd(), &watch_, ignored);
  refresh(now().tick);
}

void LanSockets::maintain(Now now) {
  maintain_own(now.tick);
  maintain_others(now.tick);
}

std::span<Datagram> LanSockets::receive() {
  while (const auto ready = poller_.next()) {
    if (ready->owner == &watch_) {
      watch_.clear();
      told_of_change_ = true;
      continue;
    }
    auto& member = *static_cast<Member*>(ready->owner);
    if (ready->hung_up) member.socket.give_up();
    if (!listening_) continue;  // it was found ready before
    const bool group = member.place.role == Role::group;
    const auto datagrams = member.socket.receive(inbox_, group ? std::span(links_) : std::span<std::uint32_t>());
    if (!datagrams.empty()) return datagrams;
  }
  return {};
}

void LanSockets::set_alarm(std::optional<Instant> machine) {
  Instant at = std::min(refresh_at_, machine.value_or(refresh_at_));
  if (!own_.socket.valid()) at = std::min(at, reopen_at_);
  poller_.set_alarm(at);
}

void LanSockets::listen(bool whether) {
  if (listening_ == whether) return;
  listening_ = whether;
  const auto mind = [&](Member& member) {
    if (member.socket.valid()) poller_.mind(member.socket.fd(), &member, whether);
  };
  mind(own_);
  for (Member& member : others_) mind(member);
}

Outbox& LanSockets::outbox() {
  outbox_.clear();
  return outbox_;
}

void LanSockets::send(const Outbox& out) {
  std::array<Outbox::Run, 32> batch;
  std::size_t count = 0;
  const auto add = [&](const Outbox::Run& run, const Path& path) {
    batch[count++] = {path, run.bytes, run.datagram_size, run.count};
    if (count == batch.size()) pass(std::span(batch).first(std::exchange(count, 0)));
  };
  for (const Outbox::Run& run : out.runs()) {
    if (!run.path.to_group) add(run, run.path);
    else if (group_paths_.empty()) closed_.refuse(Refusal::unreachable, run.count);
    else
      for (const Path& path : group_paths_) add(run, path);
  }
  pass(std::span(batch).first(count));
}

void LanSockets::pass(std::span<const Outbox::Run> runs) {
  if (own_.socket.valid()) return own_.socket.send(runs);
  for (const Outbox::Run& run : runs) closed_.refuse(Refusal::gone, run.count);
}

bool LanSockets::hears_unrequested_unicast() const {
  const auto is_unrequested = [](const auto& it) { return it.place.role == Role::unrequested; };
  return std::ranges::any_of(others_, is_unrequested) && std::ranges::none_of(deaf_at_, &Deafness::to_unicast);
}

UdpCounters LanSockets::counters() const {
  UdpCounters sum = closed_;
  sum += own_.socket.counters();
  for (const Member& member : others_) sum += member.socket.counters();
  return sum;
}

std::uint64_t LanSockets::dropped_by_kernel() const {
  std::uint64_t sum = own_.socket.dropped_by_kernel();
  for (const Member& member : others_) sum += member.socket.dropped_by_kernel();
  return sum;
}

std::error_code LanSockets::open(Member& member, const UdpOptions& options) {
  std::error_code error;
  member.socket = UdpSocket(options, error);
  if (!error) poller_.add(member.socket.fd(), &member, error);
  if (!error && !listening_) poller_.mind(member.socket.fd(), &member, false);
  if (error) member.socket = {};
  return error;
}

void LanSockets::close(Member& member) {
  closed_ += member.socket.counters();
  member.socket = {};
  poller_.forget();
}

// Peers know the port we had, so after a loss that one is tried first.
std::error_code LanSockets::open_own() {
  const auto open_at = [&](std::uint16_t port) {
    return open(own_, {.at = {{}, port, 0}, .broadcast = true, .offload = config_.offload});
  };
  const std::uint16_t last_port = own_.place.at.port;
  if (last_port != 0 && !open_at(last_port)) return {};
  std::error_code error;
  for (unsigned port = config_.own.first; port <= config_.own.last; ++port) {
    error = open_at(static_cast<std::uint16_t>(port));
    if (error != std::errc::address_in_use) break;
  }
  if (!error) own_.place.at.port = own_.socket.local().port;
  return error;
}

void LanSockets::maintain_own(Instant now) {
  const auto try_later = [&] { reopen_at_ = now + own_backoff_.next(random_.value<std::uint32_t>()); };
  if (own_.socket.broken()) {
    close(own_);
    try_later();
  }
  if (!own_.socket.valid() && now >= reopen_at_ && open_own()) try_later();
}

void LanSockets::maintain_others(Instant now) {
  if (std::exchange(told_of_change_, false)) refresh_at_ = std::min(refresh_at_, now + settling);
  if (lost_something() && !std::exchange(in_trouble_, true))
    refresh_at_ = std::min(refresh_at_, now + others_backoff_.next(random_.value<std::uint32_t>()));
  if (now >= refresh_at_) refresh(now);
}

// A member that broke, or the way to somewhere.
bool LanSockets::lost_something() {
  bool lost = false;
  for (auto member = others_.begin(); member != others_.end();) {
    const auto here = member++;
    if (!here->socket.broken()) continue;
    close(*here);
    others_.erase(here);
    lost = true;
  }
  const auto unreachable = own_.socket.counters().unsent_for(Refusal::unreachable);
  return std::exchange(unreachable_seen_, unreachable) < unreachable || lost;
}

void LanSockets::refresh(Instant now) {
  std::error_code error;
  auto all = list_interfaces(error);
  if (!error) choose(choose_interfaces(std::move(all), config_.interfaces));
  const auto wanted = places();
  close_all_but(wanted);
  open_missing(wanted);

  const bool settled = !std::exchange(in_trouble_, false) && !error && deaf_at_.empty();
  if (settled) others_backoff_.reset();
  if (own_.socket.valid()) own_backoff_.reset();
  refresh_at_ = now + (!settled          ? others_backoff_.next(random_.value<std::uint32_t>())
                       : watch_.active() ? poll_watched
                                         : poll_unwatched);
}

void LanSockets::choose(std::vector<Interface> chosen) {
  interfaces_ = std::move(chosen);
  group_paths_ = sent_to(config_.group, interfaces_);
  links_.clear();
  for (const Interface& link : interfaces_) links_.push_back(link.index);
}

std::vector<LanSockets::Place> LanSockets::places() const {
  std::vector<Place> places;
  for (const Endpoint& at : heard_at(config_.group, interfaces_)) places.push_back({Role::group, at});
  if (!config_.hear_unrequested_unicast) return places;
  for (const Interface& link : interfaces_)
    for (const auto& ipv4 : link.ipv4) places.push_back({Role::unrequested, {ipv4.address, config_.group.port, 0}});
  return places;
}

void LanSockets::close_all_but(std::span<const Place> wanted) {
  for (auto member = others_.begin(); member != others_.end();) {
    const auto here = member++;
    if (std::ranges::find(wanted, here->place) != wanted.end()) continue;
    close(*here);
    others_.erase(here);
  }
}

void LanSockets::open_missing(std::span<const Place> wanted) {
  deaf_at_.clear();
  for (const Place& place : wanted) {
    if (std::ranges::find(others_, place, &Member::place) != others_.end()) continue;
    Member& member = others_.emplace_back(place);
    const bool group = place.role == Role::group;
    const auto error = open(member, {.at = place.at,
                                     .shared = group,
                                     .spread = config_.beside_a_server,
                                     .group = group,
                                     .offload = config_.offload});
    if (!error) continue;
    others_.pop_back();
    deaf_at_.push_back({place.at, place.role == Role::unrequested, error});
  }
}

}  // namespace tacit::linux_port
