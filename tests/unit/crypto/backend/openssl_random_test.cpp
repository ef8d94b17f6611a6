#include "tacit/crypto/backend/openssl_random.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string_view>

#include "tests/unit/crypto/vectors.hpp"

namespace tacit::test {
namespace {

Buffer take(crypto::Random& random, std::size_t size) {
  Buffer bytes(size);
  random.fill(bytes);
  return bytes;
}

// In sizes that do not divide a block and in one that is larger than several: no 16 bytes come twice.
TEST(HostRandom, never_hands_out_the_same_bytes_twice) {
  crypto::HostRandom one, other;
  Buffer all;
  for (crypto::Random* random : {&one, &other}) {
    for (const std::size_t size : std::initializer_list<std::size_t>{0, 1, 15, 16, 4000, 100, 5000, 4096, 10000, 7}) {
      const Buffer bytes = take(*random, size);
      all.insert(all.end(), bytes.begin(), bytes.end());
    }
  }
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i + 16 <= all.size(); ++i) {
    EXPECT_TRUE(seen.insert(text_of(Bytes(all).subspan(i, 16))).second);
  }
}

// A number and an IV are handed out by code of their own.
constexpr std::initializer_list<std::size_t> each_way{sizeof(std::uint32_t), sizeof(crypto::Iv), 64};

TEST(HostRandom, forgets_what_it_handed_out) {
  for (const std::size_t size : each_way) {
    crypto::HostRandom random;
    Buffer bytes;
    for (const Buffer& piece : {take(random, size), take(random, size)})
      bytes.insert(bytes.end(), piece.begin(), piece.end());
    const auto* memory = reinterpret_cast<const std::uint8_t*>(&random);
    const auto* end = memory + sizeof random;
    EXPECT_EQ(std::search(memory, end, bytes.begin(), bytes.begin() + 8), end) << size;
  }
}

// Both processes have the same block in memory, and neither may use it for an IV that the other one uses too.
TEST(HostRandom, parent_and_child_go_different_ways_after_a_fork) {
  for (const std::size_t size : each_way) {
    crypto::HostRandom random;
    take(random, 16);
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const Buffer bytes = take(random, size);
      _exit(write(ends[1], bytes.data(), size) == static_cast<ssize_t>(size) ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
    Buffer theirs(size);
    ASSERT_EQ(read(ends[0], theirs.data(), size), static_cast<ssize_t>(size));
    close(ends[0]);
    close(ends[1]);
    EXPECT_NE(take(random, size), theirs) << size;
  }
}

}  // namespace
}  // namespace tacit::test
