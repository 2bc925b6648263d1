#include "cli/mcp/connect_flow.hpp"

#include <algorithm>

#include "cli/mcp/worker_pool.hpp"
#include "shared/base/text.hpp"
#include "shared/protocol/api.hpp"
#include "shared/protocol/codec.hpp"
#include "shared/protocol/error_table.hpp"

namespace agenta::mcp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// How long a login is waited for. Many clients give up on a call after a minute, unless they see progress.
constexpr seconds kPatience{45};
constexpr seconds kPatienceWithProgress{240};
/// How long a person may look at the link before they open it.
constexpr milliseconds kAskPatience{300'000};
constexpr seconds kOneWait{5};

/// The word after `name`, or nothing.
std::string word_after(std::vector<std::string> const& words, std::string_view name) {
  auto const found = std::ranges::find(words, name);
  return found == words.end() || found + 1 == words.end() ? std::string{} : *(found + 1);
}

std::string note_of(std::string const& id, ConnectionWish const& wish) {
  return JsonObject{}
      .text("id", id)
      .text("integration", wish.integration)
      .text("message", wish.message)
      .text("reason", wish.reason)
      .text("url", wish.connect_url)
      .done();
}

std::string text_of(std::string_view document, std::string_view name) {
  return protocol::read_string(protocol::find_member(document, name).value_or("")).value_or("");
}

std::string elicitation_of(Turn const& turn, std::string const& id, ConnectionWish const& wish) {
  JsonObject out;
  out.text("mode", "url");
  if (turn.speech().era == Era::legacy) out.text("elicitationId", id);
  return out
      .text("message", "Connect " + wish.integration + " so that " + turn.tool() +
                           " can run: open the link and allow it there.")
      .text("url", wish.connect_url)
      .done();
}

}  // namespace

std::optional<ConnectionWish> ConnectFlow::find_wish(Error const& error) {
  bool const is_one = error.code == ErrorCode::not_connected || error.code == ErrorCode::connection_expired ||
                      error.code == ErrorCode::oauth_pending;
  if (!is_one || std::ranges::find(error.next_step, "connect") == error.next_step.end()) return std::nullopt;
  ConnectionWish wish;
  wish.integration = word_after(error.next_step, "connect");
  wish.message = error.message;
  wish.reason = protocol::row_of(error.code).name;
  wish.command = error.next_step;
  return wish;
}

/// Begins a login, or finds the one that is open. `wish` learns its link.
ConnectFlow::Login ConnectFlow::begin(Turn& turn, ConnectionWish& wish) const {
  std::string const open = word_after(wish.command, "--resume");
  if (!open.empty()) {
    auto const reply = turn.service().call(protocol::get_connection(open, seconds{0}), turn.stop());
    auto const row =
        reply ? protocol::decode_connection(reply->body) : Result<Connection>{fail(reply.error())};
    if (!row) return {};
    wish.connect_url = row->redirect_url;
    wish.integration = row->integration.text;
    return {.id = row->id.text, .is_active = row->status == ConnectionStatus::active};
  }
  protocol::ConnectRequest request;
  request.integration = wish.integration;
  request.slug = word_after(wish.command, "--as");
  request.reconnect = word_after(wish.command, "--reconnect");
  auto const reply = turn.service().call(protocol::connect(request), turn.stop());
  if (!reply) {
    // It takes more than a link: fields to fill in, an app of one's own. The command asks for them.
    wish.message += ". " + reply.error().message;
    if (std::ranges::find(reply.error().next_step, "connect") != reply.error().next_step.end())
      wish.command = reply.error().next_step;
    return {};
  }
  auto const begun = protocol::decode_connect_reply(reply->body);
  if (!begun) return {};
  wish.connect_url = begun->redirect_url;
  return {.id = begun->id.text, .is_active = begun->status == ConnectionStatus::active};
}

bool ConnectFlow::wait_until_active(Turn& turn, std::string const& id) const {
  auto const begin = std::chrono::steady_clock::now();
  auto const patience = turn.speech().progress_token.empty() ? kPatience : kPatienceWithProgress;
  turn.say("waiting for the login to be finished in the browser");
  WorkerPool::Rest const rest;
  for (;;) {
    auto const reply = turn.service().call(protocol::get_connection(id, kOneWait), turn.stop());
    if (!reply || turn.stop().stop_requested()) return false;
    auto const row = protocol::decode_connection(reply->body);
    if (!row || row->status != ConnectionStatus::pending)
      return row && row->status == ConnectionStatus::active;
    if (std::chrono::steady_clock::now() - begin >= patience) return false;
  }
}

std::optional<CallEnd> ConnectFlow::take_answer(Turn& turn, Answer const& answer, std::string const& id,
                                                ConnectionWish const& wish) const {
  if (answer.action != Answer::Action::accept || !wait_until_active(turn, id))
    return result_of_wish(wish, complete_);
  if (turn.speech().era == Era::legacy && turn.speech().at_least("2025-11-25"))
    turn.notify("notifications/elicitation/complete", JsonObject{}.text("elicitationId", id).done());
  return std::nullopt;
}

std::optional<CallEnd> ConnectFlow::offer(Turn& turn, ConnectionWish wish) const {
  Login const login = begin(turn, wish);
  if (login.is_active) return std::nullopt;
  if (wish.connect_url.empty() || !turn.speech().client.url) return result_of_wish(wish, complete_);
  auto const answer = turn.ask(kKey, elicitation_of(turn, login.id, wish),
                               std::string{kKey} + note_of(login.id, wish), kAskPatience);
  if (!answer) return turn.pending();
  return take_answer(turn, *answer, login.id, wish);
}

std::optional<CallEnd> ConnectFlow::resume(Turn& turn, Turn::Resumed const& resumed) const {
  std::string_view const note = std::string_view{resumed.note}.substr(kKey.size());
  ConnectionWish wish;
  wish.integration = text_of(note, "integration");
  wish.message = text_of(note, "message");
  wish.reason = text_of(note, "reason");
  wish.connect_url = text_of(note, "url");
  std::string const id = text_of(note, "id");
  wish.command = {"agenta-tools", "connect", "--resume", id};
  return take_answer(turn, resumed.answer, id, wish);
}

}  // namespace agenta::mcp
