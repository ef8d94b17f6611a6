#include "app/bench/nomq_pair.hpp"

#include "app/bench/loopback.hpp"
#include "app/bench/settings.hpp"

namespace tacit::app::bench {
namespace {

using namespace tacit::literals;

constexpr std::string_view channel_of_one = "one", channel_of_other = "other";

// What a host's node has, with fewer slots: 10 MB instead of 100 for each of the two, which a small machine has as
// well.
constexpr nomq::Sizes sizes = [] {
  nomq::Sizes small = host::host_sizes;
  small.slots = 4096;
  small.debts = 8192;
  return small;
}();

}  // namespace

NomqStation::NomqStation(const NomqGroup& group, std::uint16_t port)
    : cipher_(group.encryption, group.mac), memory_(sizes), node({}, memory_.tables(), cipher_, random_),
      sockets_(lan_on_loopback(port), random_), driver_(node, sockets_, [this](const nomq::Event& event) {
        if (const auto* message = std::get_if<nomq::Message>(&event)) on_message(*message);
        outcomes += std::holds_alternative<nomq::Outcome>(event);
      }) {}

NomqPair::NomqPair(std::optional<double> loss) {
  crypto::HostRandom random;
  const NomqGroup group(random);
  if (loss)
    relay =
        std::make_unique<LossyRelay>(LossyRelay::Ports{group.port, group.other_port}, random.value<std::uint32_t>());
  one = std::make_unique<NomqStation>(group, group.port);
  other = std::make_unique<NomqStation>(group, loss ? group.other_port : group.port);
  introduce();
  if (loss) relay->lose(*loss);
}

// Each hears the other's subscription, and the half second passes in which a publisher waits for further subscribers.
void NomqPair::introduce() {
  require(one->node.subscribe(channel_of_one, linux_port::now()).has_value() &&
          other->node.subscribe(channel_of_other, linux_port::now()).has_value());
  one->flush();
  other->flush();
  const Instant start = linux_port::now().tick;
  const auto known = [&] {
    return one->node.listens(other->node.session(), to_other) && other->node.listens(one->node.session(), to_one);
  };
  while (linux_port::now().tick < start + 700_ms || (!known() && linux_port::now().tick < start + 5_s)) {
    one->turn(5_ms);
    other->turn(5_ms);
  }
  if (!known()) throw NotReached("two NoMQ nodes on loopback did not find each other");
}

}  // namespace tacit::app::bench
