#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "tacit/base/secret.hpp"

namespace tacit::host {

// A text with a secret in it, put together piece by piece. It never moves in memory, so no copy is left
// behind, and it is wiped when it dies. Its size is known beforehand; too small a size is our own bug.
template <std::size_t Size> class SecretText {
 public:
  void append(std::string_view text) { copy(bytes_of(text), extend(text.size())); }
  std::span<char> extend_text(std::size_t size) {
    const MutBytes bytes = extend(size);
    return {reinterpret_cast<char*>(bytes.data()), bytes.size()};
  }
  MutBytes extend(std::size_t size) {
    require(size <= Size - used_);
    used_ += size;
    return bytes_.fill().subspan(used_ - size, size);
  }
  std::string_view reveal() const { return text_of(bytes_.reveal().first(used_)); }

 private:
  Secret<Size> bytes_;
  std::size_t used_ = 0;
};

// For texts of which the size is not known beforehand: each piece of memory is wiped when it is given back.
template <class T> struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <class U> WipingAllocator(const WipingAllocator<U>&) {}
  T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* memory, std::size_t count) {
    wipe({reinterpret_cast<std::uint8_t*>(memory), count * sizeof(T)});
    std::allocator<T>().deallocate(memory, count);
  }
  template <class U> friend bool operator==(const WipingAllocator&, const WipingAllocator<U>&) { return true; }
};
// A text of up to 15 bytes may lie in the object itself, and is not wiped.
using SecretString = std::basic_string<char, std::char_traits<char>, WipingAllocator<char>>;

}  // namespace tacit::host
