#pragma once

#include <cassert>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "shared/domain/error.hpp"

struct sqlite3_stmt;

namespace agenta::daemon::store {

class Locked;

/// One use of a statement: bound when made, stepped by its owner, reset and unbound when it goes out of
/// scope. Lives within the `Locked` it was made from.
class Use {
 public:
  Use(Use const&) = delete;
  Use& operator=(Use const&) = delete;
  ~Use();

  /// The next row: true where there is one. What went wrong with preparing or binding is reported here too.
  Result<bool> next();
  /// Steps to the end; how many rows the statement changed.
  Result<std::int64_t> run();
  /// Whether the last step failed on a row that exists already (a unique column, a primary key).
  bool conflicted() const;

  /// Columns of the row `next` found, from 0. NULL reads as empty or zero.
  std::string text(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  bool is_null(int column) const;
  std::optional<std::string> optional_text(int column) const;
  std::optional<std::int64_t> optional_integer(int column) const;

 private:
  friend class Statement;
  template <class... Args>
  Use(Locked& db, sqlite3_stmt* statement, int code, Args&&... args)
      : db_(db), statement_(statement), code_(code) {
    if (statement_ == nullptr) return;
    assert(parameter_count() == static_cast<int>(sizeof...(args)));
    int index = 0;
    (bind(++index, std::forward<Args>(args)), ...);
  }
  int parameter_count() const;
  void bind(int index, std::string_view text);  ///< not copied: the text outlives the use
  void bind(int index, std::string&& text);     ///< a temporary: copied
  void bind(int index, std::string const& text) { bind(index, std::string_view{text}); }
  void bind(int index, char const* text) { bind(index, std::string_view{text}); }
  void bind(int index, std::nullopt_t);
  void bind_integer(int index, std::int64_t value);
  template <std::integral T>
  void bind(int index, T value) {
    bind_integer(index, static_cast<std::int64_t>(value));
  }
  template <class T>
  void bind(int index, std::optional<T> const& value) {
    static_assert(!std::is_same_v<T, std::string>,
                  "pass optional<string_view>: a temporary's text would dangle");
    value ? bind(index, *value) : bind(index, std::nullopt);
  }

  Locked& db_;
  sqlite3_stmt* statement_;
  int code_;  ///< SQLite's last result
};

/// SQL that is prepared once, at its first use, and kept. Used, and destroyed, by whoever holds the `Locked`.
class Statement {
 public:
  explicit Statement(std::string sql) : sql_(std::move(sql)) {}
  Statement(Statement&& other) noexcept
      : sql_(std::move(other.sql_)), statement_(std::exchange(other.statement_, nullptr)) {}
  Statement(Statement const&) = delete;
  Statement& operator=(Statement const&) = delete;
  ~Statement();

  /// Binds `?1`, `?2`, … to all of the arguments. Lvalues are not copied: they outlive the use.
  template <class... Args>
  Use use(Locked& db, Args&&... args) {
    int const code = prepare(db);
    return Use{db, statement_, code, std::forward<Args>(args)...};
  }

 private:
  int prepare(Locked& db);

  std::string sql_;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace agenta::daemon::store
