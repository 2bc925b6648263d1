#pragma once

#include <string>

#include "cli/command/view.hpp"
#include "shared/protocol/codec_session.hpp"

namespace agenta::cli {

/// `github=work, slack`, with what cannot be used marked.
std::string bindings_text(Session const& session);
/// One session in full.
std::string session_card(protocol::SessionView const& view, PageStyle const& style);
/// Its tools, and what is missing, as tables.
std::string session_tools_text(Context const& context, protocol::SessionTools const& tools);

}  // namespace agenta::cli
