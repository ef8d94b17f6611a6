#include "tests/support/allocations.hpp"

#include <cstdlib>
#include <new>

// In a file of their own, so that no compiler sees one of them through inlining and not the other.
namespace {
std::size_t count = 0;
}  // namespace

void* operator new(std::size_t size) {
  ++count;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace tacit::test {

std::size_t allocations() { return count; }

}  // namespace tacit::test
