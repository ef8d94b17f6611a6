#include "tacit/host/problem.hpp"

namespace tacit::host {

std::string_view name_of(Fault fault) {
  switch (fault) {
    using enum Fault;
    case cannot_read: return "cannot_read";
    case cannot_write: return "cannot_write";
    case already_exists: return "already_exists";
    case file_too_large: return "file_too_large";
    case empty_file: return "empty_file";
    case not_text: return "not_text";
    case no_key: return "no_key";
    case several_keys: return "several_keys";
    case unknown_kind: return "unknown_kind";
    case wrong_kind: return "wrong_kind";
    case bad_encoding: return "bad_encoding";
    case wrong_length: return "wrong_length";
    case bad_checksum: return "bad_checksum";
    case bad_syntax: return "bad_syntax";
    case missing_member: return "missing_member";
    case wrong_type: return "wrong_type";
    case out_of_range: return "out_of_range";
    case unknown_name: return "unknown_name";
    case weak_key: return "weak_key";
    case unknown_device: return "unknown_device";
    case revoked: return "revoked";
    case rotation_running: return "rotation_running";
    case others_can_read: return "others_can_read";
    case busy: return "busy";
    case read_only: return "read_only";
    case disk_full: return "disk_full";
    case damaged: return "damaged";
    case too_new: return "too_new";
  }
  require(false);
  return {};
}

}  // namespace tacit::host
