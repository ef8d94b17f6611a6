// What is opened can be sealed again and is the same; everything else is refused with a reason of its own.
#include <algorithm>
#include <vector>

#include "fuzz/open_cipher.hpp"
#include "tacit/nomq/body.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tacit;
  std::vector<std::uint8_t> datagram(data, data + size);
  fuzz::OpenCipher cipher;
  auto job = nomq::begin_open(datagram);
  if (!job) {
    const Reason why = job.error();
    require(why == Reason::truncated || why == Reason::bad_length || why == Reason::bad_magic ||
            why == Reason::bad_version);
    return 0;
  }
  cipher.open({&*job, 1});
  const auto header = wire::decode<nomq::Header>(datagram);
  const auto opened = nomq::finish_open(*job, {header->sent_at_s, nomq::Epoch::unix_1970});
  if (!opened) {
    const Reason why = opened.error();
    require(why == Reason::iv_mismatch || why == Reason::bad_padding || why == Reason::bad_type);
    return 0;
  }
  std::vector<std::uint8_t> again(datagram.size());
  auto sealed = nomq::begin_seal(opened->header(), opened->body(), {}, again);
  cipher.seal({&sealed, 1});
  require(std::equal(again.begin(), again.end() - 32, datagram.begin()));

  for (const auto profile : {nomq::Profile::v1, nomq::Profile::legacy})
    if (const auto body = nomq::read_publish(opened->body(), profile)) {
      require(body->message.size() == body->preamble.message_size);
      nomq::PublishFront room;
      const Bytes front = nomq::write_publish_front(body->preamble, profile, room);
      require(front.size() + body->message.size() >= 16);
    }
  return 0;
}
