#include "tacit/host/conformance/vector_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "tacit/host/conformance/e2e_sections.hpp"
#include "tacit/host/conformance/nomq_sections.hpp"
#include "tacit/host/conformance/usmp_sections.hpp"

namespace tacit::host::conformance {
namespace {

enum class Protocol : std::uint8_t { nomq, usmp, mqtt_e2e };

bool begins_with(const nlohmann::json& json, const char* member, std::string_view text) {
  const auto found = json.find(member);
  return found != json.end() && found->is_string() && found->get_ref<const std::string&>().starts_with(text);
}

Protocol protocol_of(const nlohmann::json& json, const Value& top) {
  if (!json.is_object()) top.refuse(Fault::unknown_kind, "is not an object, and so of no protocol that has vectors");
  if (begins_with(json, "format", "mqtt-e2e")) return Protocol::mqtt_e2e;
  const auto about = json.find("about");
  if (about != json.end() && about->is_object() && about->contains("wire_version")) return Protocol::usmp;
  if (begins_with(json, "about", "NoMQ v1")) return Protocol::nomq;
  top.refuse(Fault::unknown_kind, "says neither in `format` nor in `about` which protocol it is of");
}

VectorFile read_as(Protocol protocol, const Value& top) {
  switch (protocol) {
    case Protocol::nomq: {
      auto vectors = read_nomq_vectors(top);
      const std::size_t cases = count_cases(vectors);
      return {std::move(vectors), cases};
    }
    case Protocol::usmp: {
      auto vectors = read_usmp_vectors(top);
      const std::size_t cases = count_cases(vectors);
      return {std::move(vectors), cases};
    }
    case Protocol::mqtt_e2e: {
      auto vectors = read_e2e_vectors(top);
      const std::size_t cases = count_cases(vectors);
      return {std::move(vectors), cases};
    }
  }
  top.refuse(Fault::unknown_kind, "is of no known protocol");
}

VectorFile read(std::string_view text, const std::string& name) {
  const auto json = parse_json(text, name);
  const Value top(json, name + ": ");
  VectorFile file = read_as(protocol_of(json, top), top);
  if (file.cases == 0) top.refuse(Fault::empty_file, "holds no case");
  return file;
}

}  // namespace

Attempt<VectorFile> read_vectors(std::string_view text, const std::string& name) {
  try {
    return read(text, name);
  } catch (BadFile& bad) { return std::move(bad.problem); }
}

Attempt<VectorFile> read_vector_file(const std::string& path) {
  const auto file = std::unique_ptr<std::FILE, int (*)(std::FILE*)>(std::fopen(path.c_str(), "rb"), std::fclose);
  std::string text;
  std::array<char, 65'536> part;
  while (const std::size_t size = file ? std::fread(part.data(), 1, part.size(), file.get()) : 0)
    text.append(part.data(), size);
  // A folder can be opened, and fails when it is read.
  if (!file || std::ferror(file.get()) != 0)
    return Problem{Fault::cannot_read, path + ": cannot be read: " + std::strerror(errno), ""};
  return read_vectors(text, path);
}

Report run(const VectorFile& file) {
  if (const auto* nomq = std::get_if<NomqVectors>(&file.vectors)) return run_nomq(*nomq);
  if (const auto* e2e = std::get_if<E2eVectors>(&file.vectors)) return run_e2e(*e2e);
  return run_usmp(std::get<UsmpVectors>(file.vectors));
}

}  // namespace tacit::host::conformance
