#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

#include "tacit/host/control.hpp"
#include "tacit/host/control_folder.hpp"

namespace tacit::host {
namespace {

using Clock = std::chrono::steady_clock;

struct Asked {
  linux_port::File socket;
  std::string answer;
  bool complete = false;
};

// False: nothing more will come.
bool read_more(Asked& one) {
  std::array<char, 65'536> room;
  const ssize_t n = ::recv(one.socket.fd(), room.data(), room.size(), 0);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  one.answer.append(room.data(), static_cast<std::size_t>(n));
  if (n > 0 && one.answer.back() != '\n') return one.answer.size() < answer_max;
  one.complete = n > 0;
  if (one.complete) one.answer.pop_back();
  return false;
}

std::vector<Asked> ask_each(const ControlPlace& place, const std::string& line) {
  std::vector<Asked> asked;
  for (const std::string& path : control_sockets(place.folder, place.context)) {
    linux_port::File socket = connect_to_control(path);
    if (!socket.valid() || !is_same_user_or_root(socket.fd())) continue;
    // A fresh connection takes a question whole.
    if (::send(socket.fd(), line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size())) continue;
    asked.push_back({std::move(socket), "", false});
  }
  return asked;
}

}  // namespace

std::vector<std::string> ask_all(const ControlPlace& place, const std::string& question,
                                 std::chrono::milliseconds at_most) {
  if (!is_our_control_folder(place.folder)) return {};
  const auto until = Clock::now() + at_most;
  std::vector<Asked> asked = ask_each(place, question + "\n");
  for (std::size_t open = asked.size(); open > 0;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) break;
    std::vector<pollfd> wanted;  // poll() passes over negative descriptors
    for (const Asked& one : asked) wanted.push_back({one.socket.fd(), POLLIN, 0});
    if (::poll(wanted.data(), wanted.size(), static_cast<int>(left)) < 0 && errno != EINTR) break;
    for (std::size_t i = 0; i < asked.size(); ++i) {
      if (wanted[i].revents == 0 || read_more(asked[i])) continue;
      asked[i].socket = linux_port::File();
      --open;
    }
  }
  std::vector<std::string> answers;
  for (Asked& one : asked)
    if (one.complete) answers.push_back(std::move(one.answer));
  return answers;
}

}  // namespace tacit::host
