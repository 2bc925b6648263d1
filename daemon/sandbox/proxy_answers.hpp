#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "daemon/net/http_message.hpp"
#include "daemon/sandbox/upstream.hpp"
#include "daemon/sandbox/world.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {

/// A service's answer as the proxy passes it on.
HttpResponse passed_on(unsigned status, nlohmann::ordered_json data,
                       std::string_view content_type = "application/json; charset=utf-8");
/// The same as it is told of a HEAD.
HttpResponse without_body(HttpResponse answer);

/// What every service here answers for its users to try things out with: `/_status/418` with that status,
/// `/_text` with a text, `/_bytes?size=N` with so many bytes, and `/_echo` with the bytes it was sent.
/// Nothing for any other path.
std::optional<HttpResponse> special_answer(World& world, UpstreamTarget const& target,
                                           std::vector<QueryParameter> const& query,
                                           nlohmann::json const& body);

}  // namespace agenta::daemon::sandbox
