#include "app/publish_pace.hpp"

#include <chrono>

namespace tacit::app {

PublishPace::PublishPace(const asio::any_io_executor& executor, const PubOptions& options, std::size_t at_once,
                         Handlers handlers)
    : options_(options), at_once_(at_once), handlers_(std::move(handlers)), lines_(executor), delay_(executor),
      left_(options.repeat), reads_lines_(options.from == MessageFrom::lines) {}

void PublishPace::one_ended() {
  --on_their_way_;
  go_on();
}

void PublishPace::next_line() {
  waiting_ = true;
  lines_.next([this](const std::optional<std::string>& line) {
    waiting_ = false;
    if (line) publish(*line);
    else exhausted_ = true;
    go_on();
  });
}

void PublishPace::next_repeat() {
  publish(options_.message);
  if (--left_ == 0) exhausted_ = true;
  else if (options_.repeat_delay_s > 0) return wait_to_repeat();
  go_on();
}

void PublishPace::wait_to_repeat() {
  waiting_ = true;
  delay_.expires_after(std::chrono::microseconds(static_cast<std::int64_t>(options_.repeat_delay_s * 1e6)));
  delay_.async_wait([this](std::error_code error) {
    waiting_ = false;
    if (!error) next_repeat();
  });
}

void PublishPace::publish(const std::string& message) {
  ++on_their_way_;
  handlers_.publish(message);
}

void PublishPace::go_on() {
  if (waiting_) return;
  if (exhausted_) return on_their_way_ > 0 ? void() : handlers_.all_ended();
  if (on_their_way_ < at_once_) start();
}

}  // namespace tacit::app
