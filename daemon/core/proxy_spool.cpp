#include "daemon/core/proxy_spool.hpp"

#include <optional>
#include <utility>

#include "shared/base/base64.hpp"
#include "shared/base/try.hpp"

namespace agenta::daemon {
namespace {

Error error_of_disk(OsError const& os) { return error_from(os, ErrorCode::storage_unavailable); }

/// Three bytes are four characters: what is left of a piece waits for the next.
class Encoder {
 public:
  Encoder(SpoolFile& spool, std::int64_t most) : spool_(spool), most_(most) {}

  bool take(std::string_view bytes) {
    taken_ += static_cast<std::int64_t>(bytes.size());
    if (taken_ > most_) {
      problem_ = fail(ErrorCode::unsupported, "the answer has more than " + std::to_string(most_) +
                                                  " bytes, which is the most that is passed on")
                     .error();
      return false;
    }
    rest_.append(bytes);
    std::size_t const whole = rest_.size() / 3 * 3;
    bool const written = write(std::string_view{rest_}.substr(0, whole));
    rest_.erase(0, whole);
    return written;
  }
  bool end() { return write(rest_); }
  std::optional<Error> const& problem() const { return problem_; }

 private:
  bool write(std::string_view bytes) {
    auto const written = spool_.append(base64_encode(bytes));
    if (!written) problem_ = error_of_disk(written.error());
    return written.has_value();
  }

  SpoolFile& spool_;
  std::int64_t most_;
  std::int64_t taken_ = 0;
  std::string rest_{};
  std::optional<Error> problem_{};
};

Result<void> fill(ToolProvider& provider, ProviderCall const& call, ProxyFile const& file,
                  std::string_view head, std::string_view tail, std::int64_t most, SpoolFile& spool) {
  auto const disk = [](OsResult<void> result) -> Result<void> {
    if (!result) return fail(error_of_disk(result.error()));
    return {};
  };
  AGENTA_CHECK(disk(spool.clear()));
  AGENTA_CHECK(disk(spool.append(head)));
  Encoder encoder{spool, most};
  auto const read =
      provider.read_file(call, file, [&](std::string_view bytes) { return encoder.take(bytes); });
  if (encoder.problem()) return fail(*encoder.problem());
  if (!read) return read;
  if (!encoder.end()) return fail(*encoder.problem());
  return disk(spool.append(tail));
}

}  // namespace

Result<SpoolFile> spool_as_base64(ToolProvider& provider, ProviderCall const& call, ProxyFile const& file,
                                  std::string_view head, std::string_view tail, SpoolPlan const& plan) {
  auto spool = SpoolFile::make(plan.directory);
  if (!spool) return fail(error_of_disk(spool.error()));
  for (int attempt = 1;; ++attempt) {
    auto const filled = fill(provider, call, file, head, tail, plan.most_bytes, *spool);
    if (filled) return std::move(*spool);
    bool const may_pass = filled.error().code == ErrorCode::provider_unavailable;
    if (!may_pass || attempt >= plan.attempts) return fail(filled.error());
  }
}

}  // namespace agenta::daemon
