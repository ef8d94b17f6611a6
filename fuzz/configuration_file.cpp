// A configuration file is read or refused with a Problem that names the file.
#include "tacit/host/configuration_file.hpp"
#include "tacit/base/bytes.hpp"
#include "tacit/base/require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tacit;
  const auto read = host::read_configuration(text_of({data, size}), "/etc/tacit/input.toml", "/home/somebody");
  require(read.has_value() || read.error().what.find("input.toml") != std::string::npos);
  return 0;
}
