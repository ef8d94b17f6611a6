#include "tacit/host/usmp_discovery.hpp"

#include <algorithm>
#include <asio/error.hpp>
#include <asio/steady_timer.hpp>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/port/linux/lan_driver.hpp"

namespace tacit::host {
namespace {

constexpr linux_port::Ip all_nodes{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
constexpr int rounds = 3;

linux_port::Group everybody_at(std::uint16_t port) { return {port, all_nodes}; }

linux_port::LanConfig lan_config(const UsmpResponder::Options& options) {
  return {.group = everybody_at(options.port), .own = {}, .interfaces = options.interfaces, .beside_a_server = true};
}

}  // namespace

struct UsmpResponder::State {
  State(const asio::any_io_executor& executor, const usmp::Answer& about, const Options& options)
      : responder(about), sockets(lan_config(options), random),
        driver(executor, responder, sockets, [](usmp::Responder::Event) {}) {}

  crypto::HostRandom random;  // for the sockets' jitter
  usmp::Responder responder;
  linux_port::LanSockets sockets;
  linux_port::LanDriver<usmp::Responder> driver;
};

UsmpResponder::UsmpResponder(const asio::any_io_executor& executor, const usmp::Answer& about, const Options& options)
    : state_(std::make_unique<State>(executor, about, options)) {}
UsmpResponder::~UsmpResponder() = default;
const usmp::Responder& UsmpResponder::responder() const { return state_->responder; }
std::span<const linux_port::LanSockets::Deafness> UsmpResponder::deaf_at() const { return state_->sockets.deaf_at(); }

namespace {

// It lives in what it waits for.
class Asking : public std::enable_shared_from_this<Asking> {
 public:
  Asking(const asio::any_io_executor& executor, const UsmpQueryOptions& options, detail::UsmpQueryCompletion done)
      : executor_(executor), options_(options), done_(std::move(done)), timer_(executor) {}

  void start() {
    std::error_code error;
    const auto links = linux_port::choose_interfaces(linux_port::list_interfaces(error), options_.interfaces);
    paths_ = linux_port::sent_to(everybody_at(options_.port), links);
    if (!error && paths_.empty()) error = std::make_error_code(std::errc::network_unreachable);
    if (!error) socket_ = linux_port::UdpSocket({.broadcast = true}, error);
    if (error) return done_(error, {});
    done_.on_cancel([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->end(asio::error::operation_aborted);
    });
    watch_.emplace(executor_, socket_.fd(), [this] { read(); });
    ask();
  }

 private:
  // Each query has an id of its own, or a server whose answer was lost would take it for a copy.
  void ask() {
    if (asked_.size() == rounds) return end({});
    usmp::Query query;
    random_.fill(query.id);
    asked_.push_back(query.id);
    std::array<std::uint8_t, usmp::query_size> bytes;
    usmp::encode(query, bytes);
    for (const Path& path : paths_) socket_.send(std::array{Outbox::Run{path, bytes, bytes.size(), 1}});
    timer_.expires_after(options_.wait / rounds);
    timer_.async_wait([self = shared_from_this()](std::error_code error) {
      if (!error) self->ask();
    });
  }

  void read() {
    for (auto in = socket_.receive(inbox_); !in.empty(); in = socket_.receive(inbox_))
      for (const Datagram& datagram : in)
        if (const auto answer = usmp::decode_answer(datagram.bytes)) take({datagram.path.peer, *answer});
  }

  void take(const UsmpAnswer& fresh) {
    const auto is_same = [&](const UsmpAnswer& known) {
      return known.from.ip == fresh.from.ip && known.from.interface == fresh.from.interface &&
             known.answer.tcp_port == fresh.answer.tcp_port && known.answer.udp_port == fresh.answer.udp_port;
    };
    if (std::ranges::find(asked_, fresh.answer.id) == asked_.end() || found_.size() == usmp_answers_max) return;
    if (std::ranges::none_of(found_, is_same)) found_.push_back(fresh);
  }

  void end(std::error_code error) {
    if (!done_) return;
    watch_.reset();
    timer_.cancel();
    done_(error, std::move(found_));
  }

  asio::any_io_executor executor_;
  UsmpQueryOptions options_;
  detail::UsmpQueryCompletion done_;
  asio::steady_timer timer_;
  crypto::HostRandom random_;
  std::vector<Path> paths_;
  linux_port::UdpSocket socket_;
  linux_port::Inbox inbox_;
  std::optional<linux_port::Watch> watch_;
  std::vector<usmp::QueryId> asked_;
  std::vector<UsmpAnswer> found_;
};

}  // namespace

void detail::start_usmp_query(const asio::any_io_executor& executor, const UsmpQueryOptions& options,
                              UsmpQueryCompletion done) {
  std::make_shared<Asking>(executor, options, std::move(done))->start();
}

}  // namespace tacit::host
