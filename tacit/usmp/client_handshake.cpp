#include "tacit/usmp/client.hpp"

// The client's half of a handshake, specification sections 3, 4 and 7.
namespace tacit::usmp {

namespace {

// A cookie that was not answered so often is wrong, or was a stranger's: without one the server sends another.
constexpr std::uint8_t tries_with_cookie = 3;

}  // namespace

void Client::begin_handshake(Tick now) {
  auto& state = state_.emplace<AwaitChallenge>();
  random_.fill(state.private_key.fill());
  state.hello.device = config_.device;
  crypto::x25519_public(state.private_key, state.hello.public_key);
  saying_.give_up_at = now + ticks(config_.handshake_within);
  say_now(now);
}

// --- What comes --------------------------------------------------------------------------------------

Result<Done> Client::on_handshake_frame(const Frame& frame, Tick now) {
  switch (frame.header().type) {
    case FrameType::hello_retry: return on_hello_retry(frame, now);
    case FrameType::challenge: return on_challenge(frame, now);
    case FrameType::session_ok: return on_session_ok(frame, now);
    default: return Reason::bad_type;
  }
}

// Obeyed once: a server that asks again got the cookie and will answer, or gets a HELLO without one.
Result<Done> Client::on_hello_retry(const Frame& frame, Tick now) {
  const auto retry = decode_handshake<HelloRetry>(frame);
  if (!retry) return retry.error();
  if (is_wire_1(wire_)) return Reason::bad_type;
  owe(frame);
  auto* state = std::get_if<AwaitChallenge>(&state_);
  if (!state || state->hello.cookie) return Reason::duplicate;
  state->hello.cookie = retry->cookie;
  say_now(now);
  return Done{};
}

Result<Done> Client::on_challenge(const Frame& frame, Tick now) {
  const auto challenge = decode_handshake<Challenge>(frame);
  if (!challenge) return challenge.error();
  if (const auto* answered = std::get_if<AwaitSessionOk>(&state_)) {
    if (answered->exchange.nonce != challenge->nonce) return Reason::wrong_state;
    owe(frame);
    return Reason::duplicate;
  }
  const auto* state = std::get_if<AwaitChallenge>(&state_);
  if (!state) return Reason::wrong_state;
  const Exchange exchange{challenge->nonce, state->hello.public_key, challenge->public_key};
  auto keys = agree(wire_, state->private_key, challenge->public_key, exchange);
  if (!keys) return keys.error();
  owe(frame);
  state_.emplace<AwaitSessionOk>(exchange, std::move(*keys));
  say_now(now);
  return Done{};
}

// Without our acknowledgement upstream's server never believes that the session is up: it is given as often as it is
// asked for.
Result<Done> Client::on_session_ok(const Frame& frame, Tick now) {
  const auto ok = decode_handshake<SessionOk>(frame);
  if (!ok) return ok.error();
  if (const Session* session = this->session(); session && session->id() == ok->session) {
    owe(frame);
    return Reason::duplicate;
  }
  auto* state = std::get_if<AwaitSessionOk>(&state_);
  if (!state) return Reason::wrong_state;
  if (!Transcript::of_server(wire_, state->exchange, ok->session).proves(psk_, ok->mac)) return Reason::wrong_key;
  owe(frame);
  Session::Start start{
      Role::client, transport_, wire_, ok->session, std::move(state->keys), {}, config_.server_takes_rekey};
  state_.emplace<Up>(lender_, std::move(start), now);
  backoff_.reset();
  connected_ = ok->session;
  weak_ = is_wire_1(wire_);
  return Done{};
}

void Client::owe(const Frame& frame) {
  if (!is_stream(transport_)) owed_ = {frame.header().type, frame.header().seq};
}

// --- What leaves -------------------------------------------------------------------------------------

std::size_t Client::handshake_size(Tick now) const {
  if (stage() == Stage::unreachable || saying_.again_at > now || saying_.again_at >= saying_.give_up_at) return 0;
  const auto* state = std::get_if<AwaitChallenge>(&state_);
  return state ? frame_size_of_hello(state->hello) : frame_size_of<HelloAck>;
}

void Client::put_handshake(MutBytes out, Tick now) {
  const unsigned transmission = saying_.transmissions++;
  if (auto* state = std::get_if<AwaitChallenge>(&state_)) {
    encode_handshake(wire_, seq(state->hello.cookie ? cookie_hello_seq : hello_seq), state->hello, out);
    if (saying_.transmissions == tries_with_cookie) state->hello.cookie.reset();
  } else {
    const Exchange& exchange = std::get_if<AwaitSessionOk>(&state_)->exchange;
    const HelloAck proof{Transcript::of_client(wire_, exchange, config_.device).mac(psk_)};
    encode_handshake(wire_, seq(hello_ack_seq), proof, out);
  }
  // What a stream was given arrives.
  const Ticks wait = RoundTrip{}.wait(std::min(transmission, transmissions_max - 1));
  saying_.again_at = is_stream(transport_) ? saying_.give_up_at : now + wait;
}

}  // namespace tacit::usmp
