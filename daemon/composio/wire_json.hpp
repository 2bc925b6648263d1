#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/domain/error.hpp"
#include "shared/protocol/json_slice.hpp"

/// Reading of what Composio sends: never throws, and takes what a field might also be (missing, null, a
/// number where a text belongs and the other way round). Any thread.
namespace agenta::daemon::wire {

using Json = nlohmann::ordered_json;  // fields keep the order their author chose

/// A JSON object, at most 512 deep. Nothing for any other text.
std::optional<Json> parse_object(std::string_view body);

/// The member, or null where there is none.
Json const& member(Json const& object, char const* name);
std::string text_at(Json const& object, char const* name);  ///< empty where there is none; numbers as text
std::int64_t number_at(Json const& object, char const* name, std::int64_t otherwise = 0);
std::optional<bool> find_flag(Json const& object, char const* name);  ///< `true`, `"true"`, `1`
bool flag_at(Json const& object, char const* name);
std::vector<std::string> texts_at(Json const& object,
                                  char const* name);  ///< also of one text, split at commas
std::optional<WallTime> find_time(Json const& object, char const* name);

/// The members of one object, found and not built: a page of a thousand tools is four megabytes, and ten
/// times that as a tree. A view: the text outlives it.
class Slice {
 public:
  Slice() = default;  ///< of an object without members
  /// Of a JSON object, at most 512 deep. Nothing for any other text.
  static std::optional<Slice> parse(std::string_view body);
  /// Of a part of a document that was checked as a whole. Nothing where it is no object.
  static std::optional<Slice> of(std::string_view part);

  /// The member as it is written, the last of equal names; empty where there is none.
  std::string_view raw(std::string_view name) const;
  /// The member, built; null where there is none, and where it cannot be (a number beyond all bounds).
  Json build(std::string_view name) const;

 private:
  std::vector<protocol::JsonMember> members_{};
};

// As for a tree.
std::string text_at(Slice const& object, std::string_view name);
std::int64_t number_at(Slice const& object, std::string_view name, std::int64_t otherwise = 0);
std::optional<bool> find_flag(Slice const& object, std::string_view name);
bool flag_at(Slice const& object, std::string_view name);
std::vector<std::string> texts_at(Slice const& object, std::string_view name);

/// Whether a name that Composio gives can be one of ours: it ends in paths, command lines and the names of
/// files. Letters, digits, `_`, `.` and `-`, at most 200, the first neither a dot nor a dash.
bool is_slug(std::string_view text);

/// COMPOSIO_ERROR: an answer with status 2xx that does not hold what it should.
unexpected<Error> unreadable(std::string_view what);

}  // namespace agenta::daemon::wire
