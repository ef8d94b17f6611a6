// The original's configuration file is read or refused with a Problem. Where the first byte is odd the rest is the
// file; otherwise the rest is the JSON in it, which no fuzzer would get through the cipher.
#include "tacit/host/nomq_config_file.hpp"
#include "tacit/base/bytes.hpp"
#include "tacit/base/require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tacit;
  if (size == 0) return 0;
  const std::string_view rest = text_of({data + 1, size - 1});
  const bool is_file = data[0] % 2 == 1;
  const auto read = host::read_nomq_config(is_file ? std::string(rest) : host::seal_nomq_config(rest, {}), "input");
  if (!read) {
    require(!read.error().what.empty());
    return 0;
  }
  if (read->ip.size() > 64) return 0;  // is read, and may not be written
  host::NomqConfigJson json;
  host::write_nomq_config_json(*read, json);
  const auto again = host::read_nomq_config(host::seal_nomq_config(json.reveal(), {}), "written");
  require(again && again->ip == read->ip && again->port == read->port && again->use_ipv6 == read->use_ipv6);
  return 0;
}
