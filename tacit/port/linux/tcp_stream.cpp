#include "tacit/port/linux/tcp_stream.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "tacit/base/require.hpp"

namespace tacit::linux_port {

namespace {

bool is_for_now(int error) { return error == EAGAIN || error == EINTR || error == ENOBUFS || error == ENOMEM; }

// MSG_TRUNC: TCP throws the bytes away and copies nothing.
ssize_t discard(int fd, std::size_t size) { return recv(fd, nullptr, size, MSG_TRUNC | MSG_DONTWAIT); }

}  // namespace

TcpStream::TcpStream(File file, const Memory& memory) : file_(std::move(file)), memory_(memory) {}

MutBytes TcpStream::receive(MutBytes buffer) {
  if (!open() || ended_ || choked()) return {};
  require(buffer.size() == memory_.received.size());
  copy(Bytes(memory_.received).first(kept_), buffer);
  const std::size_t fresh = kept_ < buffer.size() ? read(buffer.subspan(kept_)) : 0;
  if (broken()) return {};
  const bool nothing_new = fresh == 0 && (kept_ == 0 || kept_is_part_);
  ended_ = last_ && nothing_new;
  if (nothing_new) return {};
  offered_ = buffer.first(kept_ + fresh);
  return offered_;
}

std::size_t TcpStream::read(MutBytes room) {
  if (last_) return 0;
  const ssize_t size = recv(fd(), room.data(), room.size(), MSG_DONTWAIT);
  if (size < 0 && !is_for_now(errno)) fail(errno);
  last_ = size == 0;
  return size > 0 ? static_cast<std::size_t>(size) : 0;
}

bool TcpStream::consume(std::size_t size) {
  if (!open() || ended_) return false;
  const Bytes rest = offered_.subspan(size);
  const bool full = offered_.size() == memory_.received.size();
  copy(rest, memory_.received);
  kept_ = static_cast<std::uint32_t>(rest.size());
  kept_is_part_ = !choked();
  if (choked()) return false;
  require(kept_ < memory_.received.size());  // a machine takes or ends what fills all of it
  return full || through_ || last_;          // else the poller will tell of more
}

void TcpStream::send(Bytes bytes) {
  require(!choked());
  const std::size_t sent = pass(bytes);
  if (ended_) return;
  const Bytes rest = bytes.subspan(sent);
  require(rest.size() <= memory_.unsent.size());
  copy(rest, memory_.unsent);
  sent_ = 0;
  waiting_ = static_cast<std::uint32_t>(rest.size());
}

bool TcpStream::flush() {
  if (!choked()) return true;
  const std::size_t sent = pass(Bytes(memory_.unsent).subspan(sent_, waiting_));
  if (ended_) return true;
  sent_ += static_cast<std::uint32_t>(sent);
  waiting_ -= static_cast<std::uint32_t>(sent);
  return !choked();
}

std::size_t TcpStream::pass(Bytes bytes) {
  if (!open() || ended_) return 0;
  const ssize_t sent = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (!is_for_now(errno)) fail(errno);
  return 0;
}

void TcpStream::fail(int error) {
  error_ = error;
  ended_ = true;
  waiting_ = 0;
}

void TcpStream::close() {
  constexpr std::size_t at_most = 1 << 20;  // of a peer that never stops; it may have its reset
  for (std::size_t thrown = 0; open() && !broken() && thrown < at_most;) {
    const ssize_t size = discard(fd(), at_most);
    if (size <= 0) break;
    thrown += static_cast<std::size_t>(size);
  }
  *this = TcpStream();
}

void TcpStream::reset() {
  const linger now{1, 0};
  if (open()) (void)setsockopt(fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  *this = TcpStream();
}

}  // namespace tacit::linux_port
