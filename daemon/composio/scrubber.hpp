#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/base/secret.hpp"

namespace agenta::daemon {

/// Takes the credentials of one call out of what a service says. It refers to them: it must not outlive them.
/// Any thread.
class Scrubber {
 public:
  explicit Scrubber(Secret const& key);
  /// Values too short to be credentials stay: they would be found in ordinary words.
  void add(std::vector<std::pair<std::string, Secret>> const& fields);

  /// `text` with every credential replaced.
  std::string scrub(std::string_view text) const;
  /// Whether none is in it, written out or with escapes of JSON.
  bool is_clean(std::string_view text) const;
  /// The length of the longest credential.
  std::size_t longest() const;

 private:
  bool holds_one(std::string_view text) const;

  std::vector<std::string_view> secrets_{};
};

/// Scrubs a text that comes in pieces, wherever a credential is cut: gives what can hold no beginning of one.
/// Refers to the scrubber.
class ScrubbedStream {
 public:
  explicit ScrubbedStream(Scrubber const& scrubber) : scrubber_(scrubber) {}
  /// What is certain by now; valid until the next call.
  std::string_view feed(std::string_view piece);
  /// The rest.
  std::string_view finish();

 private:
  Scrubber const& scrubber_;
  std::string given_{};
  std::string held_{};
};

/// At most `limit` bytes of UTF-8 text, cut between characters and marked with an ellipsis.
std::string shorten(std::string_view text, std::size_t limit);

}  // namespace agenta::daemon
