// What `tacit doctor` looks at for mqtt-e2e: the broker, as one who connects, subscribes and listens for a moment.
#include <asio/steady_timer.hpp>
#include <chrono>

#include "app/broker_visit.hpp"
#include "app/doctor_checks.hpp"
#include "app/nomq_join.hpp"
#include "app/printable.hpp"
#include "tacit/host/reasons.hpp"

namespace tacit::app {
namespace {

constexpr double patience_s = 20;
constexpr std::chrono::milliseconds listens_for{700};  // what is retained comes at once after the SUBACK
constexpr std::size_t named_most = 3;

// What one visit has shown.
struct Seen {
  std::optional<mqtt_port::Connected> connected;
  std::optional<int> refused;         // the code for our subscription
  std::vector<std::string> retained;  // suffixes of topics
  std::size_t count = 0;
};

Seen look(E2eJoin& join) {
  Seen seen;
  BrokerVisit visit(join, patience_s);
  asio::steady_timer timer(visit.loop.io);
  const std::string filter = join.base + "/#";
  if (const auto done = visit.client().subscribe(filter, mqtt_port::Qos::at_most_once); !done)
    throw failure_of(done.error(), ExitCode::other, filter);
  visit.on_event = [&](const mqtt_port::Event& event) {
    if (const auto* connected = std::get_if<mqtt_port::Connected>(&event)) {
      seen.connected = *connected;
      timer.expires_after(listens_for);
      timer.async_wait([&](std::error_code error) {
        if (!error) visit.end(ExitCode::ok);
      });
    } else if (const auto* refused = std::get_if<mqtt_port::SubscriptionRefused>(&event)) {
      seen.refused = refused->code;
    } else if (const auto* arrival = std::get_if<mqtt_port::Arrival>(&event); arrival && arrival->retained) {
      if (++seen.count <= named_most)
        seen.retained.push_back(
            printable(arrival->topic.substr(std::min(join.base.size() + 1, arrival->topic.size()))));
    }
  };
  if (visit.run() != ExitCode::ok)
    throw Failure{ExitCode::cannot_reach, "timed_out", join.broker + ": it did not let us in within 20 s", ""};
  return seen;
}

Finding security_finding(const mqtt_port::Options& broker) {
  const std::string check = "tls";
  if (mqtt_port::uses_tls(broker)) return {check, Health::good, "the broker has proven itself"};
  if (broker.login && broker.login->password)
    return {check, Health::problem, "there is none, so the password goes to the broker for all to read",
            "Name the broker's certificates with --cafile, or take --tls where the system knows them."};
  return {check, Health::good, "there is none: messages are sealed; when, and on which topic, whoever listens can see"};
}

Finding topic_finding(const E2eJoin& join, const Seen& seen) {
  const std::string topic = join.base + "/#";
  if (!seen.refused) return {"topic", Health::good, "the broker lets us hear " + topic};
  return {"topic", Health::problem,
          "the broker does not let us hear " + topic + ": code " + std::to_string(*seen.refused),
          std::string(host::explain(Reason::subscription_refused).next_step)};
}

Finding retained_finding(const E2eJoin& join, const Seen& seen) {
  if (seen.count == 0) return {"retained", Health::good, "the broker retains nothing below " + join.base};
  std::string names;
  for (const std::string& name : seen.retained) names += (names.empty() ? "" : ", ") + name;
  if (seen.count > seen.retained.size()) names += " and others";
  return {"retained", Health::advice,
          std::to_string(seen.count) + (seen.count == 1 ? " message is" : " messages are") + " retained below " +
              join.base + ": " + names + "; each comes, and is refused as stale, whenever somebody subscribes",
          "`tacit pub --via e2e -r -n -t TOPIC` has the broker forget one."};
}

Finding packet_finding(const E2eJoin& join, const Seen& seen) {
  const std::string check = "packet size";
  const std::size_t ours = join.options.link.envelope.packet_max;
  const auto theirs = seen.connected->packet_max;
  if (!theirs)
    return {check, Health::good, "the broker names no limit; we take packets of " + std::to_string(ours) + " bytes"};
  const std::string what = "the broker takes packets of " + std::to_string(*theirs) + " bytes, and we " +
                           std::to_string(ours) + " (--max-size)";
  if (*theirs >= ours) return {check, Health::good, what};
  return {check, Health::advice, what,
          "Longer messages do not come through: send shorter ones, or use another broker."};
}

}  // namespace

Findings check_broker(E2eJoin& join) {
  const std::string check = "broker";
  const mqtt_port::Version version = join.options.broker.version;
  const Finding security = security_finding(join.options.broker);
  try {
    const Seen seen = look(join);
    const std::string spoken = version == mqtt_port::Version::v5 ? "MQTT 5" : "MQTT 3.1.1";
    return {{check, Health::good, join.broker + " takes us, in " + spoken},
            security,
            topic_finding(join, seen),
            retained_finding(join, seen),
            packet_finding(join, seen)};
  } catch (const Failure& failure) {
    return {{check, Health::problem, failure.name + ": " + failure.what, failure.next_step}};
  }
}

}  // namespace tacit::app
