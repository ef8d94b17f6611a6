#include "tacit/host/control_folder.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

namespace tacit::host {
namespace {

constexpr std::string_view ending = ".sock";

std::string escaped(const std::string& context) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  for (const char c : context) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_') text += c;
    else text += {'%', digits[byte >> 4], digits[byte & 15]};
  }
  return text;
}

// CONTEXT.PID.sock
struct Name {
  std::string context;
  long pid = 0;
};
std::optional<Name> parse(std::string_view name) {
  if (!name.ends_with(ending)) return std::nullopt;
  name.remove_suffix(ending.size());
  const auto dot = name.rfind('.');
  if (dot == 0 || dot == std::string_view::npos) return std::nullopt;
  Name parsed{std::string(name.substr(0, dot)), 0};
  const auto [end, error] = std::from_chars(name.data() + dot + 1, name.data() + name.size(), parsed.pid);
  if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return parsed;
}

}  // namespace

ControlPlace control_place(const Sources& sources, std::string context) {
  const auto runtime = sources.environment.find("XDG_RUNTIME_DIR");
  std::string folder;
  // A relative path is to be ignored, says the XDG Base Directory Specification.
  if (runtime != sources.environment.end() && runtime->second.starts_with('/')) folder = runtime->second + "/tacit";
  else folder = ::geteuid() == 0 ? "/run/tacit" : "/tmp/tacit-" + std::to_string(::geteuid());
  return {std::move(folder), std::move(context)};
}

bool is_our_control_folder(const std::string& folder) {
  struct stat status{};
  return ::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == ::geteuid() &&
         (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

Attempt<Done> make_control_folder(const std::string& folder) {
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST)
    return Problem{Fault::cannot_write,
                   folder + ": cannot be made: " + std::error_code(errno, std::generic_category()).message(), ""};
  if (!is_our_control_folder(folder))
    return Problem{Fault::cannot_write, folder + ": is not a folder that is ours alone",
                   "Remove it, or make it yours with mode 0700."};
  return Done{};
}

std::string control_path(const ControlPlace& place, long pid) {
  return place.folder + "/" + escaped(place.context) + "." + std::to_string(pid) + std::string(ending);
}

std::vector<std::string> control_sockets(const std::string& folder, const std::optional<std::string>& context) {
  std::vector<std::pair<long, std::string>> found;
  std::error_code error;
  for (std::filesystem::directory_iterator file(folder, error), end; !error && file != end; file.increment(error)) {
    const auto name = parse(file->path().filename().string());
    if (name && (!context || name->context == escaped(*context))) found.emplace_back(name->pid, file->path().string());
  }
  std::ranges::sort(found);
  std::vector<std::string> paths;
  for (auto& [pid, path] : found) paths.push_back(std::move(path));
  return paths;
}

std::optional<sockaddr_un> control_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

linux_port::File connect_to_control(const std::string& path) {
  const auto address = control_address(path);
  linux_port::File socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!address || !socket.valid()) return {};
  if (::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0) return socket;
  // A server listens before its socket has this name, so nobody listens any more.
  if (errno == ECONNREFUSED) (void)::unlink(path.c_str());
  return {};
}

bool is_same_user_or_root(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && (peer.uid == ::geteuid() || peer.uid == 0);
}

}  // namespace tacit::host
