#include "tacit/host/usmp_client.hpp"

#include <map>
#include <unordered_map>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/receive_queue.hpp"
#include "tacit/host/usmp_gate.hpp"
#include "tacit/port/linux/hub_driver.hpp"
#include "tacit/port/linux/stream_driver.hpp"

namespace tacit::host {
namespace {

using usmp::Client;
using usmp::ClientEvent;
using usmp::DatagramClient;
using usmp::Handle;
using usmp::StreamClient;

// What usmp::ClientMemory is to a device, from the heap once.
class Memory {
 public:
  explicit Memory(std::size_t messages)
      : messages_(messages), message_memory_(messages * usmp::message_size_max),
        reassembly_memory_(usmp::message_size_max) {}

  usmp::ClientTables tables() { return {messages_, message_memory_, &reassembly_, reassembly_memory_}; }

 private:
  std::vector<usmp::Outgoing> messages_;
  std::vector<std::uint8_t> message_memory_;
  usmp::Reassembly reassembly_{};
  std::vector<std::uint8_t> reassembly_memory_;
};

usmp::ClientConfig with_device(usmp::ClientConfig config, const UsmpKey& key) {
  config.device = key.device;
  return config;
}

// The machine, joined to sockets of its transport.
class Line {
 public:
  using Deliver = std::function<void(const ClientEvent&)>;
  virtual ~Line() = default;
  virtual Client& client() = 0;
  virtual void flush() = 0;
  virtual void read_on() = 0;  // there is room again
  virtual std::error_code error() const = 0;
};

struct Parts {
  asio::any_io_executor executor;
  const UsmpClient::Options& options;
  const usmp::ClientConfig& config;
  const usmp::Psk& psk;
  usmp::ClientTables tables;
  crypto::Random& random;
  std::function<bool()> has_room;
  Line::Deliver deliver;
};

class DatagramLine final : public Line {
 public:
  explicit DatagramLine(const Parts& of)
      : client_(of.config, of.psk, {.peer = of.options.servers.front()}, of.tables, of.random),
        gate_(client_, of.has_room), sockets_(socket_of()), driver_(of.executor, gate_, sockets_, of.deliver) {}

  Client& client() override { return client_; }
  void flush() override { driver_.flush(); }
  void read_on() override {}  // what was lost comes again
  std::error_code error() const override { return {}; }

 private:
  static linux_port::ServerConfig socket_of() {
    linux_port::ServerConfig config;
    config.tcp = false;
    return config;
  }

  DatagramClient client_;
  Gate<DatagramClient> gate_;
  linux_port::ServerSockets sockets_;
  linux_port::HubDriver<Gate<DatagramClient>> driver_;
};

class StreamLine final : public Line {
 public:
  explicit StreamLine(const Parts& of)
      : client_(of.config, of.psk, of.tables, of.random), gate_(client_, of.has_room), tcp_(options_of(of)),
        driver_(of.executor, gate_, tcp_, of.deliver) {}

  Client& client() override { return client_; }
  void flush() override { driver_.flush(); }
  void read_on() override { driver_.turn(); }
  std::error_code error() const override { return tcp_.error(); }

 private:
  static linux_port::TcpClientOptions options_of(const Parts& of) {
    linux_port::TcpClientOptions options;
    options.servers = of.options.servers;
    return options;
  }

  StreamClient client_;
  StreamGate<StreamClient> gate_;
  linux_port::TcpClient tcp_;
  linux_port::StreamDriver<StreamGate<StreamClient>> driver_;
};

}  // namespace

// Shared with what Asio may still call after the UsmpClient is gone.
struct UsmpClient::State : std::enable_shared_from_this<State> {
  template <class... Args> using Waiting = std::map<std::uint64_t, Completion<std::error_code, Args...>>;

  State(const asio::any_io_executor& its_executor, const UsmpKey& key, const Options& options)
      : executor(its_executor), psk(key.psk.duplicate()), config(with_device(options.config, key)),
        memory(std::max<std::size_t>(options.messages, 1)),
        messages_waiting(std::max<std::size_t>(options.messages_waiting, 1)) {
    const Parts parts{executor,
                      options,
                      config,
                      psk,
                      memory.tables(),
                      random,
                      [this] { return messages.size() < messages_waiting; },
                      [this](const Event& event) { std::visit([this](const auto& e) { on(e); }, event); }};
    if (options.transport == usmp::Transport::stream) line = std::make_unique<StreamLine>(parts);
    else line = std::make_unique<DatagramLine>(parts);
  }

  // --- verbs

  void connect(Completion<std::error_code, Connection> completion) {
    if (!line) return completion(asio::error::operation_aborted, {});
    if (connection) return completion({}, *connection);
    wait(connecting, std::move(completion), Connection{});
    line->client().connect(linux_port::now());
    line->flush();
  }

  void send(Bytes message, Completion<std::error_code> completion) {
    if (!line) return completion(asio::error::operation_aborted);
    const auto handle = line->client().send(message, linux_port::now());
    if (!handle) return completion(handle.error());
    completion.on_cancel([weak = weak_from_this(), h = *handle] {
      const auto self = weak.lock();
      if (!self) return;
      if (auto found = self->in_flight.extract(h)) found.mapped()(asio::error::operation_aborted);
    });
    in_flight.emplace(*handle, std::move(completion));
    line->flush();
  }

  void receive(Completion<std::error_code, Message> completion) {
    const bool was_full = messages.size() >= messages_waiting;
    messages.receive(std::move(completion));
    if (was_full && line && messages.size() < messages_waiting) line->read_on();
  }

  void ping(Completion<std::error_code, Duration> completion) {
    if (!line) return completion(asio::error::operation_aborted, {});
    const auto done = line->client().ping(linux_port::now());
    if (!done) return completion(done.error(), {});
    wait(pinging, std::move(completion), Duration{});
    line->flush();
  }

  void leave(Completion<std::error_code> completion) {
    if (!line) return completion(asio::error::operation_aborted);
    if (line->client().is_down()) return completion({});
    wait(leaving, std::move(completion));
    line->client().close(linux_port::now());
    line->flush();
  }

  void close() {
    if (!line) return;
    line.reset();
    connection.reset();
    const auto aborted = make_error_code(asio::error::operation_aborted);
    for (auto& [handle, completion] : std::exchange(in_flight, {})) completion(aborted);
    end_all(connecting, aborted, Connection{});
    end_all(pinging, aborted, Duration{});
    end_all(leaving, aborted);
    messages.close();
  }

  // --- what happens

  void on(const usmp::Trying& event) { tell(event); }
  void on(const usmp::Connected& event) {
    connection = {event.wire, event.session};
    end_all(connecting, {}, *connection);
    tell(event);
  }
  void on(const usmp::Weak& event) { tell(event); }
  void on(const usmp::Disconnected& event) {
    connection.reset();
    end_all(pinging, event.reason, Duration{});
    if (!event.again_in) {
      end_all(connecting, event.reason, Connection{});
      end_all(leaving, {});
    }
    tell(event);
  }
  void on(const usmp::Message& event) { messages.push({event.message.begin(), event.message.end()}); }
  void on(const usmp::Outcome& outcome) {
    auto found = in_flight.extract(outcome.handle);
    if (!found) return;  // cancelled
    found.mapped()(outcome.reason ? std::error_code(*outcome.reason) : std::error_code());
  }
  void on(const usmp::Answered& event) {
    end_all(pinging, {}, Duration(event.round_trip));
    tell(event);
  }
  void on(const usmp::Dropped& event) { tell(event); }

  void tell(const Event& event) {
    if (observer) observer(event);
  }

  // --- who waits

  template <class... Args>
  void wait(Waiting<Args...>& where, Completion<std::error_code, Args...> completion, Args... nothing) {
    const std::uint64_t number = next_number++;
    completion.on_cancel([weak = weak_from_this(), &where, number, nothing...] {
      const auto self = weak.lock();
      if (!self) return;
      if (auto found = where.extract(number)) found.mapped()(asio::error::operation_aborted, nothing...);
    });
    where.emplace(number, std::move(completion));
  }

  template <class... Args> static void end_all(Waiting<Args...>& waiting, std::error_code error, Args... with) {
    for (auto& [number, completion] : std::exchange(waiting, {})) completion(error, with...);
  }

  asio::any_io_executor executor;
  usmp::Psk psk;
  usmp::ClientConfig config;
  Memory memory;
  std::size_t messages_waiting;
  crypto::HostRandom random;
  std::unique_ptr<Line> line;  // until close()

  ReceiveQueue<Message> messages;
  std::optional<Connection> connection;
  std::unordered_map<Handle, Completion<std::error_code>> in_flight;
  Waiting<Connection> connecting;
  Waiting<Duration> pinging;
  Waiting<> leaving;
  std::uint64_t next_number = 0;
  std::function<void(const Event&)> observer;
};

UsmpClient::UsmpClient(const asio::any_io_executor& executor, const UsmpKey& key, const Options& options)
    : state_(std::make_shared<State>(executor, key, options)) {}

UsmpClient::~UsmpClient() { close(); }

asio::any_io_executor UsmpClient::get_executor() const { return state_->executor; }
void UsmpClient::observe(std::function<void(const Event&)> observer) { state_->observer = std::move(observer); }
bool UsmpClient::is_connected() const { return state_->connection.has_value(); }
std::error_code UsmpClient::stream_error() const { return state_->line ? state_->line->error() : std::error_code(); }
const Counters& UsmpClient::counters() const {
  require(state_->line != nullptr);
  return state_->line->client().counters();
}
void UsmpClient::close() { state_->close(); }

void UsmpClient::start_connect(Completion<std::error_code, Connection> completion) {
  state_->connect(std::move(completion));
}
void UsmpClient::start_send(Bytes message, Completion<std::error_code> completion) {
  state_->send(message, std::move(completion));
}
void UsmpClient::start_receive(Completion<std::error_code, Message> completion) {
  state_->receive(std::move(completion));
}
void UsmpClient::start_ping(Completion<std::error_code, Duration> completion) { state_->ping(std::move(completion)); }
void UsmpClient::start_leave(Completion<std::error_code> completion) { state_->leave(std::move(completion)); }

}  // namespace tacit::host
