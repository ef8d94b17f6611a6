#include "tacit/device/usmp.hpp"

#include <algorithm>
#include <cstring>

namespace tacit::device {

namespace {

// A board's UDP transport knows its server, so there is one address and it has no name.
constexpr Path the_server{};

template <class Client>
Client make(const usmp::ClientConfig& config, const usmp::Psk& psk, const usmp::ClientTables& tables,
            crypto::Random& random) {
  if constexpr (ConnectingMachine<Client>) return Client(config, psk, tables, random);
  else return Client(config, psk, the_server, tables, random);
}

}  // namespace

template <class Client>
Usmp<Client>::Usmp(const usmp::ClientConfig& config, const usmp::Psk& psk, const usmp::ClientTables& tables,
                   UsmpTransport& transport, crypto::Random& random)
    : client_(make<Client>(config, psk, tables, random)), transport_(transport) {}

// --- The program's words -----------------------------------------------------------------------------

template <class Client> bool Usmp<Client>::connect(const Now& now) {
  client_.connect(now);
  keepalive_tick(now);
  return is_open_;
}

template <class Client> void Usmp<Client>::close(const Now& now) {
  client_.close(now);
  keepalive_tick(now);
}

template <class Client> Result<usmp::Handle> Usmp<Client>::send(Bytes message, const Now& now) {
  const auto handle = client_.send(message, now);
  if (handle) keepalive_tick(now);
  return handle;
}

template <class Client> std::optional<std::size_t> Usmp<Client>::recv(MutBytes out, const Now& now) {
  if (!message_) keepalive_tick(now);
  if (!message_) return std::nullopt;
  const std::size_t size = std::min(out.size(), message_->size());
  copy(message_->first(size), out);
  message_.reset();
  return size;
}

template <class Client> bool Usmp<Client>::keepalive_tick(const Now& now) {
  open_or_close(now);
  (void)wake(client_, *this, now);
  open_or_close(now);
  while (is_open_ && !failed_ && !message_ && read(now)) {}
  open_or_close(now);
  return is_connected();
}

// --- The connection ----------------------------------------------------------------------------------

template <class Client> void Usmp<Client>::open_or_close(const Now& now) {
  if (failed_) lose(now);
  if (wants_connection() && !is_open_) {
    is_open_ = transport_.reconnect();
    filled_ = consumed_ = 0;
    if constexpr (ConnectingMachine<Client>) {
      if (is_open_) client_.connected(now);
      else client_.disconnected(now);
    }
  } else if (!wants_connection() && is_open_) {
    lose(now);
  }
  (void)drain(client_, *this, now);
}

template <class Client> bool Usmp<Client>::wants_connection() const {
  if constexpr (ConnectingMachine<Client>) return client_.wants_stream();
  else return !client_.is_down();
}

template <class Client> void Usmp<Client>::lose(const Now& now) {
  transport_.close();
  is_open_ = failed_ = false;
  if constexpr (ConnectingMachine<Client>) client_.disconnected(now);
  (void)drain(client_, *this, now);
}

// False: nothing was there, or not enough of it.
template <class Client> bool Usmp<Client>::read(const Now& now) {
  std::memmove(arrived_.data(), arrived_.data() + consumed_, filled_ - consumed_);
  filled_ -= std::exchange(consumed_, 0);
  const bool more = transport_.available() > 0;
  if (more) {
    const auto size = transport_.recv(MutBytes(arrived_).subspan(filled_));
    failed_ = !size;
    if (failed_) return false;
    filled_ += *size;
  }
  const MutBytes bytes = MutBytes(arrived_).first(filled_);
  if constexpr (ConnectingMachine<Client>) {
    consumed_ = client_.input(bytes, now);
  } else if (more) {
    Datagram datagram{the_server, bytes};
    client_.input({&datagram, 1}, now);
    consumed_ = filled_;
  }
  (void)drain(client_, *this, now);
  return more || consumed_ > 0;
}

template <class Client> void Usmp<Client>::write(Bytes bytes) {
  if (!failed_) failed_ = !is_open_ || !transport_.send(bytes);
}

// --- The loop's port ---------------------------------------------------------------------------------

template <class Client> Outbox& Usmp<Client>::outbox() {
  outbox_.clear();
  return outbox_;
}

template <class Client> void Usmp<Client>::send(const Outbox& full) {
  for (const Outbox::Run& run : full.runs())
    for_each_datagram(run.bytes, run.datagram_size, [&](Bytes datagram) { write(datagram); });
}

template <class Client> void Usmp<Client>::deliver(const usmp::ClientEvent& event) {
  if (const auto* message = std::get_if<usmp::Message>(&event)) message_ = message->message;
  if (const auto* end = std::get_if<usmp::Disconnected>(&event)) last_end_ = *end;
  if (const auto* outcome = std::get_if<usmp::Outcome>(&event)) given_up_ += outcome->reason.has_value();
}

template class Usmp<usmp::StreamClient>;
template class Usmp<usmp::DatagramClient>;

}  // namespace tacit::device
