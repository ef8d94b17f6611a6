#pragma once
#include <map>
#include <vector>

#include "tacit/host/device_record.hpp"
#include "tacit/host/registry_file.hpp"

// The registry as a running USMP server uses it: keys for handshakes, what was seen of a device, and what its owner has
// changed meanwhile. One thread at a time; each call may wait for the disk, and up to RegistryAccess::patience for
// another process, so a server gives it a thread of its own (device_service.hpp).
//
// How a change reaches the server: it calls changes() once a second. Where no process has changed the file that reads
// one number in shared memory; else it reads the devices that were changed, and the server closes each session of which
// the key or the wire is not right any more. A file that others can read is refused.
namespace tacit::host {

// No two keys of a registry ever have the same. The server gives it to the hub as the KeyTag, and so knows for each
// session with which key it was made.
enum class KeyVersion : std::uint32_t {};

struct VersionedPsk {
  KeyVersion version{};
  Psk psk;
};

// What a handshake is checked against. While a rotation runs both keys are right.
struct DeviceKeys {
  VersionedPsk current;
  std::optional<VersionedPsk> next{};
  bool wire1_allowed = false;
};

// What is right now for a device that was changed; all of it is false for one that was revoked or removed.
struct DeviceChange {
  DeviceId device{};
  std::optional<KeyVersion> current{}, next{};
  bool wire1_allowed = false;

  // Whether a session made with that key may go on.
  bool is_right(KeyVersion version) const { return version == current || version == next; }
  bool is_known() const { return current.has_value(); }
};

class ServedDevices {
 public:
  static constexpr std::size_t seen_max = 4096;  // devices that wait for flush()

  static Attempt<ServedDevices> open(const std::string& path, std::chrono::milliseconds patience);

  // Nothing where there is no such device, or it is revoked. A referred key file is read each time; where that fails,
  // its Problem. A rotation of which the deadline has come has ended, whether changes() was called or not.
  Attempt<std::optional<DeviceKeys>> keys(const DeviceId&, std::time_t now);

  // A handshake was made with this key: a rotation ends if it was the new one. False where the key is not right any
  // more, because it was changed since keys(); then the session must not live.
  Attempt<bool> used(const DeviceId&, KeyVersion, std::time_t now);

  // Kept in memory until flush(), the newest of each device; no packet writes to the disk. With seen_max devices it
  // flushes, and gives what that gives.
  struct Seen {
    std::time_t when = 0;
    std::string address;
    std::uint8_t wire = 2;
  };
  Attempt<Done> seen(const DeviceId&, Seen);
  // One transaction for all; where that fails, all wait on. Every ten seconds is a good measure, and at the end.
  Attempt<Done> flush();

  // What was changed since the last call (the first: since open()), by whom ever, with rotations ended by their
  // deadline. A device may come although nothing of it that matters here has changed.
  Attempt<std::vector<DeviceChange>> changes(std::time_t now);

  // Whether any device may use version 1 of the wire (spec/usmp.md section 10).
  Attempt<bool> any_wire1();

 private:
  ServedDevices(RegistryFile file, std::string path) : database_(std::move(file.database)), path_(std::move(path)) {}
  template <class F> auto attempt(F work) -> Attempt<decltype(work())>;
  void start();
  void look_at_deadlines();

  sqlite_port::Database database_;
  std::string path_;
  std::map<DeviceId, Seen> seen_;
  std::int64_t revision_ = 0, data_version_ = 0;  // up to which the server knows
  bool changed_here_ = false;
  std::optional<std::time_t> next_deadline_;
};

}  // namespace tacit::host
