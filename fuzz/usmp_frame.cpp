// Whatever arrives as a datagram: what is decoded can be encoded again and is the same; everything else is refused with
// a reason of its own. A frame with a right checksum is then read as what it says it is.
#include <algorithm>
#include <vector>

#include "tacit/usmp/acknowledgement.hpp"
#include "tacit/usmp/handshake_messages.hpp"
#include "tacit/usmp/sealed.hpp"

namespace {

using namespace tacit;
using ByteVector = std::vector<std::uint8_t>;

void read_acknowledgement(Bytes datagram) {
  const auto what = usmp::decode_acknowledgement(datagram);
  if (!what) {
    const Reason why = what.error();
    require(why == Reason::truncated || why == Reason::bad_magic || why == Reason::bad_length);
    return;
  }
  ByteVector again(usmp::acknowledgement_size);
  usmp::encode_acknowledgement(*what, again);
  require(std::equal(again.begin(), again.end(), datagram.begin()));
  require(!usmp::is_authentic_acknowledgement(datagram, crypto::HmacSha256(Secret<32>().reveal())) ||
          datagram.size() == 15);
}

template <class Message> void read_message(const usmp::Frame& frame) {
  const auto message = usmp::decode_handshake<Message>(frame);
  if (!message) {
    require(message.error() == Reason::bad_type || message.error() == Reason::bad_length);
    return;
  }
  ByteVector again(frame.bytes().size());
  usmp::encode_handshake(frame.header().wire, frame.header().seq, *message, again);
  require(std::equal(again.begin(), again.end(), frame.bytes().begin()));
}

// The key is known, so an input may be one that opens.
void read_sealed(const usmp::Frame& frame) {
  const crypto::AesGcm key(Secret<32>().reveal());
  const ByteVector before(frame.bytes().begin(), frame.bytes().end());
  const auto opened = usmp::open(key, {}, frame);
  if (!opened) {
    require(opened.error() == Reason::truncated || opened.error() == Reason::bad_mac);
    return;
  }
  ByteVector again(before.size());
  usmp::seal(key, {}, frame.header(), opened->text(), again);
  require(again == before);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteVector datagram(data, data + size);
  read_acknowledgement(datagram);

  // The checksum is made right where there is room for one: it is no secret, and would keep the fuzzer out.
  if (size >= usmp::header_size && size <= usmp::frame_size_max && (data[10] & 1) != 0) {
    const auto header = wire::decode<usmp::Header>(datagram);
    if (header) usmp::encode_frame(*header, datagram);
  }
  const auto frame = usmp::decode_datagram(datagram, usmp::Wires::both);
  if (!frame) {
    const Reason why = frame.error();
    require(why == Reason::truncated || why == Reason::bad_magic || why == Reason::bad_version ||
            why == Reason::too_large || why == Reason::bad_crc || why == Reason::bad_type || why == Reason::bad_length);
    return 0;
  }
  require(frame->bytes().size() == size && frame->payload().size() == frame->header().payload_size);
  read_message<usmp::Hello>(*frame);
  read_message<usmp::HelloRetry>(*frame);
  read_message<usmp::Challenge>(*frame);
  read_message<usmp::HelloAck>(*frame);
  read_message<usmp::SessionOk>(*frame);
  read_sealed(*frame);
  return 0;
}
