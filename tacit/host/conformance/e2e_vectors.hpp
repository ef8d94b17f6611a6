#pragma once
#include "tacit/e2e/envelope.hpp"
#include "tacit/host/conformance/strict_json.hpp"

// A vector file of mqtt-e2e as it is on paper: spec/vectors.md says what each part means and how it is judged.
namespace tacit::host::conformance {

struct TopicVector {
  std::string id;
  e2e::Key key;
  std::string base;
  std::vector<std::pair<std::string, std::string>> examples;  // what follows the base, and the whole topic
};

struct SealedVector {
  std::string id;
  e2e::Key key;
  ByteString aad, random, message, packet;
  e2e::PacketTime time, opened_at;
  std::size_t pad_size = 0;
  std::optional<std::string> topic;  // of a packet that was captured
};

// What a receiver makes of a packet. Accepted or refused is binding; under which name it is refused is not.
enum class PacketVerdict : std::uint8_t {
  ok,
  too_short,
  replay,
  too_old,
  from_future,
  auth_failed,
  bad_version,
  bad_size,
};
std::string_view name_of(PacketVerdict);

struct Expectation {
  PacketVerdict verdict{};
  std::vector<PacketVerdict> equally_good;
  ByteString message;  // of what is accepted
};

struct ReceiverVector {
  e2e::Key key;
  ByteString aad;
  e2e::PacketSpan window;
};

struct OpenVector {
  std::string id;
  ReceiverVector receiver;
  e2e::PacketTime now;
  ByteString packet;
  Expectation expected;
};

struct SequenceVector {
  struct Step {
    std::string name;
    e2e::PacketTime now;
    ByteString packet;
    Expectation expected;
  };
  std::string id;
  ReceiverVector receiver;
  std::vector<ByteString> own_sent;
  std::vector<Step> steps;
};

struct E2eVectors {
  std::vector<TopicVector> topics;
  std::vector<SealedVector> sealed;
  std::vector<OpenVector> accept, reject;
  std::vector<SequenceVector> sequences;
  std::vector<SealedVector> genuine;
};

// Throws BadFile.
E2eVectors read_e2e_vectors(const Value& top);

}  // namespace tacit::host::conformance
