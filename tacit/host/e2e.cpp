#include "tacit/host/e2e.hpp"

#include <asio/error.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <unordered_map>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/receive_queue.hpp"

namespace tacit::host {
namespace {

using namespace literals;

// Of a PUBLISH beside topic and payload: its header, and what properties a peer may have given it.
constexpr std::size_t around_a_packet = 256;
// How often a clock that was never set is looked at while something waits for it.
constexpr Duration clock_every = 1_s;

mqtt_port::Options for_link(mqtt_port::Options broker, const E2e::Options& options) {
  broker.packet_max = static_cast<std::uint32_t>(options.link.envelope.packet_max + e2e::TopicBase::size +
                                                 options.sizes.topic_bytes + around_a_packet);
  return broker;
}

Problem problem_of(const mqtt_port::Failure& failure) {
  const bool files = failure.reason == Reason::tls_setup;
  return {files ? Fault::cannot_read : Fault::out_of_range, failure.detail,
          files ? "Give PEM files that can be read, and the key that belongs to the certificate." : ""};
}

}  // namespace

// Shared with what Asio may still call after the E2e is gone.
struct E2e::State : std::enable_shared_from_this<State> {
  using Client = mqtt_port::Client;
  using Waiting = std::map<std::uint64_t, Completion<std::error_code>>;

  State(const asio::any_io_executor& its_executor, const e2e::Key& key, const Options& options)
      : executor(its_executor), memory(options.sizes), link(options.link, memory.tables(), key, random),
        hear_qos(options.hear_qos), messages_waiting(std::max<std::size_t>(options.messages_waiting, 1)),
        clock(options.clock), packet(link.leaving_size_max()), timer(executor) {}

  std::optional<Problem> begin(Options& options) {
    auto made = Client::make(executor, for_link(std::move(options.broker), options), random,
                             {[weak = weak_from_this()](const mqtt_port::Event& event) {
                                if (const auto self = weak.lock())
                                  std::visit([&](const auto& e) { self->on(e); }, event);
                              },
                              [weak = weak_from_this()] {
                                if (const auto self = weak.lock()) self->flush();
                              }});
    if (const auto* failure = std::get_if<mqtt_port::Failure>(&made)) return problem_of(*failure);
    client = std::get<std::unique_ptr<Client>>(std::move(made));
    for (const std::string& filter : options.hear)
      if (const auto done = hear(filter); !done) return refused(filter, done.error());
    for (const std::string& filter : options.speak)
      if (const auto done = link.speak(filter); !done) return refused(filter, done.error());
    return std::nullopt;
  }

  static Problem refused(const std::string& filter, Reason reason) {
    return {Fault::bad_syntax, "'" + filter + "': " + make_error_code(reason).message(), ""};
  }

  std::string full(std::string_view filter) const { return std::string(link.base()) + '/' + std::string(filter); }

  // --- verbs

  Result<Done> hear(std::string_view filter) {
    if (const auto done = link.hear(filter); !done) return done;
    return client->subscribe(full(filter), hear_qos);
  }

  Result<Done> unhear(std::string_view filter) {
    if (const auto done = link.unhear(filter); !done) return done;
    return client->unsubscribe(full(filter));
  }

  void connect(Completion<std::error_code> completion) {
    if (!client) return completion(asio::error::operation_aborted);
    if (connected) return completion({});
    wait(connecting, std::move(completion));
    client->connect();
  }

  void publish(const Publication& what, Completion<std::error_code> completion) {
    if (!client) return completion(asio::error::operation_aborted);
    const auto handle = link.publish(what, clock());
    if (!handle) return completion(handle.error());
    completion.on_cancel([weak = weak_from_this(), h = *handle] {
      const auto self = weak.lock();
      if (!self) return;
      if (auto found = self->publishing.extract(h)) found.mapped()(asio::error::operation_aborted);
    });
    publishing.emplace(*handle, std::move(completion));
    if (!arriving) flush();
  }

  void receive(Completion<std::error_code, Message> completion) {
    messages.receive(std::move(completion));
    if (client && messages.size() < messages_waiting) client->pause(false);
  }

  void leave(Completion<std::error_code> completion) {
    if (!client) return completion(asio::error::operation_aborted);
    wait(leaving, std::move(completion));
    client->disconnect();
  }

  void close() {
    if (!client) return;
    client->close();
    if (!arriving) client.reset();
    connected = false;
    timer.cancel();
    const auto aborted = make_error_code(asio::error::operation_aborted);
    for (auto& [handle, completion] : std::exchange(publishing, {})) completion(aborted);
    end_all(connecting, aborted);
    end_all(leaving, aborted);
    messages.close();
  }

  // --- what the client tells

  void on(const mqtt_port::Connected& event) {
    connected = true;
    end_all(connecting, {});
    tell(event);
  }

  void on(const mqtt_port::Disconnected& event) {
    connected = false;
    link.give_back_all();
    if (event.why) failures.add(event.why->reason);
    if (!event.again_in) {
      end_all(connecting, event.why ? make_error_code(event.why->reason) : make_error_code(Reason::closed));
      if (!event.why) link.close();
      end_all(leaving, {});
    }
    tell(event);
    flush();
  }

  void on(const mqtt_port::Outcome& event) {
    const auto handle = static_cast<e2e::Handle>(event.token);
    if (event.reason) link.fail(handle, *event.reason);
    else link.settle(handle);
  }

  void on(const mqtt_port::SubscriptionRefused& event) {
    failures.add(Reason::subscription_refused);
    tell(event);
  }

  // In the middle of libmosquitto, which is to be left alone: what is to be said to it waits for its rest.
  void on(const mqtt_port::Arrival& event) {
    arriving = true;
    const bool taken = link.input({event.topic, event.payload, event.retained, event.may_repeat}, clock());
    require(taken);  // the events are drained after each
    drain();
    arriving = false;
  }

  // --- what the link tells

  void drain() {
    while (const auto event = link.poll_event()) std::visit([this](const auto& e) { on(e); }, *event);
  }

  void on(const e2e::Message& event) {
    messages.push(
        {std::string(event.topic), {event.payload.begin(), event.payload.end()}, event.sent_at, event.retained});
    if (messages.size() >= messages_waiting && client) client->pause(true);
  }
  void on(const e2e::Outcome& event) {
    auto found = publishing.extract(event.handle);
    if (!found) return;  // cancelled
    found.mapped()(event.reason ? std::error_code(*event.reason) : std::error_code());
  }
  void on(const e2e::Dropped& event) { tell(event); }
  void on(const e2e::LengthShows& event) { tell(event); }
  void on(const e2e::ClockStepped& event) { tell(event); }

  void tell(const Event& event) {
    if (observer) observer(event);
  }

  // --- what leaves

  void flush() {
    if (!client) return;
    const Now now = clock();
    link.timeout(now);
    write(now);
    drain();
    if (client) set_timer(now);
  }

  // Sealed here, at the last moment: the client takes nothing that it does not write at once.
  void write(const Now& now) {
    while (client->room() > 0) {
      const auto next = link.next(packet, now);
      if (!next) return;
      const auto qos = static_cast<mqtt_port::Qos>(next->qos);
      const auto token = static_cast<mqtt_port::Token>(next->handle);
      const auto done =
          client->publish({.topic = next->topic, .payload = next->packet, .qos = qos, .retain = next->retain}, token);
      if (done) continue;
      if (done.error() == Reason::not_connected) return link.give_back(next->handle);
      link.fail(next->handle, done.error());
    }
  }

  void set_timer(const Now& now) {
    auto next = link.next_timeout();
    if (!now.utc && link.waiting() > 0) next = std::min(next.value_or(now.tick + clock_every), now.tick + clock_every);
    if (!next) return void(timer.cancel());
    timer.expires_after(std::chrono::microseconds(std::max<std::int64_t>((*next - now.tick).us, 0)));
    timer.async_wait([weak = weak_from_this()](const asio::error_code& error) {
      const auto self = weak.lock();
      if (self && !error) self->flush();
    });
  }

  // --- who waits

  void wait(Waiting& where, Completion<std::error_code> completion) {
    const std::uint64_t number = next_number++;
    completion.on_cancel([weak = weak_from_this(), &where, number] {
      const auto self = weak.lock();
      if (!self) return;
      if (auto found = where.extract(number)) found.mapped()(asio::error::operation_aborted);
    });
    where.emplace(number, std::move(completion));
  }

  static void end_all(Waiting& waiting, std::error_code error) {
    for (auto& [number, completion] : std::exchange(waiting, {})) completion(error);
  }

  asio::any_io_executor executor;
  crypto::HostRandom random;
  E2eMemory memory;
  e2e::Link link;
  mqtt_port::Qos hear_qos;
  std::size_t messages_waiting;
  std::function<Now()> clock;
  std::vector<std::uint8_t> packet;
  asio::steady_timer timer;
  std::unique_ptr<Client> client;  // until close()

  bool connected = false, arriving = false;
  ReceiveQueue<Message> messages;
  std::unordered_map<e2e::Handle, Completion<std::error_code>> publishing;
  Waiting connecting, leaving;
  std::uint64_t next_number = 0;
  Counters failures;
  std::function<void(const Event&)> observer;
};

Attempt<std::unique_ptr<E2e>> E2e::open(const asio::any_io_executor& executor, const e2e::Key& key, Options options) {
  auto state = std::make_shared<State>(executor, key, options);
  if (auto problem = state->begin(options)) return *std::move(problem);
  return std::unique_ptr<E2e>(new E2e(std::move(state)));
}

E2e::E2e(std::shared_ptr<State> state) : state_(std::move(state)) {}
E2e::~E2e() { close(); }

asio::any_io_executor E2e::get_executor() const { return state_->executor; }
std::string_view E2e::base() const { return state_->link.base(); }
void E2e::observe(std::function<void(const Event&)> observer) { state_->observer = std::move(observer); }
bool E2e::is_connected() const { return state_->connected; }
std::size_t E2e::waiting() const { return state_->link.waiting(); }
const Counters& E2e::counters() const { return state_->link.counters(); }
const Counters& E2e::failures() const { return state_->failures; }
std::vector<E2e::Topic> E2e::topics() const {
  std::vector<Topic> all;
  state_->link.topics().for_each(
      [&](std::string_view name, const e2e::TopicCounts& counts) { all.push_back({std::string(name), counts}); });
  return all;
}
Result<Done> E2e::hear(std::string_view filter) { return state_->hear(filter); }
Result<Done> E2e::unhear(std::string_view filter) { return state_->unhear(filter); }
Result<Done> E2e::speak(std::string_view filter) { return state_->link.speak(filter); }
void E2e::close() { state_->close(); }

void E2e::start_connect(Completion<std::error_code> completion) { state_->connect(std::move(completion)); }
void E2e::start_publish(const Publication& what, Completion<std::error_code> completion) {
  state_->publish(what, std::move(completion));
}
void E2e::start_receive(Completion<std::error_code, Message> completion) { state_->receive(std::move(completion)); }
void E2e::start_leave(Completion<std::error_code> completion) { state_->leave(std::move(completion)); }

}  // namespace tacit::host
