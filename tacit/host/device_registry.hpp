#pragma once
#include <functional>
#include <vector>

#include "tacit/host/device_record.hpp"
#include "tacit/host/registry_file.hpp"

namespace tacit::host {

// The devices that a USMP server knows, as their owner handles them. What is changed here reaches a running server
// (served_devices.hpp) within a second, whichever process changes it.
//
// Every verb is one transaction, on the disk when it returns. Besides what is said at each, it gives what
// open_registry_file() gives but others_can_read; unknown_device where there is none of that id. Where a name is given
// for a device, an id as text will do.
//
// Key rotation makes before it breaks (spec/usmp.md section 9): while it runs both keys are right, and it ends when
// the new one is first used, or at its deadline. Then the old one is dead.
class DeviceRegistry {
 public:
  static Attempt<DeviceRegistry> open(const std::string& path, const RegistryAccess& = {});

  bool others_can_read() const { return others_can_read_; }
  const std::string& path() const { return path_; }

  // By name.
  Attempt<std::vector<Device>> list();
  // unknown_device says which name was probably meant.
  Attempt<Device> find(std::string_view name_or_id);
  // With its secrets.
  Attempt<DeviceWithKeys> with_keys(const DeviceId&);

  // All or none of them; already_exists where a name or an id is taken, of the registry or twice in `devices`. Names
  // are right: check_device_name(). `place_of` says where the n-th came from, for the Problem.
  Attempt<Done> add(std::span<const DeviceWithKeys> devices, const std::function<std::string(std::size_t)>& place_of);
  Attempt<Done> rename(const DeviceId&, std::string_view name);  // already_exists
  // Its sessions end; with it the rotation, if one runs, stays as it is.
  Attempt<Done> set_revoked(const DeviceId&, bool revoked);
  Attempt<Done> set_wire1_allowed(const DeviceId&, bool allowed);
  Attempt<Done> remove(const DeviceId&);

  // rotation_running where one does, revoked where the device is.
  Attempt<Done> begin_rotation(const DeviceId&, const KeySource& next, std::time_t deadline);
  // The old key is dead at once, and a rotation that runs is forgotten.
  Attempt<Done> replace_key(const DeviceId&, const KeySource& key, std::time_t now);
  // False where none runs.
  Attempt<bool> cancel_rotation(const DeviceId&);

 private:
  DeviceRegistry(RegistryFile file, std::string path)
      : database_(std::move(file.database)), path_(std::move(path)), others_can_read_(file.others_can_read) {}
  template <class F> auto attempt(F work) -> Attempt<decltype(work())>;
  template <class F> Attempt<Done> change(const DeviceId&, F work);

  sqlite_port::Database database_;
  std::string path_;
  bool others_can_read_;
};

}  // namespace tacit::host
