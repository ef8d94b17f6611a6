// Datagrams on one path lie back to back in runs that one UDP_SEGMENT call takes.
#include "tacit/kit/outbox.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace tacit {
namespace {

Path to_port(std::uint16_t port) {
  Path path;
  path.peer.port = port;
  return path;
}
const Path a = to_port(1), b = to_port(2);

TEST(Outbox, packs_equal_sizes_on_one_path_into_one_run) {
  std::array<std::uint8_t, 1000> memory{};
  std::array<Outbox::Run, 4> runs;
  Outbox out(memory, runs);
  for (std::size_t size : {100u, 100u, 60u}) EXPECT_EQ(out.add(a, size).size(), size);
  ASSERT_EQ(out.runs().size(), 1u);
  EXPECT_EQ(out.runs()[0].count, 3u);
  EXPECT_EQ(out.runs()[0].datagram_size, 100u);
  EXPECT_EQ(out.runs()[0].bytes.size(), 260u);
}

TEST(Outbox, begins_a_run_after_a_short_datagram_and_for_a_longer_one_and_for_another_path) {
  std::array<std::uint8_t, 1000> memory{};
  std::array<Outbox::Run, 8> runs;
  Outbox out(memory, runs);
  for (std::size_t size : {100u, 60u, 60u, 61u}) out.add(a, size);
  out.add(b, 61);
  EXPECT_EQ(out.runs().size(), 4u);
}

TEST(Outbox, puts_no_more_into_a_run_than_one_call_takes) {
  std::array<std::uint8_t, 200'000> memory{};
  std::array<Outbox::Run, 8> runs;
  Outbox out(memory, runs);
  for (std::size_t i = 0; i < Outbox::segments_max + 1; ++i) out.add(a, 10);
  for (std::size_t i = 0; i < 60; ++i) out.add(b, 1200);  // 72,000 bytes
  ASSERT_EQ(out.runs().size(), 4u);
  EXPECT_EQ(out.runs()[0].count, Outbox::segments_max);
  EXPECT_LE(out.runs()[2].bytes.size(), 65'507u);
}

TEST(Outbox, says_when_memory_or_runs_are_used_up) {
  std::array<std::uint8_t, 100> memory{};
  std::array<Outbox::Run, 1> runs;
  Outbox out(memory, runs);
  EXPECT_TRUE(out.add(a, 101).empty());
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(out.add(a, 50).size(), 50u);
  EXPECT_TRUE(out.add(b, 50).empty()) << "no run";
  EXPECT_TRUE(out.add(a, 51).empty()) << "no memory";
  out.clear();
  EXPECT_EQ(out.add(b, 100).size(), 100u);
}

TEST(Outbox, is_cut_into_the_datagrams_that_were_added) {
  std::array<std::uint8_t, 100> memory{};
  std::vector<std::size_t> sizes;
  for_each_datagram(memory, 40, [&](MutBytes datagram) { sizes.push_back(datagram.size()); });
  EXPECT_EQ(sizes, (std::vector<std::size_t>{40, 40, 20}));
}

}  // namespace
}  // namespace tacit
