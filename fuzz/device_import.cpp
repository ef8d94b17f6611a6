// An export of devices is taken or refused with a Problem that names a line; one that is taken says the same when it is
// written again.
#include "tacit/base/require.hpp"
#include "tacit/host/device_lines.hpp"

namespace {

tacit::host::SecretString written(std::span<const tacit::host::DeviceWithKeys> devices) {
  tacit::host::SecretString text;
  for (const auto& device : devices) append_device_line(device, text);
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tacit;
  constexpr std::time_t now = 1'763'778'600;
  const auto read = host::read_device_lines(text_of({data, size}), "input", now);
  if (!read) {
    require(read.error().what.starts_with("input:"));
    return 0;
  }
  const host::SecretString text = written(*read);
  const auto again = host::read_device_lines(text, "written", now);
  require(again && again->size() == read->size() && written(*again) == text);
  return 0;
}
