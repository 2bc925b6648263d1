#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/domain/error.hpp"
#include "shared/protocol/json_scanner.hpp"

namespace agenta::daemon {

/// The envelope of an execution's reply, read as it comes: where `data` lies in it, and the small members
/// beside it. However long the reply is, no more than those are held.
class ResultEnvelope final : private protocol::JsonHandler {
 public:
  ResultEnvelope() = default;
  ResultEnvelope(ResultEnvelope const&) = delete;
  ResultEnvelope& operator=(ResultEnvelope const&) = delete;

  /// False once the reply cannot be JSON.
  bool feed(std::string_view bytes);
  /// After the last bytes: whether the reply was one whole document.
  bool finish() { return scanner_.finish(); }

  /// Where the data is among the reply's bytes; nothing where there is none, or it is null.
  struct Data {
    std::int64_t offset = 0;
    std::int64_t size = 0;
  };
  std::optional<Data> const& data() const { return data_; }
  /// The envelope without its data, as a document of its own: what it says of success, error and log.
  std::string summary() const;

 private:
  /// A member that is kept, as it stands in the reply.
  struct Kept {
    std::string_view name{};
    std::string raw{};
    bool is_there = false;
    bool is_too_long = false;
    void append(std::string_view bytes);
  };
  void begin(protocol::JsonKind kind, std::int64_t offset) override;
  void text(std::string_view) override {}
  void end(std::int64_t offset) override;
  void name(std::string_view raw) override;
  void keep_until(std::int64_t offset);

  protocol::JsonScanner scanner_{*this};
  std::string_view piece_{};
  std::int64_t base_ = 0;  ///< where the piece begins in the reply
  std::int64_t kept_to_ = 0;
  int depth_ = 0;
  bool is_object_ = false;
  std::string member_{};  ///< of the envelope, that comes next
  std::int64_t begun_ = 0;
  bool is_null_ = false;
  std::optional<Data> data_{};
  std::array<Kept, 3> kept_{Kept{.name = "successful"}, Kept{.name = "error"}, Kept{.name = "log_id"}};
  Kept* keeping_ = nullptr;
};

}  // namespace agenta::daemon
