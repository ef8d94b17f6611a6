#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include "tacit/crypto/crypto.hpp"
#include "tests/unit/crypto/vectors.hpp"

// Looks for keys in all memory of this process, except for the stack: in ours, in the crypto library's, and in what was
// given back.
namespace tacit::test {
namespace {

std::uint8_t key_byte(unsigned key, std::size_t n) { return static_cast<std::uint8_t>(n * n * 37 + key * 101 + 17); }

Secret<32> make_key(unsigned key) {
  Secret<32> made;
  for (std::size_t n = 0; n < 32; ++n) made.fill()[n] = key_byte(key, n);
  return made;
}

class Memory {
 public:
  // What is looked for and what was read lie in pages of their own, which are not looked at.
  Memory() : file_(open("/proc/self/mem", O_RDONLY | O_CLOEXEC)) {
    void* const pages = mmap(nullptr, sizeof(Pages), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    require(file_ >= 0 && pages != MAP_FAILED);
    pages_ = static_cast<Pages*>(pages);
  }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory() {
    munmap(pages_, sizeof(Pages));
    close(file_);
  }

  // The second half of a key, because free() writes over the beginning of what it is given.
  bool holds(unsigned key) {
    for (std::size_t n = 0; n < sizeof pages_->wanted; ++n) pages_->wanted[n] = key_byte(key, 16 + n);
    std::string_view maps = read_maps();
    for (; !maps.empty(); maps.remove_prefix(maps.find('\n') + 1)) {
      const auto line = maps.substr(0, maps.find('\n'));
      char* rest = nullptr;
      const auto begin = std::strtoull(line.data(), &rest, 16), end = std::strtoull(rest + 1, nullptr, 16);
      const bool writable = line.find(" rw") != line.npos, stack = line.find("[stack]") != line.npos;
      // The shadow of a sanitizer is larger than what any key lies in.
      if (writable && !stack && end - begin < 1 << 26 && holds_between(begin, end)) return true;
    }
    return false;
  }

 private:
  struct Pages {
    std::uint8_t read[1 << 20], wanted[16], rest[4096 - 16];
    char maps[1 << 18];
  };

  // Takes no memory, which might be that of the key.
  std::string_view read_maps() {
    const int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    std::size_t size = 0;
    for (ssize_t more = 1; more > 0; size += static_cast<std::size_t>(more)) {
      more = read(file, pages_->maps + size, sizeof pages_->maps - size);
      require(more >= 0 && size < sizeof pages_->maps);
    }
    close(file);
    return {pages_->maps, size};
  }

  bool holds_between(std::uint64_t begin, std::uint64_t end) {
    constexpr std::size_t piece = sizeof pages_->read, overlap = sizeof pages_->wanted - 1;
    const auto ours = reinterpret_cast<std::uint64_t>(pages_), ours_end = ours + sizeof(Pages);
    if (begin < ours && ours < end) return holds_between(begin, ours) || holds_between(ours, end);
    if (begin == ours) begin = std::min(end, ours_end);  // neighbours may be one line of the map
    for (std::uint64_t at = begin; at < end; at += piece - overlap) {
      const auto size = pread(file_, pages_->read, std::min<std::uint64_t>(piece, end - at), static_cast<off_t>(at));
      if (size <= 0) return false;
      if (memmem(pages_->read, static_cast<std::size_t>(size), pages_->wanted, sizeof pages_->wanted)) return true;
    }
    return false;
  }

  int file_;
  Pages* pages_;
};

struct Packets {
  std::vector<Buffer> bytes = std::vector<Buffer>(40, Buffer(512)), macs = std::vector<Buffer>(40, Buffer(32));

  std::vector<crypto::SealJob> to_seal() {
    std::vector<crypto::SealJob> jobs;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      jobs.push_back({bytes[i], Bytes(bytes[i]).first(16), MutBytes(bytes[i]).subspan(16), macs[i]});
    }
    return jobs;
  }
};

TEST(Memory, holds_no_key_of_cbc_that_is_dead) {
  Memory memory;
  {
    crypto::CbcHmac cipher(make_key(1), make_key(2));
    Packets packets;
    auto jobs = packets.to_seal();
    cipher.seal(jobs);
    EXPECT_TRUE(memory.holds(1));  // it would be found
  }
  EXPECT_FALSE(memory.holds(1));
  EXPECT_FALSE(memory.holds(2));
}

TEST(Memory, holds_no_key_of_gcm_that_is_dead) {
  Memory memory;
  static std::optional<crypto::AesGcm>
      cipher;  // what a backend keeps may lie in the object, and stacks are not looked at
  cipher.emplace(make_key(3).reveal());
  EXPECT_TRUE(memory.holds(3));
  cipher.reset();
  EXPECT_FALSE(memory.holds(3));
}

// Not on the stack, and not where messages are joined with it.
TEST(Memory, holds_no_suffix_after_the_batch_that_was_signed_with_it) {
  Memory memory;
  {
    const Secret<32> suffix = make_key(4);
    Packets packets;
    auto jobs = packets.to_seal();
    crypto::sign_sha256(jobs, suffix.reveal());
  }
  EXPECT_FALSE(memory.holds(4));
}

}  // namespace
}  // namespace tacit::test
