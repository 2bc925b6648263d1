#include <array>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/json_value.hpp"
#include "daemon/sandbox/record_tools.hpp"

/// Cloudflare and BigQuery.
namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::json;

Json& zones_of(ToolCall const& call) {
  return records_of(call, "zones",
                    Json::array({{{"id", "example.com"}, {"status", "active"}},
                                 {{"id", "example.org"}, {"status", "active"}}}));
}

ToolAnswer list_zones(ToolCall const& call) { return write_newest(call, zones_of(call), "zones"); }

ToolAnswer list_dns_records(ToolCall const& call) {
  auto const zone = text_argument(call.arguments, "zone");
  if (find_record(zones_of(call), zone) == nullptr) return no_record(zone);
  return write_newest(call, records_of(call, "records"), "records", {"zone", zone});
}

ToolAnswer create_dns_record(ToolCall const& call) {
  auto const zone = text_argument(call.arguments, "zone");
  if (find_record(zones_of(call), zone) == nullptr) return no_record(zone);
  std::string const id = "dns-" + std::to_string(next_number(call.state, "next_id", 1));
  return keep_record(records_of(call, "records"), {{"id", id},
                                                   {"zone", zone},
                                                   {"name", text_argument(call.arguments, "name")},
                                                   {"type", text_argument(call.arguments, "type", "A")},
                                                   {"content", text_argument(call.arguments, "content")}});
}

Json& datasets_of(ToolCall const& call) {
  return records_of(call, "datasets",
                    Json::array({{{"id", "sandbox:samples"}, {"name", "samples"}, {"location", "EU"}}}));
}

ToolAnswer list_datasets(ToolCall const& call) { return write_newest(call, datasets_of(call), "datasets"); }

ToolAnswer create_dataset(ToolCall const& call) {
  auto const name = text_argument(call.arguments, "name");
  std::string const id = "sandbox:" + name;
  if (find_record(datasets_of(call), id) != nullptr) return refused("409: Already Exists: Dataset " + id);
  return keep_record(
      datasets_of(call),
      {{"id", id}, {"name", name}, {"location", text_argument(call.arguments, "location", "EU")}});
}

ToolAnswer delete_dataset(ToolCall const& call) {
  return remove_record(datasets_of(call), text_argument(call.arguments, "dataset_id"));
}

constexpr std::array kCloudflare{
    Behaviour{"CLOUDFLARE_LIST_ZONES", list_zones},
    Behaviour{"CLOUDFLARE_LIST_DNS_RECORDS", list_dns_records},
    Behaviour{"CLOUDFLARE_CREATE_DNS_RECORD", create_dns_record},
};
constexpr std::array kBigquery{
    Behaviour{"BIGQUERY_LIST_DATASETS", list_datasets},
    Behaviour{"BIGQUERY_CREATE_DATASET", create_dataset},
    Behaviour{"BIGQUERY_DELETE_DATASET", delete_dataset},
};

}  // namespace

std::span<Behaviour const> cloudflare_behaviours() { return kCloudflare; }
std::span<Behaviour const> bigquery_behaviours() { return kBigquery; }

}  // namespace agenta::daemon::sandbox
