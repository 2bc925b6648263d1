#include "daemon/core/batches.hpp"

#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {

Result<Batch> Batches::begin(Caller const& caller, std::string source) {
  constexpr std::size_t kLongestSource = 4096;
  if (source.size() > kLongestSource) {
    return fail(ErrorCode::invalid_request, "the name of a batch's source is at most 4096 bytes long");
  }
  AGENTA_TRY(auto const project, projects_.ensure(caller.project, clock_.wall()));
  Batch batch;
  batch.id.text = make_uuid_v7();
  batch.project = project.id;
  batch.source = std::move(source);
  batch.created_at = clock_.wall();
  batch.actor = caller.actor;
  AGENTA_CHECK(batches_.insert(batch));
  return batch;
}

Result<Page<Batch>> Batches::list(Caller const& caller, std::string const& cursor, int limit) {
  AGENTA_TRY(auto const project, projects_.find(caller.project));
  if (!project) return Page<Batch>{};
  return batches_.list(project->id, cursor, limit);
}

Result<Batch> Batches::get(Caller const& caller, BatchId const& id) {
  AGENTA_TRY(auto const project, projects_.find(caller.project));
  AGENTA_TRY(auto found, batches_.find(id));
  if (!project || !found || found->project != project->id) {
    return fail(ErrorCode::batch_not_found, "there is no batch " + id.text + " in this project");
  }
  return *std::move(found);
}

Result<BatchCounts> Batches::count(BatchId const& id) {
  constexpr int kPiece = 5'000;
  BatchCounts counts;
  for (std::int64_t after = 0;;) {
    AGENTA_TRY(auto const lines, batches_.lines(id, after, kPiece));
    for (BatchLine const& each : lines) counts.add(each.state);
    if (lines.size() < static_cast<std::size_t>(kPiece)) return counts;
    after = lines.back().line;
  }
}

Result<std::vector<BatchLine>> Batches::lines(Caller const& caller, BatchId const& id, std::int64_t after,
                                              int limit) {
  AGENTA_CHECK(get(caller, id));
  return batches_.lines(id, after, limit);
}

Result<Batch> Batches::finish(Caller const& caller, BatchId const& id) {
  AGENTA_CHECK(get(caller, id));
  AGENTA_CHECK(batches_.finish(id, clock_.wall()));
  return get(caller, id);
}

}  // namespace agenta::daemon
