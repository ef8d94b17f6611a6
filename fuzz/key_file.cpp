// A key file is taken or refused with a Problem; one that is taken says the same key when it is written again.
#include <algorithm>

#include "tacit/base/bytes.hpp"
#include "tacit/base/require.hpp"
#include "tacit/host/key.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tacit;
  const auto read = host::read_key_text(text_of({data, size}), "input", host::nomq_kinds);
  if (!read) {
    require(!read.error().what.empty());
    return 0;
  }
  host::KeyText written;
  host::write_key_text(read->key, "", written);
  const auto again = host::read_key_text(written.reveal(), "written", host::nomq_kinds);
  require(again && again->key.kind() == read->key.kind());
  require(std::ranges::equal(again->key.reveal(), read->key.reveal()));
  return 0;
}
