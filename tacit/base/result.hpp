#pragma once
#include <utility>
#include <variant>

#include "tacit/base/reason.hpp"
#include "tacit/base/require.hpp"

namespace tacit {

// A value or a Reason. The member names are those of std::expected, which C++20 lacks. To look at the
// value of a refusal, or at the reason of a success, is our own bug.
template <class T> class [[nodiscard]] Result {
 public:
  constexpr Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  constexpr Result(Reason reason) : state_(std::in_place_index<1>, reason) {}

  constexpr bool has_value() const { return state_.index() == 0; }
  constexpr explicit operator bool() const { return has_value(); }
  constexpr T& operator*() & { return *operator->(); }
  constexpr const T& operator*() const& { return *operator->(); }
  constexpr T&& operator*() && { return std::move(*operator->()); }
  constexpr T* operator->() {
    require(has_value());
    return std::get_if<0>(&state_);
  }
  constexpr const T* operator->() const {
    require(has_value());
    return std::get_if<0>(&state_);
  }
  constexpr Reason error() const {
    require(!has_value());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Reason> state_;
};

// Where success carries nothing: Result<Done>, `return Done{};`.
struct Done {};

}  // namespace tacit
