#pragma once
#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tacit/host/completion.hpp"
#include "tacit/port/linux/lan_sockets.hpp"
#include "tacit/usmp/discovery.hpp"

// Finding USMP servers on a LAN by a query to everybody (tacit/usmp/discovery.hpp), with Asio's conventions.
namespace tacit::host {

// Lets a server be found, for as long as this lives. It has sockets of its own, which hear what is sent to everybody
// at the server's port and nothing else, so it does not matter how many sockets the server has there; those have to be
// open for sharing (UdpOptions::spread), as those of a server's shards are.
class UsmpResponder {
 public:
  struct Options {
    std::uint16_t port = usmp::default_port;  // where queries go: the server's UDP port
    std::vector<std::string> interfaces{};    // by name; none: all that reach somebody, or else loopback
  };

  // Throws std::system_error where no socket can be opened. The id of `about` is not looked at.
  UsmpResponder(const asio::any_io_executor&, const usmp::Answer& about, const Options&);
  ~UsmpResponder();
  UsmpResponder(const UsmpResponder&) = delete;
  UsmpResponder& operator=(const UsmpResponder&) = delete;

  const usmp::Responder& responder() const;  // what it has counted
  // Where queries go unheard, and why: another program that does not share the port is the usual reason.
  std::span<const linux_port::LanSockets::Deafness> deaf_at() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// An answer, and the address that it came from; the port there means nothing, the answer's ports do.
struct UsmpAnswer {
  Endpoint from;
  usmp::Answer answer;
};
inline constexpr std::size_t usmp_answers_max = 1024;  // more are left out: anybody can answer

struct UsmpQueryOptions {
  std::uint16_t port = usmp::default_port;
  std::vector<std::string> interfaces{};
  std::chrono::milliseconds wait{2000};  // the query is sent three times in it
};

namespace detail {
using UsmpQueryCompletion = Completion<std::error_code, std::vector<UsmpAnswer>>;
void start_usmp_query(const asio::any_io_executor&, const UsmpQueryOptions&, UsmpQueryCompletion);
}  // namespace detail

// void(std::error_code, std::vector<UsmpAnswer>). Who answered, each once. The error is operation_aborted, or why no
// socket could be opened or no interface reaches anybody.
template <class Token>
auto async_query_usmp(const asio::any_io_executor& executor, const UsmpQueryOptions& options, Token&& token) {
  return asio::async_initiate<Token, void(std::error_code, std::vector<UsmpAnswer>)>(
      [](auto handler, const asio::any_io_executor& on, const UsmpQueryOptions& how) {
        detail::start_usmp_query(on, how, {std::move(handler), on});
      },
      token, executor, options);
}

}  // namespace tacit::host
