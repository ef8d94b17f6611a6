#pragma once
#include <optional>
#include <type_traits>
#include <utility>

#include "tacit/base/reason.hpp"
#include "tacit/base/require.hpp"

namespace tacit {

namespace detail {

// Room for a value that is there or not; who has it knows. It costs nothing beside the value.
template <class T> union Room {
  constexpr Room() : none() {}
  constexpr Room(T held) : value(held) {}
  template <class... Of> constexpr explicit Room(std::in_place_t, Of&&... of) : value(std::forward<Of>(of)...) {}
  constexpr T& operator*() { return value; }
  constexpr const T& operator*() const { return value; }

  T value;
  char none;
};

// For a value without a size.
template <class T> struct NoRoom : T {
  constexpr NoRoom() = default;
  constexpr NoRoom(T) {}
  constexpr explicit NoRoom(std::in_place_t) {}
  constexpr T& operator*() { return *this; }
  constexpr const T& operator*() const { return *this; }
};

template <class T>
using RoomFor = std::conditional_t<std::is_empty_v<T>, NoRoom<T>,
                                   std::conditional_t<std::is_trivially_copyable_v<T>, Room<T>, std::optional<T>>>;

}  // namespace detail

// A value or a Reason. The member names are those of std::expected, which C++20 lacks. To look at the
// value of a refusal, or at the reason of a success, is our own bug.
template <class T> class [[nodiscard]] Result {
 public:
  constexpr Result(T value) : value_(std::move(value)) {}
  constexpr Result(Reason reason) : reason_(reason) {}
  // The value is made where it stays, of these: for what is slow to copy.
  template <class... Of>
  constexpr explicit Result(std::in_place_t, Of&&... of) : value_(std::in_place, std::forward<Of>(of)...) {}

  constexpr bool has_value() const { return reason_ == Reason::count; }
  constexpr explicit operator bool() const { return has_value(); }
  constexpr T& operator*() & { return *operator->(); }
  constexpr const T& operator*() const& { return *operator->(); }
  constexpr T&& operator*() && { return std::move(*operator->()); }
  constexpr T* operator->() {
    require(has_value());
    return &*value_;
  }
  constexpr const T* operator->() const {
    require(has_value());
    return &*value_;
  }
  constexpr Reason error() const {
    require(!has_value());
    return reason_;
  }

 private:
  [[no_unique_address]] detail::RoomFor<T> value_;
  Reason reason_ = Reason::count;  // which is none
};

// Where success carries nothing: Result<Done>, `return Done{};`.
struct Done {};

}  // namespace tacit
