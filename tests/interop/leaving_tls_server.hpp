#pragma once
#include <openssl/ssl.h>

#include <array>
#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace tacit::interop {

// A TLS server, with make_certificates()' server.pem, that says all that a handshake has it say, and resets the
// connection before it has heard the client's answer. It does so once.
class LeavingTlsServer {
 public:
  LeavingTlsServer(asio::io_context& io, const std::filesystem::path& folder)
      : acceptor_(io, {asio::ip::address_v4::loopback(), 0}), socket_(io),
        context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free), tls_(nullptr, SSL_free) {
    SSL_CTX_use_certificate_chain_file(context_.get(), (folder / "server.pem").c_str());
    SSL_CTX_use_PrivateKey_file(context_.get(), (folder / "server.key").c_str(), SSL_FILETYPE_PEM);
    tls_.reset(SSL_new(context_.get()));
    SSL_set_bio(tls_.get(), heard_, said_);
    acceptor_.async_accept(socket_, [this](const asio::error_code& error) {
      if (!error) read();
    });
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void read() {
    socket_.async_read_some(asio::buffer(buffer_), [this](const asio::error_code& error, std::size_t size) {
      if (error) return;
      BIO_write(heard_, buffer_.data(), static_cast<int>(size));
      SSL_accept(tls_.get());
      std::vector<char> said(BIO_ctrl_pending(said_));
      if (said.empty()) return read();
      BIO_read(said_, said.data(), static_cast<int>(said.size()));
      asio::write(socket_, asio::buffer(said));
      socket_.set_option(asio::socket_base::linger(true, 0));
      socket_.close();
    });
  }

  asio::ip::tcp::acceptor acceptor_;
  asio::ip::tcp::socket socket_;
  BIO *heard_ = BIO_new(BIO_s_mem()), *said_ = BIO_new(BIO_s_mem());  // belong to tls_
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_;
  std::array<char, 4096> buffer_{};
};

}  // namespace tacit::interop
