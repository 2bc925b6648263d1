#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "daemon/sandbox/behaviour.hpp"

/// Lists of records in an integration's state: what the small integrations are made of.
namespace agenta::daemon::sandbox {

/// The list of that name, made as `first` where there is none yet.
nlohmann::json& records_of(ToolCall const& call, char const* name, nlohmann::json first);
nlohmann::json& records_of(ToolCall const& call, char const* name);
/// The record whose `id` it is; null where there is none.
nlohmann::json* find_record(nlohmann::json& records, nlohmann::json const& id);
/// Takes the record out, and says so; or that there is none.
ToolAnswer remove_record(nlohmann::json& records, nlohmann::json const& id);
ToolAnswer no_record(nlohmann::json const& id);
/// Keeps a new record, and gives it back.
ToolAnswer keep_record(nlohmann::json& records, nlohmann::json record);

/// Which records of a list are wanted; all where no member is named.
struct RecordWish {
  char const* member = nullptr;
  std::string value{};
};
/// The newest `limit` of the records that are wanted.
ToolAnswer write_newest(ToolCall const& call, nlohmann::json const& records, char const* name,
                        RecordWish const& wish);
ToolAnswer write_newest(ToolCall const& call, nlohmann::json const& records, char const* name);

}  // namespace agenta::daemon::sandbox
