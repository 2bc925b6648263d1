#pragma once

namespace agenta::cli::browse {

/// Whether this job may be stopped, as by Ctrl-Z: a shell that can continue it is there. It is not where the
/// shell itself is of this process group, as in `x=$(agenta-tools browse)` at its prompt: such a shell waits
/// for the end, and nobody could type `fg`.
bool may_stop_job();

}  // namespace agenta::cli::browse
