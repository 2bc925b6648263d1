#include <algorithm>
#include <optional>
#include <string>

#include "shared/schema/regex.hpp"

namespace agenta::schema {
namespace {

using Kind = RegexStep::Kind;
using Ranges = std::vector<std::pair<char32_t, char32_t>>;

constexpr std::size_t kMostSteps = 20'000;
constexpr int kDeepestGroup = 100;
constexpr char32_t kLast = 0x10FFFF;

bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }
bool is_letter(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z'); }

int hex_of(char32_t c) {
  if (is_digit(c)) return static_cast<int>(c - U'0');
  if (c >= U'a' && c <= U'f') return static_cast<int>(c - U'a') + 10;
  if (c >= U'A' && c <= U'F') return static_cast<int>(c - U'A') + 10;
  return -1;
}

Ranges complement_of(Ranges ranges) {
  std::ranges::sort(ranges);
  Ranges out;
  char32_t next = 0;
  for (auto const& [first, last] : ranges) {
    if (first > next) out.emplace_back(next, first - 1);
    next = std::max<char32_t>(next, last + 1);
  }
  if (next <= kLast) out.emplace_back(next, kLast);
  return out;
}

/// `\d`, `\w`, `\s` and their opposites; nothing of another letter.
std::optional<Ranges> class_named(char32_t letter) {
  switch (letter) {
    case U'd': return Ranges{{U'0', U'9'}};
    case U'w': return Ranges{{U'0', U'9'}, {U'A', U'Z'}, {U'_', U'_'}, {U'a', U'z'}};
    case U's':
      return Ranges{{0x9, 0xD},       {0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680}, {0x2000, 0x200A},
                    {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};
    case U'D': return complement_of(*class_named(U'd'));
    case U'W': return complement_of(*class_named(U'w'));
    case U'S': return complement_of(*class_named(U's'));
    default: return std::nullopt;
  }
}

/// A recursive descent that writes the steps of a part as often as counts want it: it is read again each
/// time. Steps are written from the end of the expression to its beginning, so that each knows what follows.
class Reader {
 public:
  Reader(std::string_view pattern, Regex& out) : text_(code_points_of(pattern)), out_(out) {}

  RegexVerdict run() {
    Node const root = alternatives(0);
    if (at_ < text_.size()) refuse(RegexVerdict::invalid);  // a `)` too many
    if (verdict_ == RegexVerdict::fine) out_.entry = write(root, add({Kind::matched, 0, 0, 0}));
    return verdict_;
  }

 private:
  struct Node {
    enum class Shape { empty, step, sequence, choice, repeat, look } shape = Shape::empty;
    RegexStep step{};
    std::vector<Node> parts{};
    std::size_t least = 0;
    std::optional<std::size_t> most{};
    bool behind = false;
    bool negated = false;
  };

  void refuse(RegexVerdict verdict) {
    if (verdict_ == RegexVerdict::fine || verdict == RegexVerdict::invalid) verdict_ = verdict;
    at_ = text_.size();
  }
  bool more() const { return at_ < text_.size(); }
  char32_t peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : 0; }
  bool take(char32_t wanted) {
    if (!more() || peek() != wanted) return false;
    ++at_;
    return true;
  }
  bool take(std::u32string_view wanted) {
    if (text_.size() - at_ < wanted.size() ||
        !std::equal(wanted.begin(), wanted.end(), text_.begin() + static_cast<std::ptrdiff_t>(at_)))
      return false;
    at_ += wanted.size();
    return true;
  }

  static Node of_step(Kind kind, char32_t character = 0) {
    Node node;
    node.shape = Node::Shape::step;
    node.step.kind = kind;
    node.step.character = character;
    return node;
  }
  Node of_class(Ranges ranges, bool negated = false) {
    CharClass made;
    std::ranges::sort(ranges);
    made.ranges = std::move(ranges);
    made.negated = negated;
    Node node = of_step(Kind::of_class);
    node.step.other = static_cast<std::uint32_t>(out_.classes.size());
    out_.classes.push_back(std::move(made));
    return node;
  }

  Node alternatives(int depth) {
    if (depth > kDeepestGroup) {
      refuse(RegexVerdict::not_supported);
      return {};
    }
    Node choice;
    choice.shape = Node::Shape::choice;
    do choice.parts.push_back(sequence(depth));
    while (take(U'|'));
    if (choice.parts.size() > 1) return choice;
    Node only = std::move(choice.parts.front());
    return only;
  }

  Node sequence(int depth) {
    Node all;
    all.shape = Node::Shape::sequence;
    while (more() && peek() != U'|' && peek() != U')') all.parts.push_back(term(depth));
    return all;
  }

  Node term(int depth) {
    if (take(U'^')) return of_step(Kind::start);
    if (take(U'$')) return of_step(Kind::end);
    if (take(std::u32string_view{U"\\b"})) return of_step(Kind::word_edge);
    if (take(std::u32string_view{U"\\B"})) return of_step(Kind::no_word_edge);
    for (bool const behind : {false, true}) {
      for (bool const negated : {false, true}) {
        std::u32string opening = behind ? U"(?<" : U"(?";
        opening += negated ? U'!' : U'=';
        if (take(std::u32string_view{opening})) return look(behind, negated, depth);
      }
    }
    Node one = atom(depth);
    return counted(std::move(one));
  }

  Node look(bool behind, bool negated, int depth) {
    Node node;
    node.shape = Node::Shape::look;
    node.behind = behind;
    node.negated = negated;
    node.parts.push_back(alternatives(depth + 1));
    if (!take(U')')) refuse(RegexVerdict::invalid);
    return node;
  }

  Node atom(int depth) {
    if (take(U'.')) return of_class({{0xA, 0xA}, {0xD, 0xD}, {0x2028, 0x2029}}, true);
    if (take(U'[')) return bracket();
    if (take(U'\\')) return escape();
    if (take(U'(')) {
      if (take(U'?') && !take(U':') && !take_group_name()) refuse(RegexVerdict::invalid);
      Node group = alternatives(depth + 1);
      if (!take(U')')) refuse(RegexVerdict::invalid);
      return group;
    }
    if (peek() == U'*' || peek() == U'+' || peek() == U'?') {
      refuse(RegexVerdict::invalid);
      return {};
    }
    return of_step(Kind::character, text_[at_++]);
  }

  bool take_group_name() {
    if (!take(U'<')) return false;
    std::size_t length = 0;
    while (more() && peek() != U'>') {
      ++length;
      ++at_;
    }
    return take(U'>') && length > 0;
  }

  Node escape() {
    if (is_digit(peek()) && peek() != U'0') {
      refuse(RegexVerdict::not_supported);
      return {};
    }
    if (peek() == U'k' || peek() == U'p' || peek() == U'P') {
      refuse(RegexVerdict::not_supported);
      return {};
    }
    if (auto named = class_named(peek())) {
      ++at_;
      return of_class(*std::move(named));
    }
    return of_step(Kind::character, escaped_character());
  }

  /// What stands behind a backslash, as one character.
  char32_t escaped_character() {
    if (!more()) {
      refuse(RegexVerdict::invalid);
      return 0;
    }
    char32_t const c = text_[at_++];
    switch (c) {
      case U't': return U'\t';
      case U'n': return U'\n';
      case U'v': return U'\v';
      case U'f': return U'\f';
      case U'r': return U'\r';
      case U'0': return 0;
      case U'c':
        if (is_letter(peek())) return text_[at_++] % 32;
        break;
      case U'x':
        if (auto const value = hex_digits(2)) return *value;
        break;
      case U'u': return unicode_escape();
      default:
        if (!is_letter(c) && !is_digit(c)) return c;
    }
    refuse(RegexVerdict::invalid);
    return 0;
  }

  std::optional<char32_t> hex_digits(std::size_t count) {
    char32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      int const digit = hex_of(peek(i));
      if (digit < 0) return std::nullopt;
      value = value * 16 + static_cast<char32_t>(digit);
    }
    at_ += count;
    return value;
  }

  char32_t unicode_escape() {
    if (take(U'{')) {
      char32_t value = 0;
      std::size_t count = 0;
      for (; hex_of(peek()) >= 0 && value <= kLast; ++count)
        value = value * 16 + static_cast<char32_t>(hex_of(text_[at_++]));
      if (count == 0 || value > kLast || !take(U'}')) refuse(RegexVerdict::invalid);
      return value;
    }
    auto const high = hex_digits(4);
    if (!high) {
      refuse(RegexVerdict::invalid);
      return 0;
    }
    if (*high < 0xD800 || *high > 0xDBFF) return *high;
    std::size_t const before = at_;
    if (take(std::u32string_view{U"\\u"})) {
      auto const low = hex_digits(4);
      if (low && *low >= 0xDC00 && *low <= 0xDFFF)
        return 0x10000 + ((*high - 0xD800) << 10) + (*low - 0xDC00);
    }
    at_ = before;
    return *high;
  }

  Node bracket() {
    bool const negated = take(U'^');
    Ranges ranges;
    while (more() && peek() != U']') {
      bool single = true;
      char32_t const first = class_member(ranges, single);
      if (!single) continue;
      char32_t last = first;
      if (peek() == U'-' && at_ + 1 < text_.size() && peek(1) != U']') {
        ++at_;
        bool ends = true;
        last = class_member(ranges, ends);
        if (!ends) {  // `[a-\d]`: the three of them
          ranges.emplace_back(U'-', U'-');
          last = first;
        }
      }
      if (last < first) refuse(RegexVerdict::invalid);
      ranges.emplace_back(first, last);
    }
    if (!take(U']')) refuse(RegexVerdict::invalid);
    return of_class(std::move(ranges), negated);
  }

  /// One character of a class; a class within it goes to `ranges`, and `single` becomes false.
  char32_t class_member(Ranges& ranges, bool& single) {
    if (!take(U'\\')) return text_[at_++];
    if (take(U'b')) return U'\b';
    if (peek() == U'p' || peek() == U'P') {
      refuse(RegexVerdict::not_supported);
      return 0;
    }
    if (auto const named = class_named(peek())) {
      ++at_;
      single = false;
      ranges.insert(ranges.end(), named->begin(), named->end());
      return 0;
    }
    return escaped_character();
  }

  std::optional<std::size_t> number() {
    if (!is_digit(peek())) return std::nullopt;
    std::size_t value = 0;
    while (is_digit(peek())) value = std::min<std::size_t>(value * 10 + (text_[at_++] - U'0'), kMostSteps);
    return value;
  }

  Node counted(Node one) {
    Node repeat;
    repeat.shape = Node::Shape::repeat;
    std::size_t const before = at_;
    if (take(U'+')) {
      repeat.least = 1;
    } else if (take(U'?')) {
      repeat.most = 1;
    } else if (take(U'{')) {
      auto const least = number();
      repeat.least = least.value_or(0);
      repeat.most = repeat.least;
      if (take(U',')) repeat.most = number();
      if (!least || !take(U'}')) {  // no count: the sign itself, which is read next
        at_ = before;
        return one;
      }
      if (repeat.most && *repeat.most < repeat.least) refuse(RegexVerdict::invalid);
    } else if (!take(U'*')) {
      return one;
    }
    take(U'?');  // lazy or not: what is found is the same
    repeat.parts.push_back(std::move(one));
    return repeat;
  }

  std::uint32_t add(RegexStep const& step) {
    if (out_.steps.size() >= kMostSteps) {
      refuse(RegexVerdict::not_supported);
      return 0;
    }
    out_.steps.push_back(step);
    return static_cast<std::uint32_t>(out_.steps.size() - 1);
  }
  std::uint32_t fork(std::uint32_t next, std::uint32_t other) { return add({Kind::fork, 0, next, other}); }

  /// Writes `node` so that what follows it is `next`; where it begins.
  std::uint32_t write(Node const& node, std::uint32_t next) {
    switch (node.shape) {
      case Node::Shape::empty: return next;
      case Node::Shape::step: {
        RegexStep step = node.step;
        step.next = next;
        return add(step);
      }
      case Node::Shape::sequence: {
        for (std::size_t i = node.parts.size(); i-- > 0;) next = write(node.parts[i], next);
        return next;
      }
      case Node::Shape::choice: {
        std::uint32_t entry = write(node.parts.back(), next);
        for (std::size_t i = node.parts.size() - 1; i-- > 0;) entry = fork(write(node.parts[i], next), entry);
        return entry;
      }
      case Node::Shape::repeat: return write_repeat(node, next);
      case Node::Shape::look: {
        std::uint32_t const inside = write(node.parts.front(), add({Kind::matched, 0, 0, 0}));
        out_.looks.push_back({inside, node.behind, node.negated});
        return add({Kind::look, 0, next, static_cast<std::uint32_t>(out_.looks.size() - 1)});
      }
    }
    return next;
  }

  std::uint32_t write_repeat(Node const& node, std::uint32_t next) {
    Node const& part = node.parts.front();
    if (!node.most) {
      std::uint32_t const loop = fork(next, next);
      std::uint32_t const inside = write(part, loop);
      if (verdict_ == RegexVerdict::fine) out_.steps[loop].other = inside;
      next = loop;
    } else {
      std::uint32_t const after = next;
      for (std::size_t i = node.least; i < *node.most && verdict_ == RegexVerdict::fine; ++i)
        next = fork(write(part, next), after);
    }
    for (std::size_t i = 0; i < node.least && verdict_ == RegexVerdict::fine; ++i) {
      std::uint32_t const entry = write(part, next);
      if (entry == next) break;  // nothing, however often
      next = entry;
    }
    return next;
  }

  std::vector<char32_t> text_;
  Regex& out_;
  std::size_t at_ = 0;
  RegexVerdict verdict_ = RegexVerdict::fine;
};

}  // namespace

RegexVerdict read_regex(std::string_view pattern, Regex& out) { return Reader{pattern, out}.run(); }

}  // namespace agenta::schema
