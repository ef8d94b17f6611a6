#include "tacit/host/reasons.hpp"

#include <algorithm>
#include <array>

#include "tacit/base/require.hpp"

namespace tacit::host {
namespace {

using enum Reason;
using enum ReasonGroup;

constexpr std::array explanations{
    Explanation{truncated, air, "truncated", "The datagram is shorter than the smallest packet.",
                "Other software may be using this port; choose another one with --port if it goes on."},
    Explanation{bad_length, air, "bad_length", "The length that the packet states is not the length that arrived.",
                "Other software, or a sender that follows another layout, is using this port."},
    Explanation{bad_magic, air, "bad_magic", "The datagram does not begin as our packets do.",
                "Other software is using this port; choose another one with --port if it goes on."},
    Explanation{bad_version, air, "bad_version", "The packet has a protocol version that we do not speak.",
                "Update the older of the two sides."},
    Explanation{bad_type, air, "bad_type", "The packet's type is unknown, or not one that belongs here.",
                "The peer runs newer or faulty software; compare the versions of both sides."},
    Explanation{bad_crc, air, "bad_crc", "The frame was damaged on its way: its checksum is not that of its bytes.",
                "A few come from bad lines. Many mean other software, or a device that computes another checksum."},
    Explanation{bad_mac, air, "bad_mac", "The packet was not made with our key, or it was changed on its way.",
                "Compare `tacit key fingerprint` on both sides; if they agree, check that both use the same profile."},
    Explanation{stale, air, "stale",
                "The packet's time lies further before our clock than the protocol allows (NoMQ 30 s, mqtt-e2e 15 s).",
                "Set the clocks (NTP) on both sides; a board without NTP starts at its epoch. If clocks are right, "
                "somebody is sending old packets again."},
    Explanation{future, air, "future",
                "The packet's time lies further after our clock than the protocol allows (NoMQ 30 s, mqtt-e2e 15 s).",
                "Set the clocks (NTP) on both sides; `tacit doctor` looks at ours."},
    Explanation{iv_mismatch, air, "iv_mismatch", "The two copies of the initialisation vector in the packet differ.",
                "The sender follows another layout of the packet; update it."},
    Explanation{bad_padding, air, "bad_padding", "The packet is authentic, but its decrypted end is no padding.",
                "The two sides have the same mac key and different encryption keys; give both the same key file."},
    Explanation{bad_body, air, "bad_body",
                "The packet is authentic, but its content does not have the form of its type.",
                "A key holder runs faulty or other software; compare the versions of both sides."},
    Explanation{bad_qos, air, "bad_qos", "The message asks for quality of service 3, which does not exist.",
                "Correct the publisher: 0, 1 or 2."},
    Explanation{bad_utf8, air, "bad_utf8", "The message is not UTF-8, and this profile carries nothing else.",
                "Encode binary data as text (base64, hex), or move both sides to profile v1."},
    Explanation{bad_channel_id, air, "bad_channel_id", "The packet's channel id is not that of the channel it names.",
                "A key holder runs faulty software; compare the versions of both sides."},
    Explanation{empty_message, air, "empty_message", "The message is empty and not retained, so it says nothing.",
                "Send at least one byte; an empty message with the retain flag clears a retained one."},
    Explanation{expired, air, "expired", "The message's time to live had passed.",
                "Publish with a longer --ttl, or find what delays the messages."},
    Explanation{own, air, "own", "A packet of our own came back to us.",
                "Nothing: that is how broadcast works. Many of them by unicast mean that somebody reflects packets."},
    Explanation{duplicate, air, "duplicate", "The message was seen before: a retry, acknowledged again where it asks.",
                "Nothing: acknowledgements get lost. Many of them mean a bad network."},
    Explanation{replay, air, "replay", "The packet was seen before and is not to be answered.",
                "A few come from networks that repeat packets; many mean that somebody records and sends them again."},
    Explanation{too_old, air, "too_old",
                "The packet's number or time lies below everything that the replay memory remembers.",
                "The network delays packets for long, or somebody sends old packets again."},
    Explanation{before_start, air, "before_start",
                "The message may have been delivered before our restart, and the owner chose at most once.",
                "Nothing for 30 s after a start; choose at_least_once where a repeat does less harm than a loss."},
    Explanation{unknown_channel, air, "unknown_channel", "Nobody here has subscribed to the packet's channel.",
                "Nothing, unless you expected the message: then compare the channel's spelling on both sides."},
    Explanation{unknown_id, air, "unknown_id", "The acknowledgement belongs to nothing that we wait for.",
                "Nothing: it came late, or it was for a program that has ended."},
    Explanation{wrong_state, air, "wrong_state", "The acknowledgement does not fit the step that its message is at.",
                "Nothing, if it is rare; else the peer follows another order of steps; update it."},
    Explanation{
        bad_sequence, air, "bad_sequence",
        "A stream's frame, or a fragment of a message, is not the one that follows the last.",
        "Something between the peers drops, repeats or reorders what should be one stream; else the peer is faulty."},
    Explanation{
        bad_cookie, air, "bad_cookie",
        "The cookie was not made by us for this address and device, or it is older than a minute.",
        "Nothing, if it is rare: the device asks anew. Many mean that somebody floods us under false addresses."},

    Explanation{replay_memory_full, room, "replay_memory_full",
                "There are more senders, or packets, than the replay memory has room for, and it must not forget.",
                "Raise the size of the replay memory, or find out who makes so many sessions or packets."},
    Explanation{peers_full, room, "peers_full", "There are more peers than this node has room for.",
                "Raise the number of peers in this node's sizes."},
    Explanation{subscriptions_full, room, "subscriptions_full",
                "The peers have more subscriptions than this node has room for.",
                "Raise the number of subscriptions in this node's sizes."},
    Explanation{unaccepted_full, room, "unaccepted_full",
                "The application has not yet accepted what it was given, so no more is taken.",
                "Accept messages sooner, or raise the number that may wait."},
    Explanation{sessions_full, room, "sessions_full", "There are as many sessions as this server has room for.",
                "Raise the number of sessions, or close those that are not used."},
    Explanation{handshakes_full, room, "handshakes_full",
                "There are as many handshakes in progress as this server has room for.",
                "Nothing, if devices come back after a failure; else find out who begins and does not finish them."},
    Explanation{address_full, room, "address_full",
                "This address has as many sessions or handshakes as one address may have.",
                "Raise the limit for an address if many devices share one, as behind a router."},
    Explanation{
        reassemblies_full, room, "reassemblies_full",
        "As many messages are being put together from fragments as there is room for.",
        "The sender tries again, over TCP in a new session. If it goes on, raise the room or send shorter messages."},

    Explanation{unknown_device, session, "unknown_device", "No device of this id is registered.",
                "Add it with `tacit device add`, or compare the id that the device sends."},
    Explanation{
        wrong_key, session, "wrong_key", "The peer does not have the key of this device.",
        "Give the device the key of its registration, or register it anew; `tacit key fingerprint` compares keys."},
    Explanation{
        weak_key, session, "weak_key",
        "A key is shorter than 16 bytes, or the peer's public key would make the secret known to all.",
        "Use a key of 32 random bytes. A bad public key is an attack or faulty software; no setting allows it."},
    Explanation{weak_wire, session, "weak_wire",
                "The session speaks version 1, where one key serves both directions under the same nonces.",
                "Update the device to version 2: who listens learns from messages of both directions together, and can "
                "forge more."},
    Explanation{revoked, session, "revoked", "The device, or the key that the session began with, was revoked.",
                "Nothing, if you meant it; else give the device its new key."},
    Explanation{locked_out, session, "locked_out", "Too many handshakes failed, so no more are tried for a while.",
                "Correct the key of the device, then wait a minute."},
    Explanation{rate_limited, session, "rate_limited", "More arrived than is answered in so short a time.",
                "Slow the sender down, or raise the limit; many from strangers mean a flood."},
    Explanation{handshake_timeout, session, "handshake_timeout", "The handshake did not finish in time.",
                "Check the way to the peer, and that both sides speak the same version over the same transport."},
    Explanation{idle, session, "idle", "Nothing authentic was heard from the peer for too long.",
                "Turn on the device's keepalive, or allow longer silence."},
    Explanation{incomplete, session, "incomplete", "A message began to arrive in fragments, and the rest did not come.",
                "Check the way to the peer; a program that stops in the middle of a message is faulty."},
    Explanation{sequence_exhausted, session, "sequence_exhausted",
                "The session has used up its sequence numbers, and under one key none may come twice.",
                "Connect again: a new session has new keys."},
    Explanation{replaced, session, "replaced", "The device began a new session, which takes the place of this one.",
                "Nothing, if the device started anew; else two devices use one id."},
    Explanation{peer_closed, session, "peer_closed", "The peer said goodbye.", "Nothing: that is how a session ends."},
    Explanation{connection_lost, session, "connection_lost", "The connection ended without a goodbye.",
                "Nothing: the device connects again. Often means a network or a program that fails."},

    Explanation{name_unknown, broker, "name_unknown", "The broker's name has no address.",
                "Compare the name; `getent hosts NAME` asks the same resolver."},
    Explanation{unreachable, broker, "unreachable", "Nobody takes connections at the broker's address and port.",
                "Check that the broker runs, its port (1883, with TLS 8883), and firewalls on the way."},
    Explanation{connect_timeout, broker, "connect_timeout", "The broker did not take the connection in time.",
                "Check the way to it; a port that answers but says nothing may want TLS, or be no broker's."},
    Explanation{broker_silent, broker, "broker_silent", "The broker did not answer a ping, so the connection is dead.",
                "Nothing, if it is rare: networks change. Often means a router that forgets; use a shorter keepalive."},
    Explanation{bad_credentials, broker, "bad_credentials", "The broker knows no such user with this password.",
                "Correct the user and the password that you give it."},
    Explanation{not_authorized, broker, "not_authorized", "The broker does not allow this client what it asked for.",
                "Give it a user and a password, or have the broker's owner allow the topic."},
    Explanation{broker_refused, broker, "broker_refused", "The broker refused, for a cause that it states.",
                "Read what it says; it may be full, or dislike the client id."},
    Explanation{broker_misbehaved, broker, "broker_misbehaved", "The broker sent what MQTT does not allow.",
                "See whether a broker is at this port, and which version of MQTT it speaks."},
    Explanation{subscription_refused, broker, "subscription_refused", "The broker refused a subscription.",
                "Have the broker's owner allow the topic, which begins with the key's base."},
    Explanation{tls_setup, broker, "tls_setup", "A certificate or key for TLS cannot be used.",
                "Give PEM files that can be read, and the key that belongs to the certificate."},
    Explanation{tls_untrusted, broker, "tls_untrusted", "The broker's certificate is not one that we trust.",
                "Give the certificate of its authority as CA file, and look at its dates and our clock."},
    Explanation{tls_wrong_name, broker, "tls_wrong_name", "The broker's certificate is for another name.",
                "Use the name that is in the certificate; an address works only where the certificate has it."},
    Explanation{tls_failed, broker, "tls_failed", "The broker and we found no way to speak TLS.",
                "Check that the port speaks TLS, and whether it wants a client's certificate or another PSK."},

    Explanation{no_subscriber, outcome, "no_subscriber", "Nobody is known who subscribes to the channel.",
                "Start the subscriber; `tacit peers` shows who is here and to what they subscribe."},
    Explanation{no_acknowledgement, outcome, "no_acknowledgement",
                "It was sent again and again, and the peer never acknowledged it.",
                "Check the way to the peer with `tacit ping`."},
    Explanation{peer_silent, outcome, "peer_silent",
                "The subscriber acknowledged nothing for 5 s while others waited for the room it took.",
                "Check the way to the peer with `tacit ping`."},
    Explanation{peer_lost, outcome, "peer_lost", "The subscriber disappeared while the message was on its way.",
                "Publish again when it is back; a retained message reaches it by itself."},
    Explanation{closed, outcome, "closed", "This node was closed while the message was on its way.",
                "Wait for the outcome of a publish before closing."},

    Explanation{
        too_large, caller, "too_large",
        "The message or frame is larger than the limit (a message: 1,024 bytes for NoMQ, 1,808 for USMP, 65,535 for "
        "mqtt-e2e).",
        "Send it in parts, or publish where it can be fetched."},
    Explanation{queue_full, caller, "queue_full", "The queue is full, and nothing of lower priority could make room.",
                "Publish more slowly, wait for outcomes, or raise the size of the queue."},
    Explanation{channels_full, caller, "channels_full",
                "This node is subscribed to as many channels as it has room for.",
                "Unsubscribe from one, or raise the number of channels in this node's sizes."},
    Explanation{retained_full, caller, "retained_full", "There is no room to keep one more retained message.",
                "Clear one with an empty retained message, or raise the room for them."},
    Explanation{no_wall_clock, caller, "no_wall_clock",
                "This device does not know the time yet, and without it nothing can be sent or accepted.",
                "Set the clock (NTP) and try again."},
    Explanation{unknown_token, caller, "unknown_token", "The token belongs to no message that waits to be accepted.",
                "Accept each message once, with the token of its event."},
    Explanation{unknown_peer, caller, "unknown_peer", "No such peer is known.",
                "`tacit peers` lists those that are here."},
    Explanation{not_connected, caller, "not_connected", "There is no session to send on.",
                "Wait until the session is up; after it ended, until the next one is."},
    Explanation{invalid_argument, caller, "invalid_argument", "An argument is outside of what the call allows.",
                "Read the comment of the function, or the command's --help."},
    Explanation{not_supported, caller, "not_supported", "This profile or this build does not have what was asked for.",
                "Use the other profile, or a build that has it."},
    Explanation{bad_topic, caller, "bad_topic", "The topic is empty or not UTF-8, or has a wildcard where none may be.",
                "Publish to a name without `+` and `#`; in a filter each is a level of its own, and `#` the last one."},
    Explanation{topic_not_allowed, caller, "topic_not_allowed", "This node may not speak on the topic.",
                "Allow it before publishing, or correct the topic."},
    Explanation{length_shows, caller, "length_shows",
                "The message is longer than the pad size, so its length would show.",
                "Raise the pad size on this side, which needs no change on the other, or send less."},

    Explanation{send_failed, port, "send_failed", "The operating system refused to send the packet.",
                "Check interfaces, routes and firewall; `tacit doctor` looks at them."},
};

// A Reason without an explanation, or one out of its place, does not compile.
constexpr bool complete() {
  for (std::size_t i = 0; i < explanations.size(); ++i) {
    const Explanation& one = explanations[i];
    if (static_cast<std::size_t>(one.reason) != i) return false;
    if (one.name.empty() || one.sentence.empty() || one.next_step.empty()) return false;
  }
  return explanations.size() == reason_count;
}
static_assert(complete(), "each Reason has its explanation, in the order of the enumeration");

}  // namespace

const Explanation& explain(Reason reason) {
  require(static_cast<std::size_t>(reason) < reason_count);
  return explanations[static_cast<std::size_t>(reason)];
}

std::span<const Explanation> all_reasons() { return explanations; }

std::optional<Reason> reason_named(std::string_view name) {
  const auto found = std::ranges::find(explanations, name, &Explanation::name);
  if (found == explanations.end()) return std::nullopt;
  return found->reason;
}

std::string_view heading(ReasonGroup group) {
  switch (group) {
    case air: return "What a peer, or the air, sent";
    case room: return "No room to remember";
    case session: return "Who may have a session, and how one ended";
    case broker: return "The way to an MQTT broker";
    case outcome: return "How a publish ended";
    case caller: return "What the program asked for";
    case port: return "The operating system";
  }
  require(false);
  return {};
}

}  // namespace tacit::host
