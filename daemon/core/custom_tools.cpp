#include "daemon/core/custom_tools.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "daemon/core/outcome_words.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"
#include "shared/custom/tool_file.hpp"

namespace agenta::daemon {
namespace {

Integration integration_of(std::size_t tools, std::string version) {
  Integration integration;
  integration.slug.text = custom::kIntegration;
  integration.name = "Custom";
  integration.description = "Your own tools: commands and requests declared on this machine";
  integration.auth_schemes = {"NO_AUTH"};
  integration.tools_count = static_cast<std::int64_t>(tools);
  integration.version = std::move(version);
  integration.no_auth = true;
  return integration;
}

bool matches(Tool const& tool, store::ToolListFilter const& filter) {
  if (filter.read_only && !hints_of(tool).read_only) return false;
  std::string const wanted = to_lower(filter.search);
  return wanted.empty() ||
         to_lower(tool.slug.text + "\n" + tool.name + "\n" + tool.description).find(wanted) !=
             std::string::npos;
}

}  // namespace

CustomToolSet::Entry const* CustomToolSet::find(ToolSlug const& slug) const {
  auto const found = std::ranges::find_if(
      entries, [&](Entry const& each) { return equal_ignoring_case(each.tool->tool.slug.text, slug.text); });
  return found == entries.end() ? nullptr : &*found;
}

std::vector<Tool> CustomToolSet::tools() const {
  std::vector<Tool> list;
  for (Entry const& each : entries) list.push_back(each.tool->tool);
  return list;
}

CustomTools::Stamp CustomTools::stamp_of(std::filesystem::path const& file) {
  Stamp stamp;
  struct stat info {};
  if (file.empty() || ::stat(file.c_str(), &info) != 0) return stamp;
  stamp.seconds = info.st_mtim.tv_sec;
  stamp.nanoseconds = info.st_mtim.tv_nsec;
  stamp.size = info.st_size;
  stamp.inode = info.st_ino;
  stamp.mode = info.st_mode;
  return stamp;
}

Result<std::shared_ptr<CustomToolSet const>> CustomTools::load() const {
  AGENTA_TRY(auto loaded, custom::load_tool_file(options_.file));
  constexpr std::size_t kTelling = 12;
  std::string const version = options_.digest(loaded.text).substr(0, kTelling);
  auto set = std::make_shared<CustomToolSet>();
  set->integration = integration_of(loaded.tools.size(), version);
  for (custom::Declaration& each : loaded.tools) {
    auto tool = std::make_shared<CatalogTool>();
    tool->tool = std::exchange(each.tool, {});
    tool->tool.version = version;
    tool->tool.available_versions = {version};
    AGENTA_TRY(tool->schema, schema::Schema::parse(tool->tool.input_schema));
    CustomToolSet::Entry entry;
    entry.tool = std::move(tool);
    entry.declaration = std::move(each);
    entry.declaration.tool.slug = entry.tool->tool.slug;
    entry.declaration.tool.tags = entry.tool->tool.tags;
    set->entries.push_back(std::move(entry));
  }
  return std::shared_ptr<CustomToolSet const>{std::move(set)};
}

/// All of the file, or what there was before; of a file that is gone, nothing.
void CustomTools::read(State& state) {
  Stamp const now = stamp_of(options_.file);
  if (state.stamp == now) return;
  bool const is_first_look = !state.stamp.has_value();
  state.stamp = now;
  if (now.size < 0) {
    bool const had_any = !state.set->empty() || state.problem.has_value();
    state.set = std::make_shared<CustomToolSet const>();
    state.problem.reset();
    if (had_any && options_.on_read) options_.on_read(std::nullopt);
    return;
  }
  auto loaded = load();
  if (loaded) {
    bool const is_same = is_first_look && (*loaded)->integration.version == state.set->integration.version;
    state.problem.reset();
    state.set = std::move(*loaded);
    if (!is_same && options_.on_read) options_.on_read(std::nullopt);
  } else {
    state.problem = std::move(loaded).error();
    if (options_.on_read) options_.on_read(state.problem);
  }
}

std::shared_ptr<CustomToolSet const> CustomTools::current() {
  return state_.with([this](State& state) {
    read(state);
    return state.set;
  });
}

std::optional<Error> CustomTools::problem() {
  return state_.with([this](State& state) {
    read(state);
    return state.problem;
  });
}

void CustomTools::reload() {
  state_.with([this](State& state) {
    state.stamp.reset();
    read(state);
  });
}

Error CustomTools::none_declared(ErrorCode code, std::string message) {
  Error error;
  error.code = code;
  error.message = std::move(message);
  error.next_step = {"agenta-tools", "tools", "check"};
  if (auto const why = problem()) {
    error.message += "; " + why->message;
    error.context = why->context;
  }
  return error;
}

Result<std::shared_ptr<CatalogTool const>> CustomTools::tool(ToolSlug const& slug,
                                                             std::string const& version) {
  auto const set = current();
  CustomToolSet::Entry const* const entry = set->find(slug);
  if (entry == nullptr) {
    std::vector<std::string> slugs;
    for (auto const& each : set->entries) slugs.push_back(each.tool->tool.slug.text);
    Error error = none_declared(ErrorCode::tool_not_found,
                                "there is no tool " + slug.text + " in " + options_.file.string());
    if (auto const meant = nearest(slug.text, slugs)) {
      error.message += "; did you mean " + *meant + "?";
      error.next_step = {"agenta-tools", "tools", "show", *meant};
    }
    return fail(std::move(error));
  }
  std::string const& own = entry->tool->tool.version;
  if (!version.empty() && !equal_ignoring_case(version, "latest") && version != own) {
    return fail(ErrorCode::tool_not_found,
                entry->tool->tool.slug.text + " has no version " + version + "; there is " + own,
                {"agenta-tools", "tools", "show", entry->tool->tool.slug.text});
  }
  return entry->tool;
}

Result<Page<Tool>> CustomTools::list(store::ToolListFilter const& filter) {
  auto const set = current();
  if (set->empty()) {
    return fail(
        none_declared(ErrorCode::integration_not_found,
                      "there are no tools of your own: " + options_.file.string() + " would declare them"));
  }
  Page<Tool> page;
  std::int64_t place = 0;
  for (CustomToolSet::Entry const& each : set->entries) {
    if (!matches(each.tool->tool, filter)) continue;
    bool const is_here = place >= filter.offset && (filter.limit < 0 || place < filter.offset + filter.limit);
    ++place;
    if (!is_here) continue;
    Tool& tool = page.items.emplace_back(each.tool->tool);
    tool.input_schema = {};
    tool.available_versions.clear();
  }
  page.total = place;
  auto const past = filter.offset + static_cast<std::int64_t>(page.items.size());
  if (past < place) page.next_cursor = std::to_string(past);
  return page;
}

Result<std::shared_ptr<IntegrationDetail const>> CustomTools::integration() {
  AGENTA_CHECK(list({}));
  auto detail = std::make_shared<IntegrationDetail>();
  detail->integration = current()->integration;
  detail->auth.emplace_back().mode = "NO_AUTH";
  detail->available_versions = {detail->integration.version};
  return std::shared_ptr<IntegrationDetail const>{std::move(detail)};
}

/// What was validated is what runs: a tool that has changed since is not run.
ExecuteOutcome CustomTools::execute(ProviderCall const& call, ExecuteRequest const& request) {
  auto const set = current();
  CustomToolSet::Entry const* const entry = set->find(request.tool);
  if (entry == nullptr || entry->tool->tool.version != request.version) {
    return nothing_ran(fail(ErrorCode::tool_not_found, request.tool.text + " has changed in " +
                                                           options_.file.string() +
                                                           " since the call was checked; nothing ran")
                           .error());
  }
  return runner_.run(call, entry->declaration, request.arguments);
}

}  // namespace agenta::daemon
