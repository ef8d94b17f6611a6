#include "tests/sim/usmp_world.hpp"

#include <algorithm>

#include "tacit/usmp/acknowledgement.hpp"

namespace tacit::test {

using namespace usmp;

std::string Ledger::write(std::size_t size) {
  std::string text = std::to_string(next_++) + ":";
  text.resize(std::clamp(size, text.size(), message_size_max), static_cast<char>('a' + next_ % 26));
  written_.insert(text);
  return text;
}

void Ledger::arrived(std::string_view text, std::vector<std::string>& complaints) {
  const std::string whole(text);
  if (!written_.contains(whole)) complaints.push_back("something arrived that nobody wrote, or not whole");
  if (!arrived_.insert(whole).second) complaints.push_back("a message arrived twice");
}

void Ledger::ended(std::uint32_t handle, bool acknowledged, std::vector<std::string>& complaints) {
  const auto found = open_.find(handle);
  if (found == open_.end()) return complaints.push_back("a message ended twice");
  if (acknowledged && !arrived_.contains(found->second)) complaints.push_back("what was acknowledged had not arrived");
  open_.erase(found);
}

// --- Server ------------------------------------------------------------------------------------------

UsmpServer::UsmpServer(sim::Network& network, sim::Streams& streams, const Endpoint& at, std::uint64_t seed,
                       std::vector<std::string>& complaints)
    : network_(network), streams_(streams), at_(at), seed_(seed), complaints_(complaints),
      run_(std::make_unique<Run>(*this, seed)) {}

UsmpServer::Run::Run(UsmpServer& server, std::uint64_t seed)
    : random(seed), hub(HubConfig{}, memory->tables(), random),
      host(server.network_, server.streams_, server.at_, hub, [&server](const HubEvent& event) { server.on(event); }) {}

void UsmpServer::restart() {
  sessions_.clear();
  for (auto& [id, ledger] : to_device) ledger.forget_handles();
  run_.reset();
  seed_ += 1 << 20;
  run_ = std::make_unique<Run>(*this, seed_);
}

bool UsmpServer::send(const DeviceId& device, std::size_t size) {
  const auto session = session_of(device);
  if (!session) return false;
  Ledger& ledger = to_device[device];
  const std::string text = ledger.write(size);
  const auto handle = hub().send(*session, bytes_of(text), now());
  if (handle) ledger.sent(static_cast<std::uint32_t>(*handle), text);
  speak();
  return handle.has_value();
}

std::optional<SessionRef> UsmpServer::session_of(const DeviceId& device) const {
  const auto found = sessions_.find(device);
  if (found == sessions_.end()) return std::nullopt;
  return found->second;
}

void UsmpServer::on(const HubEvent& event) {
  if (const auto* wanted = std::get_if<KeyWanted>(&event)) {
    const auto known = keys_.find(wanted->device);
    const OfferedKey key{known == keys_.end() ? Bytes() : known->second.reveal(), {}};
    (void)hub().provide(wanted->request, {&key, known == keys_.end() ? 0u : 1u}, false, now());
  }
  if (const auto* connected = std::get_if<DeviceConnected>(&event)) {
    if (!keys_.contains(connected->device)) complaints_.push_back("a session without a key");
    sessions_[connected->device] = connected->session;
  }
  if (const auto* gone = std::get_if<DeviceDisconnected>(&event))
    if (session_of(gone->device) == gone->session) sessions_.erase(gone->device);
  if (const auto* message = std::get_if<DeviceMessage>(&event))
    from_device[message->device].arrived(text_of(message->message), complaints_);
  if (const auto* outcome = std::get_if<DeviceOutcome>(&event))
    to_device[outcome->device].ended(static_cast<std::uint32_t>(outcome->handle),
                                     !outcome->reason && transport == Transport::datagrams, complaints_);
  if (std::holds_alternative<DeviceMoved>(event)) ++moved;
}

// --- Board -------------------------------------------------------------------------------------------

struct UsmpBoard::DatagramRun final : Run {
  DatagramRun(UsmpBoard& board, const ClientConfig& config)
      : Run(board.seed_), machine(config, board.psk_, {.peer = board.server_at_}, memory.tables(), random),
        host(board.network_, board.at_, machine, [&board](const ClientEvent& event) { board.on(event); }) {}
  Client& client() override { return machine; }
  void speak() override { host.speak(); }
  void move(const Endpoint& to) override { host.move(to); }
  void step_clock(Duration ahead) override { host.set_wall_clock_ahead(ahead); }

  DatagramClient machine;
  sim::Host<DatagramClient> host;
};

struct UsmpBoard::StreamRun final : Run {
  StreamRun(UsmpBoard& board, const ClientConfig& config)
      : Run(board.seed_), machine(config, board.psk_, memory.tables(), random),
        host(board.network_, board.streams_, board.at_, machine,
             [&board](const ClientEvent& event) { board.on(event); }) {}
  Client& client() override { return machine; }
  void speak() override { host.speak(); }

  StreamClient machine;
  sim::StreamHost<StreamClient> host;
};

UsmpBoard::UsmpBoard(sim::Network& network, sim::Streams& streams, Transport transport, UsmpServer& server,
                     const Endpoint& server_at, std::uint8_t number, std::uint64_t seed,
                     std::vector<std::string>& complaints)
    : network_(network), streams_(streams), transport_(transport), server_(server), server_at_(server_at),
      at_(server_at), id_{2, 0, 0, 0, 0, number},
      psk_(*Psk::of(bytes_of("the key of device number " + std::to_string(number)))), seed_(seed),
      complaints_(complaints) {
  server.know(id_, psk_);
  at_.ip[15] = number, at_.port = 5000;
  start();
}

void UsmpBoard::start() {
  const ClientConfig config{.device = id_, .server_takes_rekey = true};
  if (transport_ == Transport::datagrams) run_ = std::make_unique<DatagramRun>(*this, config);
  else run_ = std::make_unique<StreamRun>(*this, config);
  run_->client().connect(now());
  run_->speak();
}

void UsmpBoard::restart() {
  server_.from_device[id_].forget_handles();
  run_.reset();
  seed_ += 1 << 20;
  start();
}

bool UsmpBoard::send(std::size_t size) {
  Ledger& ledger = server_.from_device[id_];
  const std::string text = ledger.write(size);
  const auto handle = run_->client().send(bytes_of(text), now());
  if (handle) ledger.sent(static_cast<std::uint32_t>(*handle), text);
  run_->speak();
  return handle.has_value();
}

void UsmpBoard::on(const ClientEvent& event) {
  if (const auto* message = std::get_if<Message>(&event))
    server_.to_device[id_].arrived(text_of(message->message), complaints_);
  if (const auto* outcome = std::get_if<Outcome>(&event))
    server_.from_device[id_].ended(static_cast<std::uint32_t>(outcome->handle),
                                   !outcome->reason && transport_ == Transport::datagrams, complaints_);
}

// --- Attacker ----------------------------------------------------------------------------------------

UsmpAttacker::UsmpAttacker(sim::Network& network, std::uint64_t seed, std::vector<std::string>& complaints)
    : network_(network), dice_(seed), complaints_(complaints) {
  network.on_sent = [this](const sim::Packet& packet) {
    if (is_nobody(packet.to)) {
      auto& [in, out] = books_[packet.to];
      out += packet.bytes.size();
      if (out > in) complaints_.push_back("an address that proved nothing got more than came from it");
    } else if (!striking_ && dice_.chance(40)) {
      if (heard_.size() < 64) heard_.push_back(packet);
      else heard_[dice_.below(64)] = packet;
    }
  };
  network.on_landed = [this](const sim::Packet& packet) {
    if (is_nobody(packet.from)) books_[packet.from].first += packet.bytes.size();
  };
}

void UsmpAttacker::strike(const std::vector<Endpoint>& everybody) {
  for (unsigned left = dice_.between(1, 20); left > 0; --left) {
    sim::Packet packet;
    packet.from = any(everybody), packet.to = everybody[dice_.below(static_cast<std::uint32_t>(everybody.size()))];
    if (heard_.empty() || dice_.chance(40)) {
      packet.bytes = forged();
    } else {
      const sim::Packet& original = heard_[dice_.below(static_cast<std::uint32_t>(heard_.size()))];
      packet.bytes = original.bytes;
      if (dice_.chance(60)) packet.from = original.from, packet.to = original.to;
      if (dice_.chance(20)) packet.from = any(everybody);
      if (dice_.chance(20)) packet.bytes.resize(dice_.below(static_cast<std::uint32_t>(packet.bytes.size())));
    }
    if (packet.bytes.empty()) continue;
    striking_ = true;
    network_.send(packet);
    striking_ = false;
  }
}

Endpoint UsmpAttacker::any(const std::vector<Endpoint>& everybody) {
  if (dice_.chance(60)) return everybody[dice_.below(static_cast<std::uint32_t>(everybody.size()))];
  Endpoint nobody;
  nobody.ip[0] = 0xFC, nobody.ip[7] = static_cast<std::uint8_t>(dice_.below(3)), nobody.port = 7;
  return nobody;
}

// Garbage with a right checksum, or an acknowledgement of what may be in flight.
std::vector<std::uint8_t> UsmpAttacker::forged() {
  const auto type = static_cast<FrameType>(dice_.below(14));
  if (dice_.chance(40)) {
    std::vector<std::uint8_t> bytes(dice_.chance(50) ? 15 : 7);
    dice_.fill(bytes);
    encode_acknowledgement({type, dice_.below(20)}, MutBytes(bytes).first(7));
    return bytes;
  }
  std::vector<std::uint8_t> bytes(header_size + dice_.below(payload_size_max));
  dice_.fill(bytes);
  encode_frame({.wire = Wire::v2, .type = type, .seq = dice_.below(80)}, bytes);
  return bytes;
}

}  // namespace tacit::test
