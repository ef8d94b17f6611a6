#include <asio/io_context.hpp>
#include <cstdio>

#include "tacit/host/key_file.hpp"
#include "tacit/host/usmp_client.hpp"
#include "tacit/port/linux/address.hpp"

int main() {
  asio::io_context io;
  const auto file = tacit::host::read_key_file("boiler.key", tacit::host::usmp_kinds);
  if (!file) return std::fprintf(stderr, "%s\n", file.error().what.c_str()), 1;
  tacit::host::UsmpClient::Options options;
  std::error_code unknown_host;
  options.servers = tacit::linux_port::resolve_all("gateway.local", 9000, unknown_host);
  if (unknown_host) return std::fprintf(stderr, "%s\n", unknown_host.message().c_str()), 1;

  tacit::host::UsmpClient client(io.get_executor(), tacit::host::usmp_key(file->key), options);
  client.async_connect([&](std::error_code, tacit::host::UsmpClient::Connection) {
    client.async_send(tacit::bytes_of("21.5"), [](std::error_code error) { std::puts(error.message().c_str()); });
  });
  client.async_receive([&](std::error_code, const tacit::host::UsmpClient::Message& message) {
    std::printf("the server says %.*s\n", static_cast<int>(message.size()), tacit::text_of(message).data());
    client.close();
  });
  io.run();
}
