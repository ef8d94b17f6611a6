#pragma once
#include <bit>
#include <type_traits>

#include "tacit/base/bytes.hpp"
#include "tacit/base/result.hpp"

// A packet says once which bytes it is made of; decoding, encoding and its size follow.
//
//   struct Ack {
//     std::uint8_t version; PacketId id;
//     static constexpr auto layout = wire::layout(wire::be<&Ack::version>, wire::be<&Ack::id>);
//   };
//   static_assert(wire::size_of<Ack> == 5);
namespace tacit::wire {

namespace detail {

template <class T> struct member;
template <class C, class T> struct member<T C::*> {
  using type = T;
};
template <auto M> using member_t = typename member<decltype(M)>::type;

// What is on the wire, in the order of this machine; and back.
template <std::endian Order, class T> T swapped(T value) {
  if constexpr (Order == std::endian::native || sizeof(T) == 1) return value;
  else if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(static_cast<std::uint16_t>(value)));
  else if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
  else return static_cast<T>(__builtin_bswap64(static_cast<std::uint64_t>(value)));
}
template <std::endian Order, class T> void store(T value, std::uint8_t* out) {
  value = swapped<Order>(value);
  std::memcpy(out, &value, sizeof(T));
}
template <std::endian Order, class T> T load(const std::uint8_t* in) {
  T value;
  std::memcpy(&value, in, sizeof(T));
  return swapped<Order>(value);
}

}  // namespace detail

// An integer or enum member.
template <auto M, std::endian Order> struct Integer {
  using Value = detail::member_t<M>;
  static constexpr std::size_t size = sizeof(Value);
  static constexpr Reason refusal = Reason::bad_body;
  template <class S> static bool read(S& self, const std::uint8_t* in) {
    self.*M = detail::load<Order, Value>(in);
    return true;
  }
  template <class S> static void write(const S& self, std::uint8_t* out) { detail::store<Order>(self.*M, out); }
};

// An array of bytes, copied as it is.
template <auto M> struct Raw {
  static constexpr std::size_t size = sizeof(detail::member_t<M>);
  static constexpr Reason refusal = Reason::bad_body;
  template <class S> static bool read(S& self, const std::uint8_t* in) {
    std::memcpy((self.*M).data(), in, size);
    return true;
  }
  template <class S> static void write(const S& self, std::uint8_t* out) { std::memcpy(out, (self.*M).data(), size); }
};

// Bytes that must have one value. Decoding any other is refused with `Refusal`.
template <auto V, std::endian Order, Reason Refusal> struct Constant {
  static constexpr std::size_t size = sizeof(V);
  static constexpr Reason refusal = Refusal;
  template <class S> static bool read(S&, const std::uint8_t* in) { return detail::load<Order, decltype(V)>(in) == V; }
  template <class S> static void write(const S&, std::uint8_t* out) { detail::store<Order>(V, out); }
};

template <auto M> inline constexpr Integer<M, std::endian::big> be{};
template <auto M> inline constexpr Integer<M, std::endian::little> le{};
template <auto M> inline constexpr Raw<M> raw{};
template <auto V, Reason R> inline constexpr Constant<V, std::endian::big, R> be_constant{};
template <auto V, Reason R> inline constexpr Constant<V, std::endian::little, R> le_constant{};

template <class... Field> struct Layout {
  static constexpr std::size_t size = (Field::size + ... + 0);
};
template <class... Field> constexpr Layout<Field...> layout(Field...) { return {}; }

template <class T> inline constexpr std::size_t size_of = decltype(T::layout)::size;

namespace detail {

// Whether all fields are as they must be; where not, `why` is the refusal of the first that is not.
template <class T> bool read(T& value, const std::uint8_t* at, Reason& why) {
  return [&]<class... Field>(Layout<Field...>) {
    return ([&] {
      why = Field::refusal;
      const bool fits = Field::read(value, at);
      at += Field::size;
      return fits;
    }() && ...);
  }(T::layout);
}

}  // namespace detail

// Reads a T from the front of `in`. Bytes after it are the caller's.
template <class T> Result<T> decode(Bytes in) {
  if (in.size() < size_of<T>) return Reason::truncated;
  T value{};
  Reason why{};
  if (!detail::read(value, in.data(), why)) return why;
  return value;
}
// The same into `value`, of which a part is written where it is refused: for what is large and stays there.
template <class T> Result<Done> decode(Bytes in, T& value) {
  if (in.size() < size_of<T>) return Reason::truncated;
  Reason why{};
  if (!detail::read(value, in.data(), why)) return why;
  return Done{};
}

// Writes `value` to the front of `out`, which has room for it.
template <class T> void encode(const T& value, MutBytes out) {
  std::uint8_t* at = out.data();
  [&]<class... Field>(Layout<Field...>) { ((Field::write(value, at), at += Field::size), ...); }(T::layout);
}

}  // namespace tacit::wire
