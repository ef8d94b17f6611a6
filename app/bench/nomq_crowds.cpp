#include <array>

#include "app/bench/nomq.hpp"
#include "app/bench/nomq_crowd.hpp"

// What a message costs a node among many, with its sockets on loopback and without.
namespace tacit::app::bench {
namespace {

struct Cost {
  double cpu_s, cpu_s_alone;
  std::uint64_t arrived, wrong;
};

// One of the things of which a node may meet many.
struct Kind {
  std::string key, name;
  Cost (*cost)(std::size_t many, std::size_t messages, Bytes message);
};

Cost cost_of_receiving(NomqCrowd& crowd, const NomqTalk& talk) {
  const double cpu_s = crowd.receive_through_sockets(talk), cpu_s_alone = crowd.receive(talk);
  return {cpu_s, cpu_s_alone, crowd.messages(), crowd.wrong()};
}

Cost among_channels(std::size_t many, std::size_t messages, Bytes message) {
  NomqCrowd crowd(many);
  crowd.listen(many);
  return cost_of_receiving(crowd, {.others = 1, .channels = many, .messages = messages, .message = message});
}

Cost among_senders(std::size_t many, std::size_t messages, Bytes message) {
  NomqCrowd crowd(many);
  crowd.introduce(many);
  crowd.listen(1);
  return cost_of_receiving(crowd, {.others = many, .channels = 1, .messages = messages, .message = message});
}

Cost among_subscribers(std::size_t many, std::size_t messages, Bytes message) {
  NomqCrowd crowd(many);
  crowd.introduce(many);
  const NomqTalk talk{.others = many, .channels = many, .messages = messages, .message = message};
  const double cpu_s = crowd.publish_through_sockets(talk), cpu_s_alone = crowd.publish(talk);
  return {cpu_s, cpu_s_alone, crowd.delivered(), crowd.wrong()};
}

Figures figures_of(const Kind& kind, std::size_t many, const Settings& settings) {
  const std::vector<std::uint8_t> message(settings.message, 'x');
  const std::size_t messages = settings.length.messages_among(many);
  const Cost cost = kind.cost(many, messages, message);
  return {us_each(cost.cpu_s, messages), us_each(cost.cpu_s_alone, messages),
          static_cast<double>(2 * messages - cost.arrived - cost.wrong), static_cast<double>(cost.wrong)};
}

}  // namespace

Experiment nomq_sessions(const Settings& settings) {
  static const std::array kinds{Kind{"channels", "QoS 0 received, channels: ", among_channels},
                                Kind{"senders", "QoS 0 received, senders: ", among_senders},
                                Kind{"subscribers", "QoS 1 sent, subscribers: ", among_subscribers}};
  Experiment experiment{
      .columns = {{"cpu_us", "CPU µs/message", 3},
                  {"cpu_us_alone", "without sockets", 3},
                  {"lost", "lost", 0},
                  {"wrong", "wrong", 0}},
      .subjects = {},
      .ratios = {},
      .notes = {"CPU time is that of one node on loopback, the kernel's part included; and of the node alone, which is "
                "handed datagrams",
                "64 messages at a time, then it is the others' turn: nobody is woken",
                "with QoS 1 the acknowledgements are in it"}};
  for (const Kind& kind : kinds)
    for (const std::size_t many : decades(settings.sessions))
      experiment.subjects.push_back({kind.key + "_" + std::to_string(many), kind.name + std::to_string(many),
                                     [&kind, many, settings] { return figures_of(kind, many, settings); }});
  return experiment;
}

}  // namespace tacit::app::bench
