#pragma once
#include <ctime>
#include <string>

#include "tacit/host/key.hpp"

namespace tacit::host {

struct KeyFile {
  Key key;
  std::string created;           // RFC 3339, of the comment; may be empty
  bool others_can_read = false;  // a command warns, a daemon refuses
};

// Reads at most 4 KiB, never more. The Problem is one of read_file() or of read_key_text().
Attempt<KeyFile> read_key_file(const std::string& path, std::span<const KeyKind> wanted);

// As create_private_file().
Attempt<Done> create_key_file(const std::string& path, const Key&, std::time_t created);

// "2026-11-22T02:30:00Z"
std::string rfc3339(std::time_t);

}  // namespace tacit::host
