#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace agenta::protocol {

enum class JsonKind : std::uint8_t { object, array, string, number, boolean, null };

/// What a document is made of, told in its order. Offsets count the document's bytes from 0.
class JsonHandler {
 public:
  virtual ~JsonHandler() = default;
  /// A value begins with the byte at `offset`.
  virtual void begin(JsonKind kind, std::int64_t offset) = 0;
  /// Bytes of the scalar that began, as they stand in the document (quotes and escapes too), in one piece or
  /// more.
  virtual void text(std::string_view raw) = 0;
  /// The value that began last, and has not ended, ends before `offset`.
  virtual void end(std::int64_t offset) = 0;
  /// The name of the member whose value comes next, as it stands in the document, quotes included. One beyond
  /// 64 KiB is told as empty: it is nobody's.
  virtual void name(std::string_view raw) = 0;
};

/// Checks a document that comes in pieces, by the same grammar as `is_json`, and tells a handler what it is
/// made of. Holds one bit for each level of nesting and one name, however long the document is.
class JsonScanner {
 public:
  explicit JsonScanner(JsonHandler& handler) : handler_(handler) {}

  /// The next bytes; false once they cannot be part of a JSON document.
  bool feed(std::string_view bytes);
  /// After the last bytes: whether they were one whole document.
  bool finish();

 private:
  enum class State : std::uint8_t {
    value,        ///< a value has to come
    first_value,  ///< or the end of an array that just began
    name,         ///< the name of a member has to come
    first_name,   ///< or the end of an object that just began
    colon,
    after,  ///< a comma, or the end of what the last value is in
    over,   ///< nothing but white space
    string,
    number,
    word,
    broken,
  };
  /// What of a number was read last.
  enum class Number : std::uint8_t { nothing, minus, zero, integer, point, fraction, exponent, sign, power };

  std::size_t structure(std::string_view bytes, std::size_t at);
  std::size_t string(std::string_view bytes, std::size_t at);
  std::size_t number(std::string_view bytes, std::size_t at);
  std::size_t word(std::string_view bytes, std::size_t at);
  bool begin_value(char first, std::int64_t offset);
  void end_container(std::int64_t offset);
  void end_value(std::int64_t offset);
  void end_string(std::int64_t offset);
  bool take_in_string(unsigned char byte);
  bool begin_character(unsigned first);
  bool number_may_end() const;
  bool continue_number(char c);
  void give(std::string_view raw);

  JsonHandler& handler_;
  State state_ = State::value;
  std::vector<bool> inside_{};  ///< for each open container whether it is an object
  std::int64_t base_ = 0;       ///< offset of the piece that is being read
  bool is_name_ = false;        ///< the string is a member's name
  std::string name_{};          ///< so far, its opening quote included
  bool escaped_ = false;        ///< a backslash came
  int hex_left_ = 0;            ///< digits of \u that have to come
  int tail_ = 0;                ///< bytes of a UTF-8 character that have to come, the next between
  unsigned lowest_ = 0;         ///< this
  unsigned highest_ = 0;        ///< and this
  Number number_ = Number::nothing;
  std::string_view word_{};  ///< what is left of true, false or null
};

}  // namespace agenta::protocol
