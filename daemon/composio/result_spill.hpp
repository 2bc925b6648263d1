#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/composio/result_envelope.hpp"
#include "daemon/composio/scrubber.hpp"
#include "daemon/core/tool_provider.hpp"
#include "daemon/store/sha256.hpp"
#include "shared/base/unique_fd.hpp"

namespace agenta::daemon {

/// Takes the body of an execution's reply: holds a small one, and writes a large one of success to a file as
/// it comes, scrubbed. A file that is not finished goes with this. One thread.
class ResultSpill {
 public:
  /// `path` empty: all is held. The file has that name once it is whole, and `.part` behind it before.
  ResultSpill(std::filesystem::path path, Scrubber const& scrubber);
  ~ResultSpill();
  ResultSpill(ResultSpill const&) = delete;
  ResultSpill& operator=(ResultSpill const&) = delete;

  /// A reply begins; what an earlier one left is forgotten.
  void begin(unsigned status);
  /// Its next bytes. Of a large one that is no success only the beginning is held.
  void take(std::string_view bytes);

  /// The reply is not all in memory: `finish` says what it was.
  bool is_spilled() const { return is_spilled_; }
  std::string take_held() { return std::move(held_); }
  /// After the last bytes of a spilled reply. A full disk loses the data, and not what became of the tool; a
  /// document that is none, or not whole, is an error, and leaves no file.
  Result<ToolResult> finish();

 private:
  void spill();
  void write(std::string_view bytes);
  void flush();
  void lose(int number);
  void forget();
  std::filesystem::path part() const { return path_.string() + ".part"; }

  std::filesystem::path const path_;
  Scrubber const& scrubber_;
  bool is_success_ = false;
  bool is_spilled_ = false;
  bool is_json_ = true;
  std::string held_{};  ///< all of a small reply; of a large one, what is to be written next
  UniqueFd file_{};
  std::optional<store::Sha256> digest_{};  ///< of what was written to the file
  std::string lost_{};                     ///< why the file cannot be written
  std::optional<ScrubbedStream> scrubbed_{};
  std::optional<ResultEnvelope> envelope_{};
};

}  // namespace agenta::daemon
