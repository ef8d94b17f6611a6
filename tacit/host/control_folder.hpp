#pragma once
#include <sys/un.h>

#include <optional>
#include <string>
#include <vector>

#include "tacit/host/control.hpp"
#include "tacit/port/linux/file.hpp"

// What server and client of the control sockets share: the folder, and who is at the other end.
namespace tacit::host {

// Makes the folder where it is absent. It has to be a folder, ours, and closed to others: in /tmp anybody could have
// made it first. Gives cannot_write.
Attempt<Done> make_control_folder(const std::string& folder);
bool is_our_control_folder(const std::string& folder);

// FOLDER/CONTEXT.PID.sock; whatever could mean something in a file's name is written %XX.
std::string control_path(const ControlPlace&, long pid);
// Of all contexts where none is named, by process.
std::vector<std::string> control_sockets(const std::string& folder, const std::optional<std::string>& context);

// Nothing where the path is longer than a socket's address can be.
std::optional<sockaddr_un> control_address(const std::string& path);

// Connected, or invalid. A socket at which nobody listens any more is removed.
linux_port::File connect_to_control(const std::string& path);

bool is_same_user_or_root(int fd);

}  // namespace tacit::host
