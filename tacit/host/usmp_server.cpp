#include "tacit/host/usmp_server.hpp"

#include <asio/error.hpp>
#include <asio/post.hpp>
#include <asio/prefer.hpp>
#include <asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <thread>

#include "tacit/host/receive_queue.hpp"
#include "tacit/host/usmp_discovery.hpp"
#include "tacit/host/usmp_session_table.hpp"
#include "tacit/host/usmp_shard.hpp"
#include "tacit/port/linux/address.hpp"
#include "tacit/usmp/steering.hpp"

namespace tacit::host {
namespace {

using Shards = linux_port::Shards<UsmpShard>;
using usmp::HubEvent;
using usmp::KeyTag;
using usmp::Request;

constexpr std::time_t seen_every_s = 10;
constexpr std::chrono::milliseconds ordered_again_after{2};
// More places than the hub has, so that it is the hub that chooses who goes.
constexpr std::uint32_t spare_connections = 64;

linux_port::ServerConfig sockets_of(const UsmpServer::Options& options) {
  linux_port::ServerConfig config;
  config.at = options.at;
  config.udp = options.udp;
  config.tcp = options.tcp;
  config.spread = options.discoverable;  // the responder stands beside us
  config.connections = static_cast<std::uint32_t>(options.sizes.connections) + spare_connections;
  return config;
}

// Sockets that share their port share it with another server of the same user too, and neither would notice.
void require_port_of_our_own(linux_port::ServerConfig config) {
  if (config.at.port == 0) return;
  config.spread = false;
  config.connections = 1;
  const linux_port::ServerSockets alone(config);
}

bool is_right(const DeviceChange& now, const UsmpServer::Session& session) {
  return now.is_right(session.key) && (session.wire == usmp::Wire::v2 || now.wire1_allowed);
}

}  // namespace

// Shared with what shards and registry may still post after the server is gone.
struct UsmpServer::State : std::enable_shared_from_this<State> {
  using Entry = UsmpSessionTable::Entry;

  State(const asio::any_io_executor& its_executor, const Options& its_options)
      : executor(its_executor), work(asio::prefer(its_executor, asio::execution::outstanding_work.tracked)),
        options(its_options), backlog(std::make_shared<UsmpBacklog>()), late_timer(its_executor) {
    backlog->limit = std::max<std::size_t>(options.messages_waiting, 1);
  }

  // Runs what comes from another thread on the executor, unless the server is closed by then.
  template <class Work> auto later(Work work_there) {
    return [weak = weak_from_this(), on = executor, work_there](auto... args) {
      asio::post(on, [weak, work_there, ... args = std::move(args)]() mutable {
        if (const auto self = weak.lock(); self && self->shards) work_there(*self, std::move(args)...);
      });
    };
  }
  // The same for what is posted already.
  template <class Work> auto here(Work work_here) {
    return [weak = weak_from_this(), work_here](auto&&... args) {
      if (const auto self = weak.lock(); self && self->shards) work_here(*self, std::forward<decltype(args)>(args)...);
    };
  }

  Attempt<Done> open_registry(const std::string& path) {
    auto look = ServedDevices::open(path, DeviceService::Options().patience);
    if (!look) return look.error();
    const auto wire1 = look->any_wire1();
    if (!wire1) return wire1.error();
    options.hub.wire1 = *wire1;
    auto opened = DeviceService::open(executor, path,
                                      {here([](State& s, const DeviceChange& change) { s.on_change(change); }),
                                       here([](State& s, const Problem& problem) { s.tell(problem); })},
                                      {});
    if (!opened) return opened.error();
    registry = *std::move(opened);
    return Done{};
  }

  void open_sockets() {
    const linux_port::ServerConfig config = sockets_of(options);
    require_port_of_our_own(config);
    const UsmpShard::Owner owner{
        [tell_message = later([](State& s, Message message) { s.on_message(std::move(message)); }),
         tell_event = later([](State& s, std::size_t shard, const HubEvent& event) { s.on_event(shard, event); })](
            std::size_t shard, const HubEvent& event) {
          if (const auto* m = std::get_if<usmp::DeviceMessage>(&event))
            tell_message(Message{name_of(shard, m->session), m->device, {m->message.begin(), m->message.end()}});
          else tell_event(shard, event);
        },
        later([](State& s, std::uint64_t operation, std::optional<Reason> reason) { s.on_end(operation, reason); })};
    shards = std::make_unique<Shards>(
        config, usmp::steering, options.shards, [&](std::size_t index, linux_port::ShardExchange& exchange) {
          return std::make_unique<UsmpShard>(index, options.hub, options.sizes, exchange, backlog, owner);
        });
    late.resize(shards->size());
  }

  void let_be_found() {
    const usmp::Wires wires = options.hub.wire1 ? usmp::Wires::both : usmp::Wires::v2;
    const std::uint16_t tcp = options.tcp ? shards->port() : 0, udp = options.udp ? shards->port() : 0;
    if (options.discoverable) {
      usmp::Answer about{.wires = wires, .tcp_port = tcp, .udp_port = udp, .name = {}};
      if (const auto name = usmp::ServerName::cut(options.name)) about.name = *name;
      responder.emplace(executor, about, UsmpResponder::Options{shards->port(), options.interfaces});
    }
    if (options.announce)
      announcement.emplace(executor, ServiceAnnouncement::Server{options.name, tcp, udp, wires},
                           here([](State& s, const Announcement& status) { s.tell(status); }));
  }

  // --- orders

  void order(std::size_t shard, UsmpShard::Order what) {
    if (late[shard].empty() && shards->post(shard, what)) return;
    late[shard].push_back(std::move(what));
    order_late_ones_soon();
  }
  void order_all(const UsmpShard::Order& what) {
    for (std::size_t shard = 0; shard < shards->size(); ++shard) order(shard, what);
  }

  void order_late_ones_soon() {
    late_timer.expires_after(ordered_again_after);
    late_timer.async_wait(here([](State& s, std::error_code error) {
      if (!error) s.order_late_ones();
    }));
  }
  void order_late_ones() {
    bool all = true;
    for (std::size_t shard = 0; shard < late.size(); ++shard) {
      while (!late[shard].empty() && shards->post(shard, late[shard].front())) late[shard].pop_front();
      all &= late[shard].empty();
    }
    if (!all) order_late_ones_soon();
  }

  // --- keys

  void on(std::size_t shard, const usmp::KeyWanted& wanted) {
    registry->async_keys(wanted.device, here([shard, request = wanted.request](State& s, DeviceService::Keys keys) {
                           if (!keys) s.tell(keys.error());
                           const bool known = keys && keys->has_value();
                           s.provide(shard, request,
                                     known ? std::make_shared<const DeviceKeys>(**std::move(keys)) : nullptr);
                         }));
  }

  void provide(std::size_t shard, Request request, const std::shared_ptr<const DeviceKeys>& keys) {
    order(shard, [request, keys](UsmpShard& on) {
      std::array<usmp::OfferedKey, 2> offered;
      std::size_t count = 0;
      const auto offer = [&](const VersionedPsk& key) {
        offered[count++] = {key.psk.reveal(), static_cast<KeyTag>(key.version)};
      };
      if (keys) offer(keys->current);
      if (keys && keys->next) offer(*keys->next);
      // Where the handshake is over by now, nothing is left to do.
      (void)on.hub().provide(request, std::span(offered).first(count), keys && keys->wire1_allowed, linux_port::now());
    });
  }

  void on_change(const DeviceChange& change) {
    if (change.wire1_allowed) order_all([](UsmpShard& on) { on.hub().allow_wire1(true); });
    if (!change.is_known()) {
      order_all([device = change.device](UsmpShard& on) {
        on.hub().close_device(device, Reason::revoked, std::nullopt, linux_port::now());
      });
      return;
    }
    for (const auto& name : sessions.of_device(change.device)) {
      const Session& session = sessions.find(name)->session;
      if (!is_right(change, session)) end_for_key(session);
    }
  }

  // The session, and whatever else its device has under way with that key.
  void end_for_key(const Session& session) {
    order(session.name.shard, [device = session.device, key = session.key](UsmpShard& on) {
      on.hub().close_device(device, Reason::revoked, static_cast<KeyTag>(key), linux_port::now());
    });
  }

  // --- sessions

  static SessionName name_of(std::size_t shard, usmp::SessionRef session) {
    return {static_cast<std::uint32_t>(shard), session};
  }

  void on_event(std::size_t shard, const HubEvent& event) {
    std::visit([&](const auto& e) { on(shard, e); }, event);
  }

  void on(std::size_t shard, const usmp::DeviceConnected& event) {
    const SessionName name = name_of(shard, event.session);
    Entry& entry = sessions.add({.name = name,
                                 .device = event.device,
                                 .wire = event.wire,
                                 .transport = event.transport,
                                 .key = static_cast<KeyVersion>(event.key),
                                 .address = event.path.peer,
                                 .since = std::time(nullptr)});
    ++connected;
    saw(entry);
    registry->async_used(event.device, entry.session.key, here([name](State& s, const Attempt<bool>& right) {
                           if (!right) s.tell(right.error());
                           else if (const Entry* found = s.sessions.find(name); found && !*right)
                             s.end_for_key(found->session);
                         }));
    tell(Connected{entry.session});
  }

  void on(std::size_t shard, const usmp::WeakWire& event) {
    if (const Entry* entry = sessions.find(name_of(shard, event.session))) tell(Weak{entry->session});
  }

  void on(std::size_t shard, const usmp::DeviceDisconnected& event) {
    const SessionName name = name_of(shard, event.session);
    const auto session = sessions.remove(name);
    if (!session) return;
    if (event.reason != Reason::idle && event.reason != Reason::no_acknowledgement) saw(*session);
    for (auto& ping : std::exchange(pings[name], {})) ping(event.reason, {});
    pings.erase(name);
    tell(Disconnected{*session, event.reason});
  }

  void on(std::size_t shard, const usmp::DeviceMoved& event) {
    Entry* entry = sessions.find(name_of(shard, event.session));
    if (!entry) return;
    entry->session.address = event.to;
    saw(*entry);
    tell(Moved{entry->session, event.from});
  }

  void on(std::size_t shard, const usmp::DeviceAnswered& event) {
    const Entry* entry = sessions.find(name_of(shard, event.session));
    if (!entry) return;
    const auto waiting = pings.extract(entry->session.name);
    if (!waiting) return;
    for (auto& ping : waiting.mapped())
      ping({}, {entry->session.name, entry->session.address, Duration(event.round_trip)});
  }

  void on(std::size_t, const usmp::DeviceDropped& event) { tell(event); }
  void on(std::size_t, const usmp::DeviceMoving&) {}   // the shard has claimed the address
  void on(std::size_t, const usmp::DeviceOutcome&) {}  // comes as on_end()
  void on(std::size_t, const usmp::DeviceMessage&) {}  // comes as on_message()

  void saw(Entry& entry) {
    entry.seen_at = std::time(nullptr);
    saw(entry.session);
  }
  void saw(const Session& session) {
    registry->seen(session.device,
                   {std::time(nullptr), linux_port::to_text(session.address), static_cast<std::uint8_t>(session.wire)});
  }

  // --- messages

  void on_message(Message message) {
    ++messages_in;
    if (Entry* entry = sessions.find(message.session)) {
      ++entry->session.messages_in;
      if (std::time(nullptr) - entry->seen_at >= seen_every_s) saw(*entry);
    }
    if (messages.push(std::move(message))) was_received();
  }

  void receive(Completion<std::error_code, Message> completion) {
    if (messages.receive(std::move(completion))) was_received();
  }

  void was_received() {
    if (backlog->waiting-- != backlog->limit || !shards) return;
    order_all([](UsmpShard&) {});  // the turn that follows an order finds the gate open
  }

  void send(const std::optional<SessionName>& to, Bytes message, Completion<std::error_code> completion) {
    if (!shards) return completion(asio::error::operation_aborted);
    Entry* entry = to ? sessions.find(*to) : nullptr;
    if (!entry) return completion(Reason::unknown_peer);
    if (message.size() > usmp::message_size_max) return completion(Reason::too_large);
    if (!late[to->shard].empty()) return completion(Reason::queue_full);
    const std::uint64_t operation = next_operation++;
    const auto posted =
        shards->post(to->shard, [operation, session = to->session, text = std::vector(message.begin(), message.end())](
                                    UsmpShard& on) { on.send(operation, session, text); });
    if (!posted) return completion(posted.error());
    ++entry->session.messages_out;
    ++messages_out;
    completion.on_cancel(here([operation](State& s) {
      if (auto found = s.operations.extract(operation)) found.mapped()(asio::error::operation_aborted);
    }));
    operations.emplace(operation, std::move(completion));
  }

  void on_end(std::uint64_t operation, std::optional<Reason> reason) {
    auto found = operations.extract(operation);
    if (!found) return;  // cancelled
    found.mapped()(reason ? std::error_code(*reason) : std::error_code());
  }

  void ping(const std::optional<SessionName>& whom, Completion<std::error_code, Pong> completion) {
    if (!shards) return completion(asio::error::operation_aborted, {});
    if (!whom || !sessions.find(*whom)) return completion(Reason::unknown_peer, {});
    pings[*whom].push_back(std::move(completion));
    // Where the session is gone by now, its end is on its way to us.
    order(whom->shard, [session = whom->session](UsmpShard& on) { (void)on.hub().ping(session, linux_port::now()); });
  }

  // --- the rest

  void statistics(Completion<std::error_code, Statistics> completion) {
    if (!shards) return completion(asio::error::operation_aborted, {});
    struct Gathering {
      Statistics sum;
      std::size_t missing;
      Completion<std::error_code, Statistics> completion;
    };
    auto gathering = std::make_shared<Gathering>(Gathering{{}, shards->size(), std::move(completion)});
    const auto add = later([gathering](State& s, const Statistics& part) {
      Statistics& sum = gathering->sum;
      for (std::size_t i = 0; i < reason_count; ++i) sum.reasons[i] += part.reasons[i];
      sum.handshakes += part.handshakes;
      if (--gathering->missing > 0) return;
      s.add_own(sum);
      gathering->completion({}, sum);
    });
    order_all([add](UsmpShard& on) {
      Statistics part;
      for (std::size_t i = 0; i < reason_count; ++i) part.reasons[i] = on.hub().counters()[static_cast<Reason>(i)];
      part.handshakes = on.hub().handshakes();
      add(part);
    });
  }

  void add_own(Statistics& sum) const {
    sum.sessions = sessions.size();
    sum.weak_sessions = sessions.weak();
    sum.connected = connected;
    sum.messages_in = messages_in;
    sum.messages_out = messages_out;
    const auto exchanged = shards->exchanged();
    sum.handed_over = exchanged.handed_over;
    sum.lost_between_shards = exchanged.lost;
  }

  void tell(const Event& event) {
    if (observer) observer(event);
  }

  void close() {
    if (!shards) return;
    announcement.reset();
    responder.reset();
    late_timer.cancel();
    const UsmpShard::Order goodbye = [](UsmpShard& on) { on.hub().close_all(linux_port::now()); };
    for (std::size_t shard = 0; shard < shards->size(); ++shard)
      while (!shards->post(shard, goodbye)) std::this_thread::yield();
    shards.reset();    // what was ordered is done, and what was to be said has left
    registry.reset();  // and what was seen is written
    sessions.clear();
    const auto aborted = make_error_code(asio::error::operation_aborted);
    for (auto& [operation, completion] : std::exchange(operations, {})) completion(aborted);
    for (auto& [name, waiting] : std::exchange(pings, {}))
      for (auto& ping : waiting) ping(aborted, {});
    messages.close();
    work = {};
  }

  asio::any_io_executor executor, work;
  Options options;
  std::unique_ptr<DeviceService> registry;
  std::shared_ptr<UsmpBacklog> backlog;
  std::unique_ptr<Shards> shards;  // until close()
  std::optional<UsmpResponder> responder;
  std::optional<ServiceAnnouncement> announcement;

  std::vector<std::deque<UsmpShard::Order>> late;  // for which a shard's mailbox had no room
  asio::steady_timer late_timer;

  UsmpSessionTable sessions;
  ReceiveQueue<Message> messages;
  std::map<std::uint64_t, Completion<std::error_code>> operations;
  std::map<SessionName, std::vector<Completion<std::error_code, Pong>>> pings;
  std::uint64_t next_operation = 0, connected = 0, messages_in = 0, messages_out = 0;
  std::function<void(const Event&)> observer;
};

Attempt<std::unique_ptr<UsmpServer>> UsmpServer::open(const asio::any_io_executor& executor,
                                                      const std::string& registry, const Options& options) {
  auto state = std::make_shared<State>(executor, options);
  if (const auto opened = state->open_registry(registry); !opened) return opened.error();
  state->open_sockets();
  state->let_be_found();
  return std::unique_ptr<UsmpServer>(new UsmpServer(std::move(state)));
}

UsmpServer::UsmpServer(std::shared_ptr<State> state) : state_(std::move(state)) {}
UsmpServer::~UsmpServer() { close(); }

asio::any_io_executor UsmpServer::get_executor() const { return state_->executor; }
std::uint16_t UsmpServer::port() const {
  require(state_->shards != nullptr);
  return state_->shards->port();
}
void UsmpServer::observe(std::function<void(const Event&)> observer) { state_->observer = std::move(observer); }

std::vector<UsmpServer::Session> UsmpServer::sessions() const { return state_->sessions.by_age(); }

const UsmpServer::Session* UsmpServer::find(const SessionName& name) const {
  const State::Entry* entry = state_->sessions.find(name);
  return entry ? &entry->session : nullptr;
}

void UsmpServer::close(const SessionName& name) {
  if (!state_->shards || !state_->sessions.find(name)) return;
  state_->order(name.shard,
                [session = name.session](UsmpShard& on) { (void)on.hub().close(session, linux_port::now()); });
}

void UsmpServer::close() { state_->close(); }

std::optional<UsmpServer::SessionName> UsmpServer::newest_of(const DeviceId& device) const {
  return state_->sessions.newest_of(device);
}

void UsmpServer::start_receive(Completion<std::error_code, Message> completion) {
  state_->receive(std::move(completion));
}
void UsmpServer::start_send(const std::optional<SessionName>& to, Bytes message,
                            Completion<std::error_code> completion) {
  state_->send(to, message, std::move(completion));
}
void UsmpServer::start_ping(const std::optional<SessionName>& whom, Completion<std::error_code, Pong> completion) {
  state_->ping(whom, std::move(completion));
}
void UsmpServer::start_statistics(Completion<std::error_code, Statistics> completion) {
  state_->statistics(std::move(completion));
}

}  // namespace tacit::host
