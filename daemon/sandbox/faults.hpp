#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/net/http_message.hpp"
#include "daemon/sandbox/api_error.hpp"

namespace agenta::daemon::sandbox {

enum class FaultKind : std::uint8_t {
  status,           ///< another status, nothing done
  delay,            ///< the right answer, late
  reset,            ///< no answer, nothing done
  lost_reply,       ///< done, but no answer
  truncated,        ///< done, but half an answer
  garbage,          ///< an answer that is no JSON, nothing done
  rate_limit,       ///< 429 in Composio's bare form, nothing done
  expired_account,  ///< the account the request is about expires first
  html_502,         ///< what an edge proxy says, nothing done
  cut_document,     ///< done, and a whole answer whose document ends in the middle
  same_cursor,      ///< a list whose next cursor is always the same
  endless_list,     ///< a list that always has another page: after the last comes the first
  large_result,     ///< done, and an answer with as much data as wanted
  broken_items,     ///< a list with items that are none, and one whose schemas are texts
};

/// A planted failure. An empty condition holds for every request.
struct Fault {
  std::uint64_t id = 0;
  std::string method{};
  std::string path_prefix{};  ///< with or without `/api/v3.1`
  std::string tool{};         ///< an execution of that tool
  std::uint64_t times = 1;    ///< requests it still hits
  FaultKind kind = FaultKind::status;
  unsigned status = 500;
  std::optional<std::string> body{};
  std::chrono::milliseconds delay{0};
  std::chrono::seconds retry_after{1};
  HttpHeaders headers{};
  std::int64_t bytes = 0;   ///< of a large result
  bool breaks_off = false;  ///< and half of it comes

  /// The answer that stands in for the request being carried out; nothing where it is to be carried out.
  std::optional<HttpResponse> instead(std::string_view request_id) const;
  /// What it does to the answer, whoever made it. What is wrong with a list, the list's maker does.
  void bend(HttpResponse& response) const;
};

/// The planted faults, in the order they were planted.
class FaultPlan {
 public:
  /// Reads a fault and plants it; gives its id. Refuses an unknown kind or member of the wrong type.
  ApiResult<std::uint64_t> plant(nlohmann::json const& document);
  /// The first fault that the request meets, counted down. `path` is without its `/api/v3.1`.
  std::optional<Fault> take(std::string_view method, std::string_view whole_path, std::string_view path,
                            std::string_view tool);
  void clear() { faults_.clear(); }
  nlohmann::ordered_json to_json() const;

 private:
  std::vector<Fault> faults_{};
  std::uint64_t next_id_ = 1;
};

}  // namespace agenta::daemon::sandbox
