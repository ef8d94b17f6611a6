// What `tacit sub` does with a broker, once its command line is understood.
#include <algorithm>

#include "app/channel_pattern.hpp"
#include "app/e2e_session.hpp"
#include "app/failure.hpp"
#include "app/sub.hpp"
#include "app/wall_time.hpp"

namespace tacit::app {
namespace {

class Subscription {
 public:
  Subscription(E2eSession& session, const SubOptions& options, const std::string& fingerprint)
      : session_(session), options_(options), format_(format_of(options), options.pretty, fingerprint),
        left_(options.count.value_or(0)) {}

  void receive() {
    session_.link().async_receive([this](std::error_code error, host::E2e::Message message) {
      if (error || session_.ended()) return;
      if (print(std::move(message)) && left_ > 0 && --left_ == 0) return session_.end(ExitCode::ok);
      receive();
    });
  }

 private:
  bool print(host::E2e::Message message) {
    const auto unwanted = [&](const std::string& filter) { return matches(filter, message.topic); };
    if (options_.no_retained && message.retained) return false;
    if (std::ranges::any_of(options_.without, unwanted) || std::ranges::any_of(options_.never, unwanted)) return false;
    app::print(options_, format_,
               {.channel = std::move(message.topic),
                .payload = std::move(message.payload),
                .at = wall_time(),
                .retain = message.retained,
                .published = rfc3339_with_us(wall_time(message.sent_at))});
    return true;
  }

  E2eSession& session_;
  const SubOptions& options_;
  MessageFormat format_;
  std::uint64_t left_;
};

}  // namespace

ExitCode subscribe_e2e(Program& program, const SubOptions& options) {
  if (options.qos == 2)
    throw Failure{ExitCode::usage, "not_supported", "-q 2: sealed messages come at 0 or 1",
                  "At 1 a message that comes twice is refused the second time, so it is delivered once as well."};
  E2eJoin join = e2e_join(program, options.broker);
  join.options.hear_qos = static_cast<mqtt_port::Qos>(options.qos.value_or(1));
  for (const std::string& filter : options.channels)
    if (std::ranges::find(options.never, filter) == options.never.end()) join.options.hear.push_back(filter);
  join.options.sizes.slots = 1;  // it says nothing
  join.options.sizes.message_bytes = 1;
  join.options.sizes.outcomes = 2;
  const std::string fingerprint = join.fingerprint;
  E2eSession session(join, options.wait_s);
  Subscription subscription(session, options, fingerprint);
  subscription.receive();
  const ExitCode code = session.run();
  if (const auto hint = session.hint(); hint && code != ExitCode::ok && !options.quiet) note(*hint);
  return code;
}

}  // namespace tacit::app
