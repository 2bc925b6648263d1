#include "daemon/sandbox/record_tools.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/json_value.hpp"

namespace agenta::daemon::sandbox {

using Json = nlohmann::json;

Json& records_of(ToolCall const& call, char const* name, Json first) {
  return member_or(call.state, name, std::move(first));
}

Json& records_of(ToolCall const& call, char const* name) { return records_of(call, name, Json::array()); }

Json* find_record(Json& records, Json const& id) {
  auto const found = std::ranges::find_if(records, [&](Json const& record) { return record["id"] == id; });
  return found == records.end() ? nullptr : &*found;
}

ToolAnswer remove_record(Json& records, Json const& id) {
  auto const* record = find_record(records, id);
  if (record == nullptr) return no_record(id);
  records.erase(static_cast<std::size_t>(record - &records[0]));
  return answered(Json{{"id", id}, {"deleted", true}});
}

ToolAnswer no_record(Json const& id) {
  return refused("404: There is no " + (id.is_string() ? id.get<std::string>() : to_text(id)));
}

ToolAnswer keep_record(Json& records, Json record) {
  records.push_back(std::move(record));
  return answered(records.back());
}

ToolAnswer write_newest(ToolCall const& call, Json const& records, char const* name, RecordWish const& wish) {
  auto const limit = static_cast<std::size_t>(number_argument(call.arguments, "limit", 20, 1, 100));
  ListWriter writer{name};
  std::size_t total = 0;
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    if (wish.member != nullptr && (*record)[wish.member] != wish.value) continue;
    if (total++ < limit) writer.add(*record);
  }
  return answered(std::move(writer).finish(total));
}

ToolAnswer write_newest(ToolCall const& call, Json const& records, char const* name) {
  return write_newest(call, records, name, {});
}

}  // namespace agenta::daemon::sandbox
