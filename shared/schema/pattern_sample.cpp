#include <algorithm>
#include <charconv>
#include <cstddef>

#include "shared/schema/definition_parts.hpp"

namespace agenta::schema {
namespace {

constexpr std::size_t kLongestSample = 2'000;
constexpr int kDeepestGroup = 50;

/// Reads a regular expression and writes the plainest text along its first alternatives.
class Sampler {
 public:
  explicit Sampler(std::string_view pattern) : pattern_(pattern) {}

  std::string run() { return alternatives(0); }

 private:
  bool at_end() const { return at_ >= pattern_.size(); }
  char peek() const { return at_end() ? '\0' : pattern_[at_]; }
  bool take(std::string_view word) {
    if (!pattern_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  std::string alternatives(int depth) {
    std::string first = sequence(depth);
    while (take("|")) sequence(depth);
    return first;
  }

  std::string sequence(int depth) {
    std::string out;
    while (!at_end() && peek() != '|' && peek() != ')') {
      std::string const one = atom(depth);
      std::size_t const times = repeats();
      for (std::size_t i = 0; i < times && out.size() < kLongestSample; ++i) out += one;
    }
    return out;
  }

  std::string atom(int depth) {
    if (take("^") || take("$")) return {};
    if (take(".")) return "a";
    if (take("(")) return group(depth);
    if (take("[")) return character_class();
    if (take("\\")) return escape();
    return std::string{pattern_[at_++]};
  }

  std::string group(int depth) {
    bool const looks_around = take("?=") || take("?!") || take("?<=") || take("?<!");
    if (!looks_around && take("?<")) {
      at_ = std::min(pattern_.find('>', at_), pattern_.size() - 1) + 1;
    } else if (!looks_around) {
      take("?:");
    }
    if (depth > kDeepestGroup) at_ = pattern_.size();
    std::string const inside = alternatives(depth + 1);
    take(")");
    return looks_around ? std::string{} : inside;
  }

  std::string escape() {
    if (at_end()) return {};
    switch (char const c = pattern_[at_++]) {
      case 'd': return "1";
      case 'w':
      case 'D':
      case 'S': return "a";
      case 's': return " ";
      case 'W': return "-";
      case 'b':
      case 'B': return {};
      case 'n': return "\n";
      case 't': return "\t";
      default: return std::string{c};
    }
  }

  std::string character_class() {
    bool const negated = take("^");
    std::string members;
    while (!at_end() && (peek() != ']' || members.empty())) {
      std::string const one = take("\\") ? escape() : std::string{pattern_[at_++]};
      members += one;
      if (peek() != '-' || at_ + 1 >= pattern_.size() || pattern_[at_ + 1] == ']' || one.size() != 1)
        continue;
      ++at_;
      char const last = pattern_[at_++];
      for (int c = one.front() + 1; negated && c <= last; ++c) members += static_cast<char>(c);
    }
    take("]");
    if (!negated) return members.substr(0, 1);
    for (char const c : std::string_view{"a1-_ A/."}) {
      if (members.find(c) == std::string::npos) return std::string{c};
    }
    return {};
  }

  std::size_t repeats() {
    std::size_t times = 1;
    if (take("*") || take("+") || take("?")) {
      take("?");
    } else if (take("{")) {
      std::size_t const end = std::min(pattern_.find('}', at_), pattern_.size());
      std::string_view const inside = pattern_.substr(at_, end - at_);
      std::from_chars(inside.data(), inside.data() + inside.size(), times);
      if (inside.starts_with("0,")) times = 1;
      at_ = std::min(end + 1, pattern_.size());
      take("?");
    }
    return times;
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
};

}  // namespace

std::string sample_of_pattern(std::string_view pattern) { return Sampler{pattern}.run(); }

}  // namespace agenta::schema
