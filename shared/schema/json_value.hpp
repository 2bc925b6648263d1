#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

/// JSON to take apart and to put together again, for what rewrites a schema. Private to `shared/schema`.
///
/// Members keep their order and numbers their spelling, which nlohmann's sorted map does not; an object of a
/// hundred thousand members is read in linear time, which its ordered map is not.
namespace agenta::schema {

struct Member;

class Value {
 public:
  struct Number {
    std::string spelling{};
    bool operator==(Number const&) const = default;
  };
  using Array = std::vector<Value>;
  using Object = std::vector<Member>;

  Value() noexcept;  ///< null
  Value(bool value);
  Value(Number value);
  Value(std::string text);
  Value(std::string_view text);
  Value(char const* text);
  Value(Array elements);
  Value(Object members);
  Value(Value const& other);
  Value(Value&& other) noexcept;
  Value& operator=(Value const& other);
  Value& operator=(Value&& other) noexcept;
  ~Value();
  static Value integer(std::size_t value);

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  bool is(bool wanted) const { return boolean() != nullptr && *boolean() == wanted; }
  /// What it holds; null where it is of another type.
  bool const* boolean() const { return std::get_if<bool>(&data_); }
  Number const* number() const { return std::get_if<Number>(&data_); }
  std::string const* text() const { return std::get_if<std::string>(&data_); }
  Array const* array() const { return std::get_if<Array>(&data_); }
  Array* array() { return std::get_if<Array>(&data_); }
  Object const* object() const { return std::get_if<Object>(&data_); }
  Object* object() { return std::get_if<Object>(&data_); }
  bool is_container() const { return array() != nullptr || object() != nullptr; }
  std::optional<double> find_double() const;  ///< nothing where it is no number, or out of range

  /// The member of that name; null where there is none, and where this is no object. Linear: for the keywords
  /// of a schema; see `Index` for objects that may be wide.
  Value const* find(std::string_view name) const;
  Value* find(std::string_view name);
  bool has(std::string_view name) const { return find(name) != nullptr; }
  /// The text of the member, or an empty one.
  std::string_view text_of(std::string_view name) const;
  /// Replaces the member where it stands, or appends it. What is no object becomes one.
  void set(std::string_view name, Value value);
  bool erase(std::string_view name);

  /// Of objects: the same members in the same order. Of numbers: the same spelling.
  bool operator==(Value const& other) const;

 private:
  std::variant<std::monostate, bool, Number, std::string, Array, Object> data_;
};

struct Member {
  std::string name{};
  Value value{};
  bool operator==(Member const&) const = default;
};

// Here, where the members of objects are complete.
inline Value::Value() noexcept = default;
inline Value::Value(bool value) : data_(value) {}
inline Value::Value(Number value) : data_(std::move(value)) {}
inline Value::Value(std::string text) : data_(std::move(text)) {}
inline Value::Value(std::string_view text) : data_(std::string{text}) {}
inline Value::Value(char const* text) : data_(std::string{text}) {}
inline Value::Value(Array elements) : data_(std::move(elements)) {}
inline Value::Value(Object members) : data_(std::move(members)) {}
inline Value::Value(Value const& other) = default;
inline Value::Value(Value&& other) noexcept = default;
inline Value& Value::operator=(Value const& other) = default;
inline Value& Value::operator=(Value&& other) noexcept = default;
inline Value::~Value() = default;
inline Value Value::integer(std::size_t value) { return Number{std::to_string(value)}; }
inline bool Value::operator==(Value const& other) const { return data_ == other.data_; }

/// Nothing where `text` is no JSON document (`protocol::is_json`). Of members with one name the last one
/// counts, at the place of the first: what JavaScript does.
std::optional<Value> parse_value(std::string_view text);

/// Compact; what needs no escape is not escaped.
std::string write_value(Value const& value);

/// As `JSON.stringify(JSON.parse(…))` writes it, byte for byte: numbers as doubles in their shortest form,
/// and member names that are array indices first.
std::string write_like_javascript(Value const& value);
/// Brings the members of this object into the order in which JavaScript keeps them, or those of every object
/// within a value.
void order_like_javascript(Value::Object& members);
void order_like_javascript(Value& value);

/// Finds members of wide objects fast. The values must outlive it, unmoved.
class Index {
 public:
  Value const* find(Value const& object, std::string_view name);

 private:
  std::unordered_map<Value const*, std::unordered_map<std::string_view, Value const*>> wide_{};
};

}  // namespace agenta::schema
