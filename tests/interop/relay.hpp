#pragma once
#include <array>
#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <list>
#include <memory>

namespace tacit::interop {

// A way to a broker that can be cut without either end hearing of it: connections stay up, and nothing comes through.
class Relay {
 public:
  Relay(asio::io_context& io, std::uint16_t broker)
      : io_(io), broker_(asio::ip::address_v4::loopback(), broker),
        acceptor_(io, {asio::ip::address_v4::loopback(), 0}) {
    accept();
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void cut(bool whether) { cut_ = whether; }  // what is read while it is cut is gone
  std::size_t connections() const { return connections_; }

 private:
  using Socket = std::shared_ptr<asio::ip::tcp::socket>;

  void accept() {
    acceptor_.async_accept([this](const asio::error_code& error, asio::ip::tcp::socket socket) {
      if (error) return;
      ++connections_;
      const auto client = std::make_shared<asio::ip::tcp::socket>(std::move(socket));
      const auto broker = std::make_shared<asio::ip::tcp::socket>(io_);
      asio::error_code refused;
      if (!cut_) broker->connect(broker_, refused);
      if (!refused) {
        forward(client, broker, std::make_shared<Buffer>());
        if (!cut_) forward(broker, client, std::make_shared<Buffer>());
      }
      accept();
    });
  }

  using Buffer = std::array<char, 65'536>;
  void forward(Socket from, Socket to, std::shared_ptr<Buffer> buffer) {
    from->async_read_some(asio::buffer(*buffer), [=, this](const asio::error_code& error, std::size_t size) {
      if (cut_) {
        if (!error) forward(from, to, buffer);
        else held_.push_back(to);  // no FIN either
        return;
      }
      asio::error_code ignored;
      if (error) return void(to->close(ignored));
      asio::write(*to, asio::buffer(*buffer, size), ignored);
      forward(from, to, buffer);
    });
  }

  asio::io_context& io_;
  asio::ip::tcp::endpoint broker_;
  asio::ip::tcp::acceptor acceptor_;
  bool cut_ = false;
  std::size_t connections_ = 0;
  std::list<Socket> held_;
};

}  // namespace tacit::interop
