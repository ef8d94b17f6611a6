#include "app/bench/raw_tcp.hpp"

#include <sys/socket.h>

#include <memory>

#include "app/bench/raw_sockets.hpp"

namespace tacit::app::bench {
namespace {

using linux_port::File;

void write_all(const File& file, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t written = send(file.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    must(written > 0, "send");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

// Reads what there is. A packet that is not whole yet is kept for the next time.
class Reader {
 public:
  explicit Reader(const File& file) : file_(file) {}

  MutBytes read(MutBytes room, std::size_t size) {
    std::size_t filled = kept_.size();
    copy(kept_, room);
    while (filled < size) {
      const ssize_t some = recv(file_.fd(), room.data() + filled, room.size() - filled, 0);
      if (some <= 0) return {};
      filled += static_cast<std::size_t>(some);
    }
    const std::size_t whole = filled / size * size;
    kept_.assign(room.begin() + static_cast<std::ptrdiff_t>(whole), room.begin() + static_cast<std::ptrdiff_t>(filled));
    return room.first(whole);
  }

 private:
  const File& file_;
  std::vector<std::uint8_t> kept_;
};

RawWay stream(const File& from, const File& to, std::size_t batch) {
  return {.batch = batch,
          .send = [&from](MutBytes packets, std::size_t) { write_all(from, packets); },
          .receive = [reader = std::make_shared<Reader>(to)](MutBytes room,
                                                             std::size_t size) { return reader->read(room, size); }};
}

Traffic run(Like like, Seals seals, std::size_t message, const RunLength& length) {
  const SocketPair pair = tcp_pair();
  const auto sealer = bare_cipher(like, seals), opener = bare_cipher(like, seals);
  const std::size_t batch = std::max(BareCipher::batch, 16'384 / sealer->size_of(message));
  return run_raw(stream(pair.one, pair.other, batch), *sealer, *opener, message, length);
}

}  // namespace

Traffic raw_tcp(Like like, std::size_t message, const RunLength& length) {
  return run(like, Seals::no, message, length);
}

Traffic bare_tcp(Like like, std::size_t message, const RunLength& length) {
  return run(like, Seals::yes, message, length);
}

Latencies bare_exchange_tcp(Like like, std::size_t message, const RunLength& length) {
  const SocketPair pair = tcp_pair();
  const auto one = bare_cipher(like, Seals::yes), other = bare_cipher(like, Seals::yes);
  return exchange_raw(stream(pair.one, pair.other, 1), stream(pair.other, pair.one, 1), *one, *other, message, length);
}

}  // namespace tacit::app::bench
