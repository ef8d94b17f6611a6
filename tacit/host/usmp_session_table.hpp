#pragma once
#include <map>
#include <optional>
#include <vector>

#include "tacit/host/usmp_server.hpp"

namespace tacit::host {

// The sessions that live on all shards of a UsmpServer, by their names and by their devices.
class UsmpSessionTable {
 public:
  using Name = UsmpServer::SessionName;
  using Session = UsmpServer::Session;
  struct Entry {
    Session session;
    std::uint64_t number = 0;  // the greater, the newer
    std::time_t seen_at = 0;   // when this was last told to the registry
  };

  // The entry stays where it is until it is removed.
  Entry& add(Session);
  std::optional<Session> remove(const Name&);
  void clear();

  Entry* find(const Name&);
  std::vector<Name> of_device(const DeviceId&) const;  // the oldest first
  std::optional<Name> newest_of(const DeviceId&) const;
  std::vector<Session> by_age() const;  // the oldest first
  std::size_t size() const { return entries_.size(); }
  std::size_t weak() const;  // how many speak version 1

 private:
  std::map<Name, Entry> entries_;
  std::multimap<DeviceId, Name> of_device_;  // of equal ones the oldest first
  std::uint64_t next_number_ = 0;
};

}  // namespace tacit::host
