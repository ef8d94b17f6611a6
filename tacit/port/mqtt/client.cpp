#include "tacit/port/mqtt/client.hpp"

#include <mosquitto.h>

#include <algorithm>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <unordered_map>

#include "tacit/kit/backoff.hpp"
#include "tacit/port/mqtt/readiness.hpp"
#include "tacit/port/mqtt/subscriptions.hpp"

namespace tacit::mqtt_port {
namespace {

using namespace literals;

constexpr int packets_at_once = 32;  // then others have their turn
constexpr Duration tick_every = 1_s, linger = 3_s;
// A connection that held so long was a good one, and the next failure is the first.
constexpr Duration good_after = 10_s;

std::string random_id(crypto::Random& random) {
  constexpr std::string_view letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string id;
  while (id.size() < 22) {
    const auto byte = random.value<std::uint8_t>();
    if (byte < 4 * letters.size()) id += letters[byte % letters.size()];  // each letter as often as the others
  }
  return id;
}

// It is another address' turn, unless the broker itself has answered.
bool nobody_there(Reason reason) { return reason == Reason::unreachable || reason == Reason::connect_timeout; }

}  // namespace

// Shared with what Asio may still call after the Client is gone.
struct Client::State : std::enable_shared_from_this<State> {
  enum class Phase : std::uint8_t { idle, resolving, connecting, subscribing, ready, leaving, waiting };

  State(const asio::any_io_executor& its_executor, Options its_options, std::optional<TlsContext> its_tls,
        crypto::Random& its_random, Handlers its_handlers)
      : executor(its_executor), options(std::move(its_options)), tls(std::move(its_tls)), random(its_random),
        handlers(std::move(its_handlers)), resolver(executor), timer(executor),
        backoff(options.retry_first, options.retry_most),
        client_id(options.client_id.empty() ? random_id(random) : options.client_id) {}

  // --- from attempt to connection

  void connect() {
    if (phase == Phase::idle) resolve();
  }

  void resolve() {
    phase = Phase::resolving;
    set_alarm(options.attempt_within, [this] { lost({Reason::name_unknown, "no answer in time"}); });
    resolver.async_resolve(options.host, std::to_string(port_of(options)),
                           [weak = weak_from_this(), number = alarm](const asio::error_code& error, const auto& found) {
                             const auto self = weak.lock();
                             if (!self || number != self->alarm || self->phase != Phase::resolving) return;
                             self->resolved(error, found);
                           });
  }

  void resolved(const asio::error_code& error, const asio::ip::tcp::resolver::results_type& found) {
    addresses.clear();
    for (const auto& entry : found) addresses.push_back(entry.endpoint().address().to_string());
    if (error || addresses.empty()) return lost({Reason::name_unknown, options.host + ": " + error.message()});
    open(0);
  }

  void open(std::size_t which) {
    phase = Phase::connecting;
    address = which;
    readiness.reset();
    connection.emplace(options, client_id, tls ? &*tls : nullptr, [this](const Arrival& arrival) { tell(arrival); });
    connection->open(addresses[address]);
    set_alarm(options.attempt_within, [this] {
      end_attempt({Reason::connect_timeout, addresses[address]});
      follow();
    });
    if (connection->fd() >= 0)
      readiness.emplace(executor, connection->fd(), [weak = weak_from_this()](Readiness::For what) {
        if (const auto self = weak.lock()) self->turn(what);
      });
    follow();
  }

  void end_attempt(const Failure& failure) {
    const bool nobody = nobody_there(failure.reason) || !connection->was_there();
    if (phase == Phase::connecting && nobody && address + 1 < addresses.size()) return open(address + 1);
    lost(failure);
  }

  void subscribe_all() {
    phase = Phase::subscribing;
    subscriptions.ask_all(*connection);
  }

  // The broker has let us in: a filter that is new is asked for at once, and not by subscribe_all().
  bool is_let_in() const { return phase == Phase::subscribing || phase == Phase::ready; }

  void granted(const Connection::Granted& answer) {
    const auto filter = subscriptions.answered(answer.id);
    if (filter && answer.code >= 128) tell(SubscriptionRefused{*filter, answer.code});
  }

  void become_ready() {
    phase = Phase::ready;
    ready_since = std::chrono::steady_clock::now();
    tick_later();
    tell(Connected{connection->accepted()->session_present, connection->accepted()->packet_max});
  }

  void tick_later() {
    set_alarm(tick_every, [this] {
      connection->tick();
      tick_later();
      follow();
    });
  }

  // --- what happens to a connection

  void turn(Readiness::For what) {
    if (!connection) return;
    if (what == Readiness::For::writing) connection->write();
    else read();
    if (closed) return drop_connection();
    follow();
  }

  void read() {
    const Flag here(reading);
    for (int packet = 0; packet < packets_at_once && !paused && !closed && connection->read(); ++packet) {}
  }

  // Tells what has happened, until nothing more happens by that.
  void follow() {
    if (following) return;
    const Flag here(following);
    while (connection) {
      bool news = false;
      for (const auto& settled : connection->take_settled()) {
        news = true;
        if (const auto found = in_flight.extract(settled.id)) tell(Outcome{found.mapped(), settled.reason});
        if (!connection) return;  // closed by who was told
      }
      for (const auto& answer : connection->take_granted()) granted(answer);
      if (!connection) return;
      if (const auto failure = connection->failure()) {
        end_attempt(*failure);
        continue;
      }
      if (connection->said_goodbye()) return gone();
      if (phase == Phase::connecting && connection->accepted()) subscribe_all();
      if (phase == Phase::subscribing && subscriptions.all_answered()) become_ready(), news = true;
      if (!connection) return;
      if (!closed) handlers.rest();
      if (!news && connection && !connection->has_news()) break;
    }
    watch();
  }

  // Set for as long as it lives, also where something throws.
  struct Flag {
    explicit Flag(bool& its_flag) : flag(its_flag) { flag = true; }
    ~Flag() { flag = false; }
    bool& flag;
  };

  void tell(const Event& event) {
    if (!closed) handlers.deliver(event);
  }

  // Later, because who calls is in the middle of something.
  void follow_soon() {
    if (std::exchange(will_follow, true)) return;
    asio::post(executor, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->will_follow = false;
      self->follow();
    });
  }

  void watch() {
    if (!connection || !readiness) return;
    if (!paused) readiness->want(Readiness::For::reading);
    if (!paused && connection->has_decrypted()) read_soon();
    if (connection->wants_write()) readiness->want(Readiness::For::writing);
  }

  void read_soon() {
    if (std::exchange(will_read, true)) return;
    asio::post(executor, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->will_read = false;
      self->turn(Readiness::For::reading);
    });
  }

  void lost(const Failure& failure) {
    const bool was_good = phase == Phase::ready &&
                          std::chrono::steady_clock::now() - ready_since > std::chrono::microseconds(good_after.us);
    if (was_good) backoff.reset();
    const bool leaving = phase == Phase::leaving;
    drop_connection();
    if (leaving || !options.reconnect) {
      phase = Phase::idle;
      return tell(Disconnected{leaving ? std::nullopt : std::optional(failure), std::nullopt});
    }
    phase = Phase::waiting;
    const Duration wait = backoff.next(random.value<std::uint32_t>());
    set_alarm(wait, [this] { resolve(); });
    tell(Disconnected{failure, wait});
  }

  void drop_connection() {
    readiness.reset();
    connection.reset();
    subscriptions.forget_connection();
    in_flight.clear();
    stop_alarm();
    resolver.cancel();
  }

  // --- the end

  void disconnect() {
    if (phase == Phase::idle || phase == Phase::leaving) return;
    if (phase != Phase::ready) return asio::post(executor, [self = shared_from_this()] { self->gone(); });
    phase = Phase::leaving;
    connection->goodbye();
    set_alarm(linger, [this] { gone(); });
    follow_soon();
  }

  void gone() {
    if (phase == Phase::idle) return;
    drop_connection();
    phase = Phase::idle;
    tell(Disconnected{});
  }

  void close() {
    closed = true;
    phase = Phase::idle;
    if (!reading) drop_connection();
  }

  // --- time

  // One thing at a time is waited for, and what that is belongs to the phase.
  template <class Then> void set_alarm(Duration in, Then then) {
    const std::uint64_t number = ++alarm;
    timer.expires_after(std::chrono::microseconds(in.us));
    timer.async_wait([weak = weak_from_this(), number, then](const asio::error_code& error) {
      const auto self = weak.lock();
      if (self && !error && number == self->alarm) then();
    });
  }
  void stop_alarm() {
    ++alarm;
    timer.cancel();
  }

  asio::any_io_executor executor;
  Options options;
  std::optional<TlsContext> tls;
  crypto::Random& random;
  Handlers handlers;
  asio::ip::tcp::resolver resolver;
  asio::steady_timer timer;
  std::uint64_t alarm = 0;
  Backoff backoff;
  std::string client_id;
  Phase phase = Phase::idle;
  bool paused = false, reading = false, following = false, will_follow = false, will_read = false, closed = false;

  std::vector<std::string> addresses;
  std::size_t address = 0;
  std::optional<Connection> connection;
  std::optional<Readiness> readiness;
  std::chrono::steady_clock::time_point ready_since;

  Subscriptions subscriptions;
  std::unordered_map<PacketId, Token> in_flight;
};

std::variant<std::unique_ptr<Client>, Failure> Client::make(const asio::any_io_executor& executor, Options options,
                                                            crypto::Random& random, Handlers handlers) {
  if (auto mistake = mistake_in(options)) return Failure{Reason::invalid_argument, *std::move(mistake)};
  std::optional<TlsContext> tls;
  if (uses_tls(options)) {
    auto made = TlsContext::make(options);
    if (auto* failure = std::get_if<Failure>(&made)) return std::move(*failure);
    tls = std::get<TlsContext>(std::move(made));
  }
  return std::unique_ptr<Client>(
      new Client(std::make_shared<State>(executor, std::move(options), std::move(tls), random, std::move(handlers))));
}

Client::Client(std::shared_ptr<State> state) : state_(std::move(state)) {}
Client::~Client() { close(); }

void Client::connect() { state_->connect(); }
void Client::disconnect() { state_->disconnect(); }
void Client::close() { state_->close(); }

Result<Done> Client::subscribe(const std::string& filter, Qos qos) {
  if (mosquitto_sub_topic_check(filter.c_str()) != 0) return Reason::invalid_argument;
  State& s = *state_;
  if (const auto added = s.subscriptions.add(filter, qos); !added) return added;
  if (s.is_let_in()) s.subscriptions.ask(*s.connection, filter, qos);
  s.follow_soon();
  return Done{};
}

Result<Done> Client::unsubscribe(const std::string& filter) {
  State& s = *state_;
  if (!s.subscriptions.remove(filter)) return Reason::invalid_argument;
  if (s.is_let_in()) (void)s.connection->unsubscribe(filter);
  s.follow_soon();
  return Done{};
}

std::size_t Client::room() const {
  const State& s = *state_;
  if (s.phase != State::Phase::ready || s.connection->wants_write()) return 0;
  const std::size_t window = s.connection->accepted()->window;
  return window - std::min(window, s.in_flight.size());
}

Result<Done> Client::publish(const Publication& what, Token token) {
  if (room() == 0) return Reason::queue_full;
  State& s = *state_;
  const auto id = s.connection->publish(what);
  s.follow_soon();
  if (!id) return id.error();
  s.in_flight.emplace(*id, token);
  return Done{};
}

void Client::pause(bool paused) {
  if (std::exchange(state_->paused, paused) && !paused) state_->follow_soon();
}

const Options& Client::options() const { return state_->options; }

}  // namespace tacit::mqtt_port
