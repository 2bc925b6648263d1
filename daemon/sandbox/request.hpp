#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/net/http_message.hpp"
#include "daemon/sandbox/api_error.hpp"
#include "daemon/sandbox/faults.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {

/// A request whose route is known, its parts decoded once.
struct Request {
  HttpRequest const& http;
  nlohmann::json const& body;             ///< an object; `{}` where none was sent
  std::vector<std::string> parameters{};  ///< what stands in place of the `{…}` of the route
  std::vector<QueryParameter> query{};
  std::string project{};      ///< whose accounts it may see: one for each API key
  bool frozen_tools = false;  ///< `/api/v3`: tools without a version mean `00000000_00`, not the latest
  std::optional<FaultKind> fault{};  ///< that it meets

  /// A query parameter; the last of equal names. Nothing where it is missing or empty.
  std::optional<std::string> find_query(std::string_view name) const;
  /// A list, however it was sent: joined by commas, repeated, or with `[]` after its name.
  std::vector<std::string> list_query(std::string_view name) const;
  bool flag_query(std::string_view name) const;
};

/// What part of a list was asked for.
struct PageRequest {
  std::size_t page = 1;
  std::size_t limit = 20;
  std::size_t lap = 0;               ///< of an endless list: how often it began anew
  std::string cursor{};              ///< as it was sent
  std::optional<FaultKind> fault{};  ///< what is wrong with this list
  std::size_t first() const { return (page - 1) * limit; }
};

/// From `limit`, clamped to `maximum`, and `cursor`. Refuses a cursor that this server did not make.
ApiResult<PageRequest> page_of(Request const& request, std::size_t maximum);
/// The list document around `items`, the JSON texts of one page of `total`; with the page's fault in it. Most
/// lists are called `items`.
std::string page_document(PageRequest const& page, std::vector<std::string> items, std::size_t total,
                          std::string_view name = "items");

HttpResponse json_response(unsigned status, std::string body);
HttpResponse html_response(unsigned status, std::string body);

/// `prefix` and 12 characters, as Composio's ids are.
std::string make_nano_id(std::string_view prefix);

}  // namespace agenta::daemon::sandbox
