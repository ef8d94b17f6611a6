#pragma once
#include <cstddef>

namespace tacit::test {

// How often operator new was called in this program so far. Whoever links allocations.cpp has it counted.
std::size_t allocations();

}  // namespace tacit::test
