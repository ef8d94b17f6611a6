#pragma once
#include <unistd.h>

#include <utility>

namespace tacit::linux_port {

// Owns one file descriptor, or none.
class File {
 public:
  File() = default;
  explicit File(int fd) : fd_(fd) {}  // negative: none
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~File() {
    if (valid()) ::close(fd_);
  }

  int fd() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

}  // namespace tacit::linux_port
