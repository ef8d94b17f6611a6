#include <asio/io_context.hpp>
#include <cstdio>

#include "tacit/host/key_file.hpp"
#include "tacit/host/nomq.hpp"

int main() {
  asio::io_context io;
  const auto file = tacit::host::read_key_file("lab.key", tacit::host::nomq_kinds);
  if (!file) return std::fprintf(stderr, "%s\n", file.error().what.c_str()), 1;
  tacit::host::Nomq node(io.get_executor(), file->key, {});
  (void)node.subscribe("plant/3/temp");
  node.async_receive([&](std::error_code, const tacit::host::Nomq::Message& message) {
    std::printf("%s is %.*s\n", message.channel.c_str(), static_cast<int>(message.text().size()),
                message.text().data());
    node.close();
  });
  io.run();
}
