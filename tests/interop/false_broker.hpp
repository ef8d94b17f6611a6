#pragma once
#include <array>
#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tacit::interop {

using Packet = std::vector<std::uint8_t>;

// The packets of MQTT that a false broker needs.
inline Packet packet(std::uint8_t first, const Packet& rest) {
  Packet all{first};
  std::size_t size = rest.size();
  do {
    all.push_back(static_cast<std::uint8_t>(size % 128 | (size >= 128 ? 0x80 : 0)));
    size /= 128;
  } while (size > 0);
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}
inline Packet publish(const std::string& topic, const Packet& payload, std::uint8_t qos = 0, std::uint16_t id = 1) {
  Packet rest{static_cast<std::uint8_t>(topic.size() >> 8), static_cast<std::uint8_t>(topic.size())};
  rest.insert(rest.end(), topic.begin(), topic.end());
  if (qos > 0) rest.insert(rest.end(), {static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id)});
  rest.insert(rest.end(), payload.begin(), payload.end());
  return packet(static_cast<std::uint8_t>(0x30 | qos << 1), rest);
}
inline const Packet connack_v311{0x20, 2, 0, 0}, connack_v5{0x20, 3, 0, 0, 0};

// A server that answers a client's packets as it likes, one client after the other.
class FalseBroker {
 public:
  using Answer = std::function<Packet(std::uint8_t type, const Packet& rest)>;  // type: CONNECT is 1, PUBLISH 3, ...

  FalseBroker(asio::io_context& io, Answer answer)
      : acceptor_(io, {asio::ip::address_v4::loopback(), 0}), socket_(io), answer_(std::move(answer)) {
    accept();
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void send(const Packet& bytes) {
    asio::error_code ignored;
    asio::write(socket_, asio::buffer(bytes), ignored);
  }

 private:
  void accept() {
    acceptor_.async_accept(socket_, [this](const asio::error_code& error) {
      if (error) return;
      unread_.clear();
      read();
    });
  }

  void read() {
    socket_.async_read_some(asio::buffer(buffer_), [this](const asio::error_code& error, std::size_t size) {
      if (error) {
        asio::error_code ignored;
        socket_.close(ignored);
        return accept();
      }
      unread_.insert(unread_.end(), buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(size));
      while (take_packet()) {}
      read();
    });
  }

  bool take_packet() {
    std::size_t size = 0, at = 1;
    for (std::size_t shift = 0;; shift += 7, ++at) {
      if (at >= unread_.size()) return false;
      size |= std::size_t{unread_[at] & 0x7fU} << shift;
      if ((unread_[at] & 0x80) == 0) break;
    }
    const auto begin = static_cast<std::ptrdiff_t>(++at), end = static_cast<std::ptrdiff_t>(at + size);
    if (unread_.size() < at + size) return false;
    const Packet rest(unread_.begin() + begin, unread_.begin() + end);
    const auto type = static_cast<std::uint8_t>(unread_[0] >> 4);
    unread_.erase(unread_.begin(), unread_.begin() + end);
    send(answer_(type, rest));
    return true;
  }

  asio::ip::tcp::acceptor acceptor_;
  asio::ip::tcp::socket socket_;
  Answer answer_;
  std::array<std::uint8_t, 4096> buffer_{};
  Packet unread_;
};

}  // namespace tacit::interop
