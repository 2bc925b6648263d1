#include <algorithm>
#include <utility>

#include "daemon/core/catalog.hpp"
#include "daemon/core/custom_tools.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/schema/tool_format.hpp"

namespace agenta::daemon {
namespace {

constexpr std::size_t kMostParsed = 64;  // schemas, read: a few hundred kilobytes

/// The tool is there, and not in this version.
unexpected<Error> no_version(Known<std::shared_ptr<CatalogTool const>> const& newest,
                             std::string const& version) {
  Tool const& tool = newest.value->tool;
  return fail(
      ErrorCode::tool_not_found,
      tool.slug.text + " has no version " + version + "; there are " + join(tool.available_versions, ", "),
      {"agenta-tools", "tools", "versions", tool.slug.text});
}

CatalogTool read_schema(Tool tool) {
  CatalogTool entry;
  if (auto parsed = schema::Schema::parse(tool.input_schema)) entry.schema = std::move(parsed).value();
  entry.tool = std::move(tool);
  return entry;
}

std::string key_of(CatalogAccount const& account, ToolSlug const& slug, std::string const& version) {
  return account.key + "\n" + to_upper(slug.text) + "@" + version;
}

}  // namespace

/// What was read before, unless anything was written since.
std::optional<Catalog::Parsed> Catalog::find_parsed(CatalogAccount& account, std::string const& key) {
  std::uint64_t const generation = account.store->generation();
  return parsed_.with([&](ParsedTools& parsed) {
    std::optional<Parsed> found;
    auto const entry = parsed.entries.find(key);
    if (entry == parsed.entries.end() || entry->second.generation != generation) return found;
    entry->second.used = ++parsed.uses;
    found = entry->second;
    return found;
  });
}

Catalog::Parsed Catalog::parse(CatalogAccount& account, std::string const& key, Tool tool,
                               WallTime fetched_at, bool current, std::uint64_t generation) {
  Parsed fresh;
  fresh.tool = std::make_shared<CatalogTool const>(read_schema(std::move(tool)));
  fresh.generation = generation;
  fresh.fetched_at = fetched_at;
  fresh.current = current;
  // What was written meanwhile is read next time.
  if (generation != account.store->generation()) return fresh;
  parsed_.with([&](ParsedTools& parsed) {
    if (parsed.entries.size() >= kMostParsed && !parsed.entries.contains(key)) {
      parsed.entries.erase(
          std::ranges::min_element(parsed.entries, {}, [](auto const& entry) { return entry.second.used; }));
    }
    fresh.used = ++parsed.uses;
    parsed.entries.insert_or_assign(key, fresh);
  });
  return fresh;
}

Result<std::optional<Catalog::ToolAnswer>> Catalog::find_tool(CatalogAccount& account, ToolSlug const& slug,
                                                              Network network) {
  std::string const key = key_of(account, slug, "");
  std::optional<ToolAnswer> answer;
  auto parsed = find_parsed(account, key);
  if (!parsed) {
    std::uint64_t const generation = account.store->generation();
    AGENTA_TRY(auto kept, account.store->find_tool(slug.text));
    if (!kept) return answer;
    parsed = parse(account, key, std::move(kept->value), kept->fetched_at, kept->current, generation);
  }
  answer.emplace();
  answer->value = parsed->tool;
  AGENTA_TRY(bool const in_date, is_in_date(account, parsed->fetched_at, parsed->current));
  if (!in_date) answer->stale = stale_since(account, parsed->fetched_at, network);
  return answer;
}

Result<Catalog::ToolAnswer> Catalog::newest_tool(CatalogAccount& account, ProviderCall const& call,
                                                 ToolSlug const& slug, Network network) {
  AGENTA_TRY(auto found, find_tool(account, slug, network));
  if (found && found->stale && network == Network::yes) {
    fetch_behind(account, call, "tool " + slug.text,
                 [this, slug](auto& kept, auto const& behind) { (void)fetch_.tool(kept, behind, slug); });
  }
  if (found) return std::move(*found);
  if (network == Network::no)
    return not_known(account, call, ErrorCode::tool_not_found, slug.text, "the tool " + slug.text);
  auto const turn = flights_.enter(key_of(account, slug, ""));
  AGENTA_TRY(found, find_tool(account, slug, network));
  if (found) return std::move(*found);
  AGENTA_TRY(auto tool, fetch_.tool(account, call, slug));
  ToolAnswer answer;
  answer.value = std::make_shared<CatalogTool const>(read_schema(std::move(tool)));
  return answer;
}

/// A version that is not the newest never changes, and is never out of date.
Result<Catalog::ToolAnswer> Catalog::old_tool(CatalogAccount& account, ProviderCall const& call,
                                              ToolSlug const& slug, std::string const& version,
                                              Network network) {
  ToolAnswer answer;
  auto const find = [&]() -> Result<bool> {
    AGENTA_TRY(auto newest, find_tool(account, slug, network));
    if (newest && newest->value->tool.version == version) {
      answer.value = newest->value;
      return true;
    }
    AGENTA_TRY(auto kept, account.store->find_old_version(slug.text, version));
    if (kept) answer.value = std::make_shared<CatalogTool const>(read_schema(std::move(*kept)));
    return kept.has_value();
  };
  AGENTA_TRY(bool found, find());
  if (found) return answer;
  if (network == Network::no) return not_here(slug.text + " in version " + version);
  auto const turn = flights_.enter(key_of(account, slug, version));
  AGENTA_TRY(found, find());
  if (found) return answer;
  AGENTA_TRY(auto tool, provider_.get_tool(call, slug, version));
  (void)account.store->put_old_version(tool, version, clock_.wall());
  answer.value = std::make_shared<CatalogTool const>(read_schema(std::move(tool)));
  return answer;
}

/// The slug that was shortened to `name`; `name` itself where it was not, or nobody here knows of what.
Result<ToolSlug> Catalog::whole_slug(CatalogAccount& account, ToolSlug const& name) {
  constexpr std::int64_t kMostAlike = 200;
  auto const prefix = schema::shortened_prefix(name.text);
  if (!prefix) return name;
  AGENTA_TRY(auto const kept, account.store->find_tool(name.text));
  if (kept) return name;
  AGENTA_TRY(auto const candidates, account.store->tool_slugs_from(*prefix, kMostAlike));
  for (std::string const& slug : candidates) {
    if (equal_ignoring_case(schema::offered_name({slug}, name.text.size()), name.text)) return ToolSlug{slug};
  }
  return name;
}

Result<Catalog::ToolAnswer> Catalog::tool(ProviderCall const& call, ToolSlug const& name,
                                          std::string const& version, Network network) {
  if (options_.custom != nullptr && is_custom(ToolSlug{to_upper(name.text)})) {
    ToolAnswer own;
    AGENTA_TRY(own.value, options_.custom->tool(name, version));
    return own;
  }
  AGENTA_TRY(auto const account, this->account(call.access));
  AGENTA_TRY(ToolSlug const slug, whole_slug(*account, name));
  bool const is_newest = version.empty() || equal_ignoring_case(version, "latest");
  auto answer = is_newest ? newest_tool(*account, call, slug, network)
                          : old_tool(*account, call, slug, version, network);
  if (answer) return answer;
  if (!is_newest && answer.error().code == ErrorCode::tool_not_found) {
    if (auto const newest = newest_tool(*account, call, slug, network)) return no_version(*newest, version);
  }
  return fail(with_suggestion(std::move(answer).error(), *account, call, slug.text, network));
}

}  // namespace agenta::daemon
