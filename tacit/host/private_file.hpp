#pragma once
#include <string>
#include <string_view>

#include "tacit/base/bytes.hpp"
#include "tacit/base/result.hpp"
#include "tacit/host/problem.hpp"

// Files with secrets in them.
namespace tacit::host {

struct ReadFile {
  Bytes bytes;                   // in the room that was given
  bool others_can_read = false;  // group or world may read or write it
};

// The whole file, into room of the caller, who knows best how to wipe it. Never more than the room: a larger
// file is refused (file_too_large), an absent or unreadable one too (cannot_read). Pipes work.
Attempt<ReadFile> read_file(const std::string& path, MutBytes room);

// A new file that only its owner can read, complete on the disk when this returns. What exists already, a
// symbolic link too, is left alone (already_exists); a file that could not be written whole is removed again
// (cannot_write).
Attempt<Done> create_private_file(const std::string& path, std::string_view content);

}  // namespace tacit::host
