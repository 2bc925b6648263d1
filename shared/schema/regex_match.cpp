#include <algorithm>
#include <utility>

#include "shared/schema/regex.hpp"

namespace agenta::schema {
namespace {

using Kind = RegexStep::Kind;

/// About a twentieth of a second.
constexpr long kMostWork = 5'000'000;

bool is_word(char32_t c) {
  return (c >= U'0' && c <= U'9') || (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || c == U'_';
}

/// Steps, each at most once, in the order in which they came.
class StepSet {
 public:
  explicit StepSet(std::size_t size) : added_(size, 0) {}
  bool add(std::uint32_t step) {
    if (added_[step] == round_) return false;
    added_[step] = round_;
    steps_.push_back(step);
    return true;
  }
  void clear() {
    ++round_;
    steps_.clear();
  }
  std::vector<std::uint32_t> const& steps() const { return steps_; }

 private:
  std::vector<std::uint32_t> added_;
  std::uint32_t round_ = 1;
  std::vector<std::uint32_t> steps_{};
};

class Matcher {
 public:
  Matcher(Regex const& regex, std::vector<char32_t> const& text) : regex_(regex), text_(text) {}

  std::optional<bool> run() {
    bool const matched = walk(regex_.entry, 0, true, false);
    if (exhausted()) return std::nullopt;
    return matched;
  }

 private:
  bool exhausted() const { return work_ > kMostWork; }

  /// Walks all ways from `entry`, beginning at `from`, and at every later place too where it
  /// `may_start_later`. Whether one of them comes to its end; `ends_at`, if not null, is where that must be.
  bool walk(std::uint32_t entry, std::size_t from, bool may_start_later, bool must_end_at,
            std::size_t ends_at = 0) {
    StepSet now(regex_.steps.size());
    StepSet then(regex_.steps.size());
    work_ += static_cast<long>(regex_.steps.size() / 16);
    std::size_t const last = must_end_at ? ends_at : text_.size();
    bool matched = false;
    for (std::size_t at = from; at <= last && !exhausted(); ++at) {
      ++work_;
      if ((at == from || may_start_later) && spread(entry, at, now)) matched = true;
      if (matched && (!must_end_at || at == ends_at)) return true;
      if (at == text_.size()) break;
      then.clear();
      matched = false;
      for (std::uint32_t const step : now.steps()) matched = advance(step, at, then) || matched;
      std::swap(now, then);
      if (now.steps().empty() && !may_start_later) return false;
    }
    return false;
  }

  /// Whether that is the end.
  bool advance(std::uint32_t number, std::size_t at, StepSet& then) {
    RegexStep const& step = regex_.steps[number];
    ++work_;
    char32_t const c = text_[at];
    bool const eats = step.kind == Kind::character  ? step.character == c
                      : step.kind == Kind::of_class ? regex_.classes[step.other].holds(c)
                                                    : false;
    return eats && spread(step.next, at + 1, then);
  }

  /// Adds `entry` and all that is reached from it without eating a character. Whether that is the end.
  bool spread(std::uint32_t entry, std::size_t at, StepSet& set) {
    bool matched = false;
    std::vector<std::uint32_t> open{entry};
    while (!open.empty() && !exhausted()) {
      std::uint32_t const number = open.back();
      open.pop_back();
      if (!set.add(number)) continue;
      ++work_;
      RegexStep const& step = regex_.steps[number];
      switch (step.kind) {
        case Kind::matched: matched = true; break;
        case Kind::fork:
          open.push_back(step.other);
          open.push_back(step.next);
          break;
        case Kind::character:
        case Kind::of_class: break;
        default:
          if (holds(step, at)) open.push_back(step.next);
      }
    }
    return matched;
  }

  bool holds(RegexStep const& step, std::size_t at) {
    switch (step.kind) {
      case Kind::start: return at == 0;
      case Kind::end: return at == text_.size();
      case Kind::word_edge: return is_edge(at);
      case Kind::no_word_edge: return !is_edge(at);
      default: break;
    }
    RegexLook const& look = regex_.looks[step.other];
    bool const found = look.behind ? walk(look.entry, 0, true, true, at) : walk(look.entry, at, false, false);
    return found != look.negated;
  }

  bool is_edge(std::size_t at) const {
    bool const before = at > 0 && is_word(text_[at - 1]);
    bool const behind = at < text_.size() && is_word(text_[at]);
    return before != behind;
  }

  Regex const& regex_;
  std::vector<char32_t> const& text_;
  long work_ = 0;
};

}  // namespace

bool CharClass::holds(char32_t c) const {
  auto const in =
      std::ranges::any_of(ranges, [&](auto const& range) { return c >= range.first && c <= range.second; });
  return in != negated;
}

bool finds_match(Regex const& regex, std::string_view text) { return find_match(regex, text).value_or(true); }

std::optional<bool> find_match(Regex const& regex, std::string_view text) {
  auto const characters = code_points_of(text);
  return Matcher{regex, characters}.run();
}

std::vector<char32_t> code_points_of(std::string_view text) {
  std::vector<char32_t> out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    auto const lead = static_cast<unsigned char>(text[i]);
    std::size_t const length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    char32_t c = length == 1 ? lead : length == 2 ? lead & 0x1FU : length == 3 ? lead & 0x0FU : lead & 0x07U;
    bool whole = i + length <= text.size();
    for (std::size_t k = 1; k < length && whole; ++k) {
      auto const byte = static_cast<unsigned char>(text[i + k]);
      whole = (byte & 0xC0) == 0x80;
      c = (c << 6) | (byte & 0x3FU);
    }
    out.push_back(whole ? c : lead);
    i += whole ? length : 1;
  }
  return out;
}

}  // namespace agenta::schema
