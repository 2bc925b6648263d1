#pragma once

#include <string>
#include <vector>

#include "daemon/core/caller.hpp"
#include "daemon/store/batch_store.hpp"
#include "daemon/store/connection_store.hpp"
#include "shared/domain/batch.hpp"

namespace agenta::daemon {

/// Remembers batches for the clients that drive them: what they are of, and what became of each line. The
/// lines themselves are executions (`ToolCall::batch`). A batch of another project is none. Any thread.
class Batches {
 public:
  Batches(store::ProjectStore& projects, store::BatchStore& batches, Clock const& clock)
      : projects_(projects), batches_(batches), clock_(clock) {}

  Result<Batch> begin(Caller const& caller, std::string source);
  Result<Page<Batch>> list(Caller const& caller, std::string const& cursor, int limit);
  Result<Batch> get(Caller const& caller, BatchId const& id);
  /// Walks the batch's lines a piece at a time: nobody waits for all of them.
  Result<BatchCounts> count(BatchId const& id);
  Result<std::vector<BatchLine>> lines(Caller const& caller, BatchId const& id, std::int64_t after,
                                       int limit);
  Result<Batch> finish(Caller const& caller, BatchId const& id);

 private:
  store::ProjectStore& projects_;
  store::BatchStore& batches_;
  Clock const& clock_;
};

}  // namespace agenta::daemon
