#include "daemon/core/downloads.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "shared/base/try.hpp"
#include "shared/protocol/json_slice.hpp"
#include "shared/protocol/result_files.hpp"

namespace agenta::daemon {
namespace {

constexpr std::size_t kMostResults = 128;
constexpr std::chrono::hours kUrlsLive{1};
constexpr std::int64_t kLargestFile = std::int64_t{4} << 30;
/// A larger result is not searched: it is a file of its own.
constexpr std::int64_t kLargestSearched = std::int64_t{16} << 20;

std::optional<std::string> read_result(Execution const& execution) {
  if (execution.data) return execution.data->text;
  if (!execution.result_file || execution.result_file->size > kLargestSearched) return std::nullopt;
  UniqueFd const file{::open(execution.result_file->path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  std::string text(static_cast<std::size_t>(execution.result_file->size), '\0');
  if (!file) return std::nullopt;
  auto const got = ::pread(file.get(), text.data(), text.size(), execution.result_file->offset);
  if (got != execution.result_file->size || !protocol::is_json(text)) return std::nullopt;
  return text;
}

}  // namespace

void RecentFiles::remember(Execution const& execution) {
  if (!execution.data || execution.data->text.find("\"s3url\"") == std::string::npos) return;
  Result result;
  for (auto& file : protocol::find_result_files(execution.data->text))
    result.files.push_back({std::move(file.pointer), Secret{std::move(file.url)}});
  if (result.files.empty()) return;
  result.project = execution.project;
  result.id = execution.id;
  result.returned_at = clock_.wall();
  results_.with([&](auto& results) {
    results.push_back(std::move(result));
    while (results.size() > kMostResults || results.front().returned_at < clock_.wall() - kUrlsLive)
      results.pop_front();
  });
}

std::optional<Secret> RecentFiles::find(ProjectId const& project, ExecutionId const& id,
                                        std::string const& pointer) {
  return results_.with([&](auto const& results) -> std::optional<Secret> {
    for (auto const& result : results) {
      if (result.id != id || result.project != project) continue;
      auto const found = std::ranges::find(result.files, pointer, &File::pointer);
      if (found != result.files.end()) return found->url;
    }
    return std::nullopt;
  });
}

agenta::Result<Secret> Downloads::find_url(Caller const& caller, ExecutionId const& id,
                                           std::string const& pointer) {
  AGENTA_TRY(auto const project, parts_.projects.find(caller.project));
  if (project) {
    if (auto url = parts_.recent.find(project->id, id, pointer)) return std::move(*url);
  }
  AGENTA_TRY(auto const execution, parts_.executions.get(caller, id));
  auto const result = read_result(execution);
  if (!result) {
    return fail(ErrorCode::invalid_request,
                "the result of " + id.text + " is not kept, or is too large to be searched for files");
  }
  auto const url =
      protocol::read_string(protocol::find_pointer(*result, pointer + "/s3url").value_or("null"));
  if (url && !url->empty()) return Secret{*url};
  return fail(ErrorCode::invalid_request, "the result of " + id.text + " has no file at \"" + pointer + "\"");
}

agenta::Result<FileBody> Downloads::fetch(Caller const& caller, ExecutionId const& id,
                                          std::string const& pointer) {
  AGENTA_TRY(auto const url, find_url(caller, id, pointer));
  AGENTA_TRY(auto const access, parts_.credentials.access_for(caller));
  AGENTA_TRY(auto file, parts_.spool.create());
  FetchRequest request;
  request.url = url.reveal();
  request.endpoint = access.base_url;
  request.into = std::make_shared<UniqueFd>(std::move(file));
  request.most_bytes = kLargestFile;
  request.deadline = caller.deadline;
  request.stop = caller.stop;
  AGENTA_TRY(auto const fetched, parts_.storage.fetch(request));
  return FileBody{std::move(request.into), 0, fetched.size};
}

}  // namespace agenta::daemon
