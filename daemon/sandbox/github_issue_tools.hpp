#pragma once

#include "daemon/sandbox/behaviour.hpp"

/// The tools around issues, comments and labels.
namespace agenta::daemon::sandbox {

ToolAnswer list_issues(ToolCall const& call);
ToolAnswer create_issue(ToolCall const& call);
ToolAnswer get_issue(ToolCall const& call);
ToolAnswer update_issue(ToolCall const& call);
ToolAnswer create_comment(ToolCall const& call);
ToolAnswer list_comments(ToolCall const& call);
ToolAnswer add_labels(ToolCall const& call);
ToolAnswer list_labels(ToolCall const& call);
ToolAnswer create_label(ToolCall const& call);
ToolAnswer delete_label(ToolCall const& call);
ToolAnswer search_issues(ToolCall const& call);

}  // namespace agenta::daemon::sandbox
