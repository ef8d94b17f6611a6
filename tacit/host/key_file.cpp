#include "tacit/host/key_file.hpp"

#include "tacit/host/private_file.hpp"

namespace tacit::host {

Attempt<KeyFile> read_key_file(const std::string& path, std::span<const KeyKind> wanted) {
  Secret<4096> room;
  const auto file = read_file(path, room.fill());
  if (!file) return file.error();
  auto read = read_key_text(text_of(file->bytes), path, wanted);
  if (!read) return read.error();
  return KeyFile{std::move(read->key), std::move(read->created), file->others_can_read};
}

Attempt<Done> create_key_file(const std::string& path, const Key& key, std::time_t created) {
  KeyText text;
  write_key_text(key, rfc3339(created), text);
  return create_private_file(path, text.reveal());
}

std::string rfc3339(std::time_t time) {
  std::tm utc{};
  if (gmtime_r(&time, &utc) == nullptr) return "unknown";
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return {text.data(), size};
}

}  // namespace tacit::host
