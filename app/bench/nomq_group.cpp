#include "app/bench/nomq_group.hpp"

namespace tacit::app::bench {

NomqGroup::NomqGroup(crypto::Random& random)
    : port(static_cast<std::uint16_t>(20'000 + random.value<std::uint16_t>() % 10'000)),
      other_port(static_cast<std::uint16_t>(port ^ 1u)) {
  random.fill(encryption.fill());
  random.fill(mac.fill());
}

}  // namespace tacit::app::bench
