#include <sys/stat.h>
#include <unistd.h>

#include <asio/buffer.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/read_until.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>

#include "tacit/host/control.hpp"
#include "tacit/host/control_folder.hpp"

namespace tacit::host {
namespace {

using Protocol = asio::local::stream_protocol;

constexpr std::size_t connections_max = 16;
constexpr std::chrono::seconds connection_lifetime{10};

// One question, one answer, and the end. It lives in what it waits for.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Protocol::socket socket, std::shared_ptr<std::size_t> open)
      : socket_(std::move(socket)), timer_(socket_.get_executor()), open_(std::move(open)) {
    ++*open_;
  }
  ~Connection() { --*open_; }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start(std::shared_ptr<const ControlServer::Answer> answer) {
    timer_.expires_after(connection_lifetime);
    timer_.async_wait([weak = weak_from_this()](std::error_code error) {
      if (const auto self = weak.lock(); self && !error) self->close();
    });
    asio::async_read_until(
        socket_, asio::dynamic_buffer(text_, question_max), '\n',
        [self = shared_from_this(), answer = std::move(answer)](std::error_code error, std::size_t size) {
          if (error) return self->close();
          (*answer)(self->text_.substr(0, size - 1), [self](std::string text) { self->write(std::move(text)); });
        });
  }

 private:
  void write(std::string text) {
    text_ = std::move(text) + "\n";
    asio::async_write(socket_, asio::buffer(text_),
                      [self = shared_from_this()](std::error_code, std::size_t) { self->close(); });
  }
  void close() {
    std::error_code ignored;
    socket_.close(ignored);
    timer_.cancel();
  }

  Protocol::socket socket_;
  asio::steady_timer timer_;
  std::shared_ptr<std::size_t> open_;
  std::string text_;
};

Problem cannot_serve(const std::string& path, const std::string& why) {
  return {Fault::cannot_write, path + ": " + why, ""};
}

}  // namespace

struct ControlServer::State : std::enable_shared_from_this<State> {
  State(const asio::any_io_executor& executor, Answer its_answer)
      : acceptor(executor), answer(std::make_shared<const Answer>(std::move(its_answer))), pause(executor) {}

  // The socket gets its name when it listens already, so that a refused connection means a dead process.
  std::error_code listen(const std::string& at) {
    const std::string before = at + ".new";
    (void)::unlink(before.c_str());
    std::error_code error;
    acceptor.open(Protocol(), error);
    if (!error) acceptor.bind(before, error);
    if (!error && ::chmod(before.c_str(), S_IRUSR | S_IWUSR) != 0) error = {errno, std::generic_category()};
    if (!error) acceptor.listen(connections_max, error);
    if (!error && ::rename(before.c_str(), at.c_str()) != 0) error = {errno, std::generic_category()};
    if (error) (void)::unlink(before.c_str());
    else path = at;
    return error;
  }

  void accept() {
    acceptor.async_accept([self = shared_from_this()](std::error_code error, Protocol::socket socket) {
      if (self->closed) return;
      if (error) return self->accept_later();
      if (*self->open < connections_max && is_same_user_or_root(socket.native_handle()))
        std::make_shared<Connection>(std::move(socket), self->open)->start(self->answer);
      self->accept();
    });
  }

  // There are no descriptors left, for a while.
  void accept_later() {
    pause.expires_after(std::chrono::seconds(1));
    pause.async_wait([self = shared_from_this()](std::error_code error) {
      if (!error && !self->closed) self->accept();
    });
  }

  void close() {
    closed = true;
    std::error_code ignored;
    acceptor.close(ignored);
    pause.cancel();
    (void)::unlink(path.c_str());
  }

  Protocol::acceptor acceptor;
  std::shared_ptr<const Answer> answer;
  asio::steady_timer pause;
  std::shared_ptr<std::size_t> open = std::make_shared<std::size_t>(0);
  std::string path;
  bool closed = false;
};

ControlServer::ControlServer(std::shared_ptr<State> state) : state_(std::move(state)) {}

Attempt<std::unique_ptr<ControlServer>> ControlServer::open(const asio::any_io_executor& executor,
                                                            const ControlPlace& place, Answer answer) {
  if (const auto made = make_control_folder(place.folder); !made) return made.error();
  for (const std::string& other : control_sockets(place.folder, std::nullopt)) (void)connect_to_control(other);

  const std::string path = control_path(place, ::getpid());
  if (!control_address(path + ".new")) return cannot_serve(path, "is too long for a socket's address");
  auto state = std::make_shared<State>(executor, std::move(answer));
  if (const auto error = state->listen(path)) return cannot_serve(path, error.message());
  state->accept();
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(state)));
}

ControlServer::~ControlServer() { state_->close(); }

const std::string& ControlServer::path() const { return state_->path; }

}  // namespace tacit::host
