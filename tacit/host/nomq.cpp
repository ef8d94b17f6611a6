#include "tacit/host/nomq.hpp"

#include <asio/error.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <map>
#include <set>
#include <unordered_map>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/nomq/suffix_cipher.hpp"
#include "tacit/port/linux/lan_driver.hpp"

namespace tacit::host {
namespace {

using nomq::Handle;
using nomq::PacketId;
using nomq::Profile;

constexpr std::uint16_t v1_group_port = 8889, legacy_group_port = 8888;
constexpr linux_port::Ip v1_multicast{0xff, 0x12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x4e, 0x4d};
constexpr Duration ping_lifetime{5'000'000};
constexpr std::size_t ids_remembered = 4096, names_learned_max = 65'536;

Profile profile_of(const Key& key) { return key.kind() == KeyKind::nomq_legacy ? Profile::legacy : Profile::v1; }

// Specification section 16, Sockets.
linux_port::LanConfig lan_config(Profile profile, const Nomq::Options& options) {
  const bool legacy = profile == Profile::legacy;
  linux_port::LanConfig lan;
  lan.group.port = options.group_port != 0 ? options.group_port : legacy ? legacy_group_port : v1_group_port;
  if (!legacy) lan.group.multicast = v1_multicast;
  lan.own = options.own;
  lan.interfaces = options.interfaces;
  lan.hear_unrequested_unicast = legacy;
  return lan;
}

nomq::Config with_profile(nomq::Config config, Profile profile) {
  config.profile = profile;
  return config;
}

std::unique_ptr<crypto::CbcHmac> v1_cipher(const Key& key) {
  if (profile_of(key) != Profile::v1) return nullptr;
  const NomqKeys keys = nomq_keys(key);
  return std::make_unique<crypto::CbcHmac>(keys.encryption, keys.mac);
}

std::unique_ptr<nomq::SuffixCipher> legacy_cipher(const Key& key) {
  if (profile_of(key) != Profile::legacy) return nullptr;
  const NomqKeys keys = nomq_keys(key);
  return std::make_unique<nomq::SuffixCipher>(keys.encryption, keys.mac);
}

Nomq::Message kept(const nomq::Message& m) {
  return {std::string(m.channel),
          {m.payload.begin(), m.payload.end()},
          m.path,
          m.from,
          m.id,
          m.published_s,
          m.ttl_s,
          m.priority,
          m.qos,
          m.retain,
          m.maybe_repeated,
          m.token};
}

// Messages that nobody has received yet, the most important first.
class Mailbox {
 public:
  void push(Nomq::Message message) {
    of_priority_[message.priority].push_back(std::move(message));
    ++size_;
  }
  Nomq::Message pop() {
    std::size_t highest = of_priority_.size() - 1;
    while (of_priority_[highest].empty()) --highest;
    Nomq::Message first = std::move(of_priority_[highest].front());
    of_priority_[highest].pop_front();
    --size_;
    return first;
  }
  std::size_t size() const { return size_; }

 private:
  std::array<std::deque<Nomq::Message>, nomq::priority_max + 1> of_priority_;
  std::size_t size_ = 0;
};

}  // namespace

// Shared with what Asio may still call after the Nomq is gone.
struct Nomq::State : std::enable_shared_from_this<State> {
  using PublishCompletion = Completion<std::error_code, Outcome>;
  using ReceiveCompletion = Completion<std::error_code, Message>;
  using PingCompletion = Completion<std::error_code, Pong>;

  State(const asio::any_io_executor& its_executor, const Key& key, const Options& options)
      : executor(its_executor), profile(profile_of(key)), v1(v1_cipher(key)), legacy(legacy_cipher(key)),
        memory(options.sizes), node(with_profile(options.config, profile), memory.tables(),
                                    v1 ? static_cast<crypto::PacketCipher&>(*v1) : *legacy, random),
        sockets(lan_config(profile, options), random),
        driver(node, sockets,
               [this](const nomq::Event& event) { std::visit([this](const auto& e) { on(e); }, event); }),
        messages_waiting(std::max<std::size_t>(options.messages_waiting, 1)), ping_timer(executor) {}

  void open() {
    watch.emplace(executor, sockets.fd(), [this] {
      driver.turn();
      settle();
    });
  }

  // --- verbs

  Result<Done> subscribe(std::string_view channel, std::uint8_t priority) {
    const auto [name, fresh] = names.emplace(channel);
    const auto id = node.subscribe(*name, linux_port::now(), priority);
    if (!id) {
      if (fresh) names.erase(name);
      return id.error();
    }
    flush();
    return Done{};
  }

  Result<Done> unsubscribe(std::string_view channel) {
    const auto done = node.unsubscribe(channel, linux_port::now());
    if (!done) return done;
    // The node reads the name until it has told the group.
    leaving.push_back(names.extract(names.find(channel)));
    flush();
    return done;
  }

  void publish(const Publication& what, PublishCompletion completion) {
    if (closed) return completion(asio::error::operation_aborted, {});
    if (what.channel.empty()) return completion(Reason::invalid_argument, {});
    const auto handle = node.publish({.channel = id_of(what.channel),
                                      .message = what.message,
                                      .qos = what.qos,
                                      .retain = what.retain,
                                      .priority = what.priority,
                                      .ttl_s = what.ttl_s,
                                      .to = what.to,
                                      .to_many = what.to_many},
                                     linux_port::now());
    if (!handle) return completion(handle.error(), {});
    completion.on_cancel([weak = weak_from_this(), h = *handle] {
      if (const auto self = weak.lock()) self->abandon(h);
    });
    if (what.qos == nomq::Qos::at_most_once) {
      unsent[what.priority].emplace_back(*handle, std::move(completion));
    } else {
      in_flight.emplace(*handle, std::move(completion));
    }
    flush();
  }

  void abandon(Handle handle) {
    if (const auto found = in_flight.extract(handle)) return found.mapped()(asio::error::operation_aborted, {});
    for (auto& line : unsent)
      for (auto one = line.begin(); one != line.end(); ++one)
        if (one->first == handle) {
          auto completion = std::move(one->second);
          line.erase(one);
          return completion(asio::error::operation_aborted, {});
        }
  }

  void receive(ReceiveCompletion completion) {
    if (mailbox.size() > 0) {
      completion({}, mailbox.pop());
      if (mailbox.size() <= messages_waiting / 2) sockets.listen(true);
      return;
    }
    if (closed) return completion(asio::error::operation_aborted, {});
    const std::uint64_t number = next_receiver++;
    completion.on_cancel([weak = weak_from_this(), number] {
      const auto self = weak.lock();
      if (!self) return;
      if (const auto found = self->receivers.extract(number)) found.mapped()(asio::error::operation_aborted, {});
    });
    receivers.emplace(number, std::move(completion));
  }

  void ping(const Path& path, PingCompletion completion) {
    if (closed) return completion(asio::error::operation_aborted, {});
    const Now now = linux_port::now();
    const auto id = node.ping(path, now);
    if (!id) return completion(id.error(), {});
    completion.on_cancel([weak = weak_from_this(), ping = *id] {
      const auto self = weak.lock();
      if (!self) return;
      if (const auto found = self->pings.extract(ping)) found.mapped().completion(asio::error::operation_aborted, {});
    });
    pings.emplace(*id, Ping{path, now.tick, std::move(completion)});
    wait_for_pings();
    flush();
  }

  void close() {
    if (std::exchange(closed, true)) return;
    watch.reset();
    ping_timer.cancel();
    for (auto& [handle, completion] : std::exchange(in_flight, {})) completion(asio::error::operation_aborted, {});
    for (auto& line : unsent)
      for (auto& [handle, completion] : std::exchange(line, {})) completion(asio::error::operation_aborted, {});
    for (auto& [number, completion] : std::exchange(receivers, {})) completion(asio::error::operation_aborted, {});
    for (auto& [id, ping] : std::exchange(pings, {})) ping.completion(asio::error::operation_aborted, {});
  }

  void flush() {
    driver.flush();
    settle();
  }

  // --- what the node says

  void on(const nomq::Message& message) {
    if (receivers.empty()) {
      mailbox.push(kept(message));
      if (mailbox.size() >= messages_waiting) sockets.listen(false);
      return;
    }
    receivers.extract(receivers.begin()).mapped()({}, kept(message));
  }

  void on(const nomq::Outcome& outcome) {
    auto found = in_flight.extract(outcome.handle);
    if (!found) return;  // it was cancelled
    found.mapped()({}, {outcome.delivered, outcome.given_up, outcome.reason, {outcome.by.begin(), outcome.by.end()}});
  }

  // A board does not say which question it answers, so there the address tells.
  void on(const nomq::Answered& answer) {
    auto found = pings.find(answer.ping);
    if (found == pings.end())
      found = std::ranges::find_if(pings, [&](const auto& one) { return one.second.path.peer == answer.path.peer; });
    if (found == pings.end()) return;
    Ping ping = std::move(found->second);
    pings.erase(found);
    ping.completion({}, {answer.by, answer.path, linux_port::now().tick - ping.at});
  }

  void on(const nomq::PeerSubscription& event) {
    if (!event.channel.empty() && learned.size() < names_learned_max)
      learned.try_emplace(event.id, std::string(event.channel));
    if (observer) observer(event);
  }
  void on(const nomq::PeerChange& event) {
    if (observer) observer(event);
  }
  void on(const nomq::Dropped& event) {
    if (observer) observer(event);
  }

  // --- after each change

  void settle() {
    for (std::size_t priority = 0; priority < unsent.size(); ++priority) {
      auto& line = unsent[priority];
      if (line.empty()) continue;
      const auto first = node.first_unsent(static_cast<std::uint8_t>(priority));
      while (!line.empty() && line.front().first != first) {
        auto completion = std::move(line.front().second);
        line.pop_front();
        completion({}, {});
      }
    }
    if (!leaving.empty() && !node.announcing()) leaving.clear();
  }

  void wait_for_pings() {
    Instant first = linux_port::now().tick + ping_lifetime;
    for (const auto& [id, ping] : pings) first = std::min(first, ping.at + ping_lifetime);
    ping_timer.expires_after(std::chrono::microseconds((first - linux_port::now().tick).us));
    ping_timer.async_wait([weak = weak_from_this()](std::error_code error) {
      const auto self = weak.lock();
      if (error || !self || self->closed) return;
      self->give_up_pings();
    });
  }

  void give_up_pings() {
    const Instant now = linux_port::now().tick;
    for (auto ping = pings.begin(); ping != pings.end();) {
      const auto here = ping++;
      if (now - here->second.at < ping_lifetime) continue;
      pings.extract(here).mapped().completion(Reason::peer_silent, {});
    }
    if (!pings.empty()) wait_for_pings();
  }

  // A channel's id is a hash of its name; nobody publishes to thousands of channels at once.
  const nomq::ChannelId& id_of(std::string_view channel) {
    if (const auto found = ids.find(channel); found != ids.end()) return found->second;
    if (ids.size() >= ids_remembered) ids.clear();
    return ids.emplace(channel, nomq::channel_id(channel)).first->second;
  }

  struct Ping {
    Path path;
    Instant at;
    PingCompletion completion;
  };

  asio::any_io_executor executor;
  Profile profile;
  crypto::HostRandom random;
  std::unique_ptr<crypto::CbcHmac> v1;  // one of them
  std::unique_ptr<nomq::SuffixCipher> legacy;
  NomqMemory memory;
  nomq::Node node;
  linux_port::LanSockets sockets;
  linux_port::LanDriver<nomq::Node> driver;
  std::optional<linux_port::Watch> watch;

  std::set<std::string, std::less<>> names;  // which the node borrows
  std::vector<decltype(names)::node_type> leaving;
  std::map<std::string, nomq::ChannelId, std::less<>> ids;
  std::map<nomq::ChannelId, std::string> learned;

  Mailbox mailbox;
  std::size_t messages_waiting;
  std::map<std::uint64_t, ReceiveCompletion> receivers;
  std::uint64_t next_receiver = 0;
  std::unordered_map<Handle, PublishCompletion> in_flight;
  std::array<std::deque<std::pair<Handle, PublishCompletion>>, nomq::priority_max + 1> unsent;
  std::map<PacketId, Ping> pings;
  asio::steady_timer ping_timer;
  std::function<void(const Event&)> observer;
  bool closed = false;
};

Nomq::Nomq(const asio::any_io_executor& executor, const Key& key, const Options& options)
    : state_(std::make_shared<State>(executor, key, options)) {
  state_->open();
}

Nomq::~Nomq() { close(); }

asio::any_io_executor Nomq::get_executor() const { return state_->executor; }
nomq::Profile Nomq::profile() const { return state_->profile; }

Result<Done> Nomq::subscribe(std::string_view channel, std::uint8_t priority) {
  return state_->subscribe(channel, priority);
}
Result<Done> Nomq::unsubscribe(std::string_view channel) { return state_->unsubscribe(channel); }
bool Nomq::subscribed(std::string_view channel) const { return state_->names.contains(channel); }

Result<Done> Nomq::accept(nomq::Token token) {
  const auto done = state_->node.accept(token);
  state_->flush();
  return done;
}

void Nomq::observe(std::function<void(const Event&)> observer) { state_->observer = std::move(observer); }

std::vector<Nomq::Peer> Nomq::peers() const {
  const Instant now = linux_port::now().tick;
  std::vector<Peer> all;
  state_->node.for_each_peer([&](const nomq::PeerView& view) {
    Peer& peer = all.emplace_back();
    peer.session = view.session;
    peer.address = view.path.peer;
    peer.present = view.present;
    peer.proven = view.proven;
    peer.silent_for = now - view.heard_at;
    if (view.round_trip.us > 0) peer.round_trip = view.round_trip;
    const auto listens = [&](const nomq::ChannelId& id, const std::string& name) {
      if (state_->node.listens(view.session, id)) peer.channels.push_back(name);
    };
    for (const auto& [id, name] : state_->learned) listens(id, name);
    for (const std::string& name : state_->names)
      if (const auto id = nomq::channel_id(name); !state_->learned.contains(id)) listens(id, name);
    std::ranges::sort(peer.channels);
  });
  return all;
}

std::vector<std::string> Nomq::known_channels() const {
  std::set<std::string> all(state_->names.begin(), state_->names.end());
  for (const auto& [id, name] : state_->learned) all.insert(name);
  return {all.begin(), all.end()};
}

std::optional<std::string> Nomq::name_of(const nomq::ChannelId& id) const {
  const auto found = state_->learned.find(id);
  return found == state_->learned.end() ? std::nullopt : std::optional(found->second);
}

nomq::SessionId Nomq::session() const { return state_->node.session(); }
const Counters& Nomq::counters() const { return state_->node.counters(); }
const nomq::Traffic& Nomq::traffic() const { return state_->node.traffic(); }
const linux_port::LanSockets& Nomq::sockets() const { return state_->sockets; }

void Nomq::goodbye() {
  state_->node.goodbye();
  state_->flush();
}

void Nomq::close() { state_->close(); }

void Nomq::start_publish(const Publication& what, Completion<std::error_code, Outcome> completion) {
  state_->publish(what, std::move(completion));
}
void Nomq::start_receive(Completion<std::error_code, Message> completion) { state_->receive(std::move(completion)); }
void Nomq::start_ping(const Path& path, Completion<std::error_code, Pong> completion) {
  state_->ping(path, std::move(completion));
}
void Nomq::start_ping(nomq::SessionId peer, Completion<std::error_code, Pong> completion) {
  const auto view = state_->node.peer(peer);
  if (!view) return completion(Reason::unknown_peer, {});
  state_->ping(view->path, std::move(completion));
}

}  // namespace tacit::host
