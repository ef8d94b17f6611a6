#pragma once
#include <vector>

#include "tacit/host/device_record.hpp"
#include "tacit/host/secret_text.hpp"

// Devices with their keys as JSON Lines, for backup and for exchange: one object a line, blank lines ignored.
//
//   {"v":1,"id":"00:1a:2b:3c:4d:5e","name":"boiler","psk":"BASE64URL","wire1_allowed":false,"state":"active", …}
//
//   v             1
//   id, name      as in the registry
//   psk           16 to 64 bytes in base64url without padding; or psk_file, the absolute path of its key file
//   next_psk      or next_psk_file, and with it rotation_deadline: a rotation that runs
//   wire1_allowed false where it is not said
//   state         "active", where it is not said, or "revoked"
//   created       RFC 3339 in UTC, to the second: "2026-11-22T02:30:00Z"; the time of reading where it is not said
//   rotated, last_seen, last_address, last_wire   absent where it never happened
namespace tacit::host {

void append_device_line(const DeviceWithKeys&, SecretString& out);

// Strict: an unknown member, a member that comes twice, anything of another type is refused. The Problem names the
// line: bad_syntax, missing_member, unknown_name, wrong_type, out_of_range, bad_encoding, weak_key, wrong_length.
// What the parser keeps on its way is not wiped.
Attempt<std::vector<DeviceWithKeys>> read_device_lines(std::string_view text, const std::string& where,
                                                       std::time_t now);

}  // namespace tacit::host
