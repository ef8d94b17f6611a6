// What `tacit usmp connect` does once its command line is understood.
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/control_service.hpp"
#include "app/failure.hpp"
#include "app/json_lines.hpp"
#include "app/nomq_join.hpp"
#include "app/run_loop.hpp"
#include "app/stdin_lines.hpp"
#include "app/usmp.hpp"
#include "app/usmp_join.hpp"
#include "app/usmp_text.hpp"
#include "tacit/host/hex.hpp"
#include "tacit/host/reasons.hpp"

namespace tacit::app {
namespace {

using host::UsmpClient;
using nlohmann::ordered_json;

// So many lines are on their way at once; then the next waits for the first to arrive.
constexpr std::size_t on_their_way_max = 32;
constexpr std::chrono::seconds ping_every{1};

class Connecting {
 public:
  Connecting(RunLoop& loop, const UsmpJoin& join, const ConnectOptions& options)
      : loop_(loop), join_(join), options_(options), client_(loop.io.get_executor(), join.key, join.options),
        lines_(loop.io.get_executor()), timer_(loop.io), left_(options.count) {
    loop_.on_ending = [this](ExitCode code) { leave(code); };
    client_.observe([this](const UsmpClient::Event& event) { std::visit([this](const auto& e) { on(e); }, event); });
    exhausted_ = options.sends == Sends::nothing && !options.pings;
  }

  void start() {
    receive();
    client_.async_connect([](std::error_code, const UsmpClient::Connection&) {});  // events tell more
  }

 private:
  // --- what happens

  void on(const usmp::Trying& event) {
    join_.log.write(LogPart::session, LogLevel::info,
                    "trying " + join_.server + ", version " + std::to_string(static_cast<int>(event.wire)));
  }
  void on(const usmp::Connected& event) {
    join_.log.write(LogPart::session, LogLevel::info, "connected to " + join_.server);
    if (options_.json) {
      ordered_json json = event_json("connected");
      json["server"] = join_.server;
      json["transport"] = word_of(join_.options.transport);
      json["wire"] = static_cast<int>(event.wire);
      json["session"] = host::encode_hex(event.session);
      print_line(line_of(json));
    }
    go_on();
  }
  void on(const usmp::Weak& event) {
    const host::Explanation& why = host::explain(event.reason);
    join_.log.write(LogPart::session, LogLevel::warn, std::string(why.name) + ": " + std::string(why.sentence));
  }
  void on(const usmp::Disconnected& event) {
    if (leaving_) return;
    const host::Explanation& why = host::explain(event.reason);
    if (options_.json) {
      ordered_json json = event_json("disconnected");
      json["reason"] = why.name;
      print_line(line_of(json));
    }
    if (!event.again_in) return give_up(usmp_failure(join_, event, client_.stream_error(), owes()));
    join_.log.write(LogPart::session, LogLevel::warn,
                    join_.server + ": " + std::string(why.name) + "; again in " +
                        std::to_string((event.again_in->us + 500'000) / 1'000'000) + " s");
  }
  void on(const usmp::Answered&) {}  // our pings are told by async_ping()
  void on(const usmp::Dropped& event) {
    const host::Explanation& why = host::explain(event.reason);
    join_.log.write(LogPart::drop, LogLevel::info, std::string(why.name) + ": " + std::string(why.sentence));
  }
  template <class Other> void on(const Other&) {}  // messages and outcomes come by their operations

  // --- messages

  void receive() {
    client_.async_receive([this](std::error_code error, const UsmpClient::Message& message) {
      if (error || loop_.ended()) return;
      print(message);
      if (left_ > 0 && --left_ == 0) done_ = true;
      go_on();
      receive();
    });
  }

  void print(Bytes message) const {
    if (!options_.json) return print_line(std::string(tacit::text_of(message)));
    ordered_json json = event_json("message");
    add_payload(json, message);
    print_line(line_of(json));
  }

  void send(const std::string& message) {
    ++on_their_way_;
    client_.async_send(bytes_of(message), [this](std::error_code error) {
      --on_their_way_;
      if (loop_.ended()) return;
      if (options_.json && (!error || host::is_reason(error))) {
        ordered_json json = event_json("sent");
        if (error) json["reason"] = host::explain(host::reason_of(error)).name;
        print_line(line_of(json));
      }
      if (error && host::is_reason(error)) not_delivered(host::reason_of(error));
      go_on();
    });
  }

  void not_delivered(Reason reason) {
    if (code_ == ExitCode::ok) code_ = reason == Reason::too_large ? ExitCode::usage : ExitCode::not_acknowledged;
    if (!options_.quiet) tell(failure_of(reason, code_, join_.server));
  }

  void next_line() {
    reading_ = true;
    lines_.next([this](const std::optional<std::string>& line) {
      reading_ = false;
      if (loop_.ended()) return;
      if (line) unsent_ = *line;
      else exhausted_ = true;
      go_on();
    });
  }

  // --- pings

  void ping() {
    pinging_ = true;
    const std::uint32_t number = ++pings_;
    client_.async_ping([this, number](std::error_code error, Duration after) {
      if (loop_.ended()) return;
      if (!error) print_pong(number, after);
      if (*options_.pings > 0 && pings_ >= *options_.pings) {
        pinging_ = false;
        exhausted_ = true;
        return go_on();
      }
      timer_.expires_after(ping_every);
      timer_.async_wait([this](std::error_code cancelled) {
        pinging_ = false;
        if (!cancelled) go_on();
      });
    });
  }

  void print_pong(std::uint32_t number, Duration after) const {
    const double ms = static_cast<double>(after.us) / 1000;
    if (options_.json) {
      ordered_json json = event_json("pong");
      json["seq"] = number;
      json["ms"] = ms;
      return print_line(line_of(json));
    }
    std::array<char, 128> text{};
    std::snprintf(text.data(), text.size(), "%s: seq=%u time=%.3f ms", join_.server.c_str(), number, ms);
    print_line(text.data());
  }

  // --- how it goes on, and ends

  bool owes() const { return !exhausted_ || on_their_way_ > 0 || unsent_; }

  void go_on() {
    if (loop_.ended() || leaving_) return;
    if (client_.is_connected()) say_more();
    const bool stays = options_.stay || left_ > 0;
    if (done_ || (!owes() && !stays && client_.is_connected())) loop_.ask_to_end(code_);
  }

  void say_more() {
    if (unsent_ && on_their_way_ < on_their_way_max) send(*std::exchange(unsent_, {}));
    if (exhausted_ || reading_ || unsent_) return;
    if (options_.pings) {
      if (!pinging_) ping();
    } else if (options_.sends == Sends::message) {
      exhausted_ = true;
      send(options_.message);
    } else {
      next_line();
    }
  }

  void give_up(const Failure& failure) {
    if (!options_.quiet) tell(failure);
    leaving_ = true;
    loop_.end(code_ == ExitCode::ok ? failure.code : code_);
  }

  void leave(ExitCode code) {
    leaving_ = true;
    client_.async_leave([this, code](std::error_code) { loop_.end(code); });
  }

  RunLoop& loop_;
  const UsmpJoin& join_;
  const ConnectOptions& options_;
  UsmpClient client_;
  StdinLines lines_;
  asio::steady_timer timer_;
  std::optional<std::string> unsent_;  // a line for which there was no session yet
  std::size_t on_their_way_ = 0;
  std::uint32_t left_, pings_ = 0;
  bool reading_ = false, exhausted_ = false, pinging_ = false, done_ = false, leaving_ = false;
  ExitCode code_ = ExitCode::ok;
};

}  // namespace

ExitCode connect(Program& program, const ConnectOptions& options) {
  const UsmpJoin join = usmp_join(program, {.host = options.host,
                                            .port = options.port,
                                            .wire = options.wire,
                                            .udp = options.udp,
                                            .reconnect = options.reconnect});
  RunLoop loop(options.wait_s);
  Connecting connecting(loop, join, options);
  connecting.start();
  return loop.run();
}

}  // namespace tacit::app
