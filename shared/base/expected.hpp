#pragma once

#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

namespace agenta {

/// The failure side of an `expected`, named as in C++23. `Error` may be an aggregate.
template <class E>
class unexpected {
 public:
  constexpr explicit unexpected(E error) : error_(std::move(error)) {}
  constexpr E const& error() const& { return error_; }
  constexpr E&& error() && { return std::move(error_); }

 private:
  E error_;
};

/// A value, or the error that stands in its place: the part of C++23's `std::expected` that this project
/// uses. Reading the side that is not there is a bug and terminates by `std::bad_variant_access`.
template <class T, class E>
class [[nodiscard]] expected {
 public:
  using value_type = T;
  using error_type = E;

  constexpr expected(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT
  constexpr expected(unexpected<E> failure)
      : state_(std::in_place_index<1>, std::move(failure).error()) {}  // NOLINT

  constexpr bool has_value() const { return state_.index() == 0; }
  constexpr explicit operator bool() const { return has_value(); }

  constexpr T& value() & { return std::get<0>(state_); }
  constexpr T const& value() const& { return std::get<0>(state_); }
  constexpr T&& value() && { return std::get<0>(std::move(state_)); }
  constexpr T& operator*() & { return value(); }
  constexpr T const& operator*() const& { return value(); }
  constexpr T&& operator*() && { return std::move(*this).value(); }
  constexpr T* operator->() { return std::addressof(value()); }
  constexpr T const* operator->() const { return std::addressof(value()); }

  constexpr E& error() & { return std::get<1>(state_); }
  constexpr E const& error() const& { return std::get<1>(state_); }
  constexpr E&& error() && { return std::get<1>(std::move(state_)); }

  template <class U>
  constexpr T value_or(U&& fallback) const& {
    return has_value() ? value() : static_cast<T>(std::forward<U>(fallback));
  }

 private:
  std::variant<T, E> state_;
};

/// Success without a value, or an error.
template <class E>
class [[nodiscard]] expected<void, E> {
 public:
  using value_type = void;
  using error_type = E;

  constexpr expected() = default;
  constexpr expected(unexpected<E> failure)
      : state_(std::in_place_index<1>, std::move(failure).error()) {}  // NOLINT

  constexpr bool has_value() const { return state_.index() == 0; }
  constexpr explicit operator bool() const { return has_value(); }
  constexpr void value() const {}

  constexpr E& error() & { return std::get<1>(state_); }
  constexpr E const& error() const& { return std::get<1>(state_); }
  constexpr E&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<std::monostate, E> state_;
};

}  // namespace agenta
