#include "tacit/usmp/session.hpp"

// Keys change: specification section 8, REKEY, and what makes it lose nothing.
namespace tacit::usmp {

Session::Epoch Session::derived(const Epoch& from, Bytes salt, Role initiator) const {
  return Epoch{rekeyed(from.keys, initiator, id_, salt)};
}

// Whether the peer's REKEY, which came under `epoch`, can be taken now. What is refused over datagrams comes again.
Result<Done> Session::may_follow(Bytes salt, const Epoch& epoch) const {
  if (salt.size() != rekey_salt_size) return Reason::bad_length;
  if (rekeying() && role_ == Role::client) return Reason::wrong_state;
  if (const auto* settling = std::get_if<Settling>(&change_)) {
    const bool both_began = &epoch == &settling->before && settling->began && is_stream(transport_);
    if (&epoch == &settling->before ? !both_began : settling->finishing) return Reason::wrong_state;
  }
  return Done{};
}

void Session::follow(Bytes salt, const Epoch& epoch) {
  auto* settling = std::get_if<Settling>(&change_);
  if (settling && &epoch == &settling->before) {
    // Both have written a REKEY, and the client's holds. Until the server has read that, it goes on under its own.
    if (role_ == Role::server) return change_to(derived(epoch, salt, Role::client), false);
    Epoch servers = derived(epoch, salt, Role::server);
    lender_.keys.forget(receive_key(settling->before));
    settling->before.keys.server_to_client = std::move(servers.keys.server_to_client);
    settling->before.received = {};
    return;
  }
  if (rekeying()) flight_ = {};  // our own is given up
  change_to(derived(current_, salt, other(role_)), false);
}

void Session::change_to(Epoch&& next, bool began) {
  forget_expanded();
  const bool finishing = flight_.sent || mid_message();
  change_ = Settling{std::move(current_), began, finishing};
  current_ = std::move(next);
}

// When the peer has spoken under the new keys, and nothing of ours has to leave under the old ones, these are wiped.
void Session::settle() {
  const auto* settling = std::get_if<Settling>(&change_);
  if (!settling || settling->finishing || !current_.received.started()) return;
  forget_expanded();
  change_ = Settled{};
}

void Session::forget_expanded() {
  const auto forget = [&](const Epoch& epoch) {
    lender_.keys.forget(epoch.keys.client_to_server);
    lender_.keys.forget(epoch.keys.server_to_client);
  };
  forget(current_);
  if (const auto* settling = std::get_if<Settling>(&change_)) forget(settling->before);
}

}  // namespace tacit::usmp
