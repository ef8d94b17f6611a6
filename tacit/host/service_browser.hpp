#pragma once
#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "tacit/base/endpoint.hpp"
#include "tacit/host/avahi.hpp"
#include "tacit/host/completion.hpp"

namespace tacit::host {

// A service, as somebody on the LAN says. All texts are that somebody's (D-Bus sees to it that they are UTF-8).
struct AnnouncedService {
  std::string name, type, host;  // "lab", "_usmp._udp", "pi.local"
  Endpoint at;
  std::vector<std::string> txt;
};
inline constexpr std::size_t services_max = 1024;  // more are left out

struct BrowseOptions {
  std::vector<std::string> types;
  std::chrono::milliseconds wait{2000};
};

namespace detail {
using BrowseCompletion = Completion<std::error_code, std::vector<AnnouncedService>>;
void start_browse(const asio::any_io_executor&, const BrowseOptions&, BrowseCompletion);
}  // namespace detail

// void(std::error_code, std::vector<AnnouncedService>). Each service once for each address. The error is an AvahiFault
// or operation_aborted.
template <class Token>
auto async_browse(const asio::any_io_executor& executor, const BrowseOptions& options, Token&& token) {
  return asio::async_initiate<Token, void(std::error_code, std::vector<AnnouncedService>)>(
      [](auto handler, const asio::any_io_executor& on, const BrowseOptions& what) {
        detail::start_browse(on, what, {std::move(handler), on});
      },
      token, executor, options);
}

}  // namespace tacit::host
