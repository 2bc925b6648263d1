#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/tool_index.hpp"

namespace agenta::daemon {

/// Every word that names something in the catalogue, with how common it is: tells words that are known from
/// ones that are cut off or misspelt, and services from other words. Immutable once made. Any thread.
class Lexicon {
 public:
  struct Source {
    std::vector<store::IndexWord> words{};  ///< sorted, as `ToolIndex::list_words` gives them
    std::vector<std::string> services{};    ///< as `ToolIndex::list_services` gives them
    std::int64_t tools = 0;
    std::uint64_t generation = 0;  ///< of the store that all this is from
  };
  explicit Lexicon(Source source);

  std::uint64_t generation() const { return source_.generation; }
  /// The word's entry; null where nothing has it.
  store::IndexWord const* find(std::string_view word) const;
  /// Whether any word begins so.
  bool has_beginning(std::string_view beginning) const;
  /// The words that `word` most likely should be: at the smallest distance at which there are any, most
  /// common first, at most three. One edit for up to five letters, two beyond; the first letter or the second
  /// has to be right.
  std::vector<std::string> corrections(std::string_view word) const;
  /// Whether an integration is called just so: `google calendar`.
  bool is_service(std::string_view words) const;
  /// How much a word tells: 1 for the rarest, near 0 for one that everything has.
  double weight_of(std::int64_t rows) const;

 private:
  Source source_;
};

}  // namespace agenta::daemon
