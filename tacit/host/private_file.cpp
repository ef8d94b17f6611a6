#include "tacit/host/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace tacit::host {
namespace {

std::string text_of_errno(int error) { return std::generic_category().message(error); }

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  // Some file systems tell of a failed write only here.
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

ssize_t read_some(int fd, MutBytes room) {
  ssize_t n;
  do n = ::read(fd, room.data(), room.size());
  while (n < 0 && errno == EINTR);
  return n;
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// The name of a new file is on the disk only when its folder is. A file system that cannot do that for a
// folder (some network ones) is no reason to give up.
void sync_folder_of(const std::string& path) {
  auto folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() >= 0) (void)::fsync(fd.get());
}

}  // namespace

Attempt<ReadFile> read_file(const std::string& path, MutBytes room) {
  const auto cannot_read = [&](int error) {
    return Problem{Fault::cannot_read, path + ": cannot be read: " + text_of_errno(error), ""};
  };
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (fd.get() < 0) return cannot_read(errno);
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return cannot_read(errno);

  std::size_t used = 0;
  while (used < room.size()) {
    const ssize_t n = read_some(fd.get(), room.subspan(used));
    if (n < 0) return cannot_read(errno);
    if (n == 0) break;
    used += static_cast<std::size_t>(n);
  }
  std::uint8_t more = 0;
  if (used == room.size() && read_some(fd.get(), {&more, 1}) > 0) {
    return Problem{Fault::file_too_large, path + ": is larger than " + std::to_string(room.size()) + " bytes",
                   "Is this the right file?"};
  }
  return ReadFile{.bytes = room.first(used),
                  .others_can_read = S_ISREG(status.st_mode) && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0};
}

Attempt<Done> create_private_file(const std::string& path, std::string_view content) {
  Descriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (fd.get() < 0 && errno == EEXIST) {
    return Problem{Fault::already_exists, path + ": exists already, and is never overwritten",
                   "Choose another name, or remove the file if nobody needs its key any more."};
  }
  const auto cannot_write = [&](int error) {
    return Problem{Fault::cannot_write, path + ": cannot be written: " + text_of_errno(error), ""};
  };
  if (fd.get() < 0) return cannot_write(errno);

  // A umask can take rights away from the mode asked for above; this makes it exactly 0600.
  const bool written = ::fchmod(fd.get(), S_IRUSR | S_IWUSR) == 0 && write_all(fd.get(), content) &&
                       ::fsync(fd.get()) == 0 && fd.close();
  if (!written) {
    const int error = errno;
    (void)::unlink(path.c_str());
    return cannot_write(error);
  }
  sync_folder_of(path);
  return Done{};
}

}  // namespace tacit::host
