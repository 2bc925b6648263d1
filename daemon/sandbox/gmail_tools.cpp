#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/behaviour.hpp"
#include "daemon/sandbox/json_value.hpp"
#include "shared/base/text.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::json;

constexpr char const* kAddress = "me@example.com";

Json make_message(ToolCall const& call, std::string const& from, std::string const& to,
                  std::string const& subject, std::string const& body, Json labels) {
  std::string const number = std::to_string(next_number(call.state, "next_id", 1001));
  return Json{{"id", "msg_" + number},
              {"threadId", "thr_" + number},
              {"labelIds", std::move(labels)},
              {"from", from},
              {"to", to},
              {"subject", subject},
              {"messageText", body},
              {"snippet", body.substr(0, 80)},
              {"messageTimestamp", format_rfc3339(call.now)}};
}

Json& messages_of(ToolCall const& call) {
  if (auto const found = call.state.find("messages"); found != call.state.end()) return *found;
  Json first = make_message(call, "ann@example.com", kAddress, "Lunch on Friday?", "Shall we meet at noon?",
                            Json::array({"INBOX", "UNREAD"}));
  Json second = make_message(call, "build@example.com", kAddress, "Build 41 is green", "All tests passed.",
                             Json::array({"INBOX"}));
  return call.state["messages"] = Json::array({std::move(first), std::move(second)});
}

Json& drafts_of(ToolCall const& call) { return member_or(call.state, "drafts", Json::array()); }

Json* find_by_id(Json& list, std::string const& id) {
  auto const found = std::ranges::find_if(list, [&](Json const& item) { return item["id"] == id; });
  return found == list.end() ? nullptr : &*found;
}

ToolAnswer not_found() {
  return refused(
      "404 Client Error: Not Found. {\"error\":{\"code\":404,\"message\":\"Requested entity was not "
      "found.\"}}");
}

bool has_label(Json const& message, std::string_view label) {
  return std::ranges::any_of(message["labelIds"], [&](Json const& held) {
    return equal_ignoring_case(held.get_ref<std::string const&>(), label);
  });
}

bool contains_word(Json const& message, char const* field, std::string_view word) {
  return to_lower(message[field].get_ref<std::string const&>()).find(word) != std::string::npos;
}

bool matches(Json const& message, std::string const& word) {
  if (word.starts_with("from:")) return contains_word(message, "from", word.substr(5));
  if (word.starts_with("to:")) return contains_word(message, "to", word.substr(3));
  if (word.starts_with("subject:")) return contains_word(message, "subject", word.substr(8));
  if (word.starts_with("label:")) return has_label(message, word.substr(6));
  return contains_word(message, "subject", word) || contains_word(message, "messageText", word);
}

Json outgoing(ToolCall const& call, Json labels) {
  return make_message(call, kAddress, text_argument(call.arguments, "recipient_email"),
                      text_argument(call.arguments, "subject"), text_argument(call.arguments, "body"),
                      std::move(labels));
}

/// The file that an argument names, as the storage has it; null where there is none.
StoredObject* find_attachment(ToolCall const& call) {
  auto const* attachment = find_node(call.arguments, "attachment");
  if (attachment == nullptr || call.storage == nullptr) return nullptr;
  auto* const object = call.storage->find(find_text(*attachment, "s3key").value_or(""));
  return object != nullptr && object->is_there ? object : nullptr;
}

ToolAnswer send_email(ToolCall const& call) {
  messages_of(call);  // the first mails have the first numbers
  Json message = outgoing(call, Json::array({"SENT"}));
  if (auto const* attachment = find_node(call.arguments, "attachment"); attachment != nullptr) {
    auto const* object = find_attachment(call);
    if (object == nullptr) return refused("404: the attachment's s3key names no file in the storage");
    message["attachmentList"] =
        Json::array({{{"attachmentId", object->key},
                      {"filename", find_text(*attachment, "name").value_or("")},
                      {"mimeType", find_text(*attachment, "mimetype").value_or("")}}});
  }
  Json& messages = messages_of(call);
  messages.push_back(std::move(message));
  return answered(messages.back());
}

ToolAnswer get_attachment(ToolCall const& call) {
  auto const* object =
      call.storage == nullptr ? nullptr : call.storage->find(text_argument(call.arguments, "attachment_id"));
  if (object == nullptr || !object->is_there) return not_found();
  return answered(Json{{"file",
                        {{"name", text_argument(call.arguments, "file_name", object->name)},
                         {"mimetype", object->mimetype},
                         {"s3url", call.storage->read_url(*object)}}}});
}

ToolAnswer fetch_emails(ToolCall const& call) {
  auto const words = split(to_lower(text_argument(call.arguments, "query")), ' ');
  auto const* labels = find_node(call.arguments, "label_ids");
  auto const limit = static_cast<std::size_t>(number_argument(call.arguments, "max_results", 10, 1, 500));
  ListWriter writer{"messages"};
  std::size_t total = 0;
  Json const& messages = messages_of(call);
  for (auto message = messages.rbegin(); message != messages.rend(); ++message) {
    bool const labelled = labels == nullptr || std::ranges::all_of(*labels, [&](Json const& label) {
                            return has_label(*message, label.get_ref<std::string const&>());
                          });
    if (!labelled ||
        !std::ranges::all_of(words, [&](std::string const& word) { return matches(*message, word); }))
      continue;
    if (total++ < limit) writer.add(*message);
  }
  return answered(std::move(writer).finish(total));
}

ToolAnswer fetch_message(ToolCall const& call) {
  auto const* message = find_by_id(messages_of(call), text_argument(call.arguments, "message_id"));
  return message == nullptr ? not_found() : answered(*message);
}

ToolAnswer reply(ToolCall const& call) {
  auto const thread = text_argument(call.arguments, "thread_id");
  Json& messages = messages_of(call);
  auto const begun =
      std::ranges::find_if(messages, [&](Json const& message) { return message["threadId"] == thread; });
  if (begun == messages.end()) return not_found();
  std::string const subject = "Re: " + (*begun)["subject"].get<std::string>();
  Json answer = make_message(call, kAddress, text_argument(call.arguments, "recipient_email"), subject,
                             text_argument(call.arguments, "message_body"), Json::array({"SENT"}));
  answer["threadId"] = thread;
  messages.push_back(answer);
  return answered(answer);
}

ToolAnswer create_draft(ToolCall const& call) {
  messages_of(call);
  Json draft{{"message", outgoing(call, Json::array({"DRAFT"}))}};
  draft["id"] = "draft_" + draft["message"]["id"].get<std::string>().substr(4);
  drafts_of(call).push_back(draft);
  return answered(draft);
}

ToolAnswer list_drafts(ToolCall const& call) {
  auto const limit = static_cast<std::size_t>(number_argument(call.arguments, "max_results", 10, 1, 500));
  Json const& drafts = drafts_of(call);
  ListWriter writer{"drafts"};
  for (std::size_t at = 0; at < std::min(limit, drafts.size()); ++at)
    writer.add(drafts[drafts.size() - 1 - at]);
  return answered(std::move(writer).finish(drafts.size()));
}

ToolAnswer get_draft(ToolCall const& call) {
  auto const* draft = find_by_id(drafts_of(call), text_argument(call.arguments, "draft_id"));
  return draft == nullptr ? not_found() : answered(*draft);
}

ToolAnswer send_draft(ToolCall const& call) {
  Json& drafts = drafts_of(call);
  auto* const draft = find_by_id(drafts, text_argument(call.arguments, "draft_id"));
  if (draft == nullptr) return not_found();
  Json message = (*draft)["message"];
  message["labelIds"] = Json::array({"SENT"});
  drafts.erase(static_cast<std::size_t>(draft - &drafts[0]));
  messages_of(call).push_back(message);
  return answered(message);
}

ToolAnswer list_labels(ToolCall const&) {
  Json labels = Json::array();
  for (char const* name : {"INBOX", "SENT", "DRAFT", "UNREAD", "STARRED", "TRASH"})
    labels.push_back({{"id", name}, {"name", name}, {"type", "system"}});
  return answered(Json{{"labels", labels}, {"total_count", labels.size()}});
}

void relabel(Json& message, Json const& add, Json const& remove) {
  Json kept = Json::array();
  for (auto const& label : message["labelIds"]) {
    if (std::ranges::find(remove, label) == remove.end()) kept.push_back(label);
  }
  for (auto const& label : add) {
    if (std::ranges::find(kept, label) == kept.end()) kept.push_back(label);
  }
  message["labelIds"] = std::move(kept);
}

ToolAnswer modify_labels(ToolCall const& call) {
  auto* const message = find_by_id(messages_of(call), text_argument(call.arguments, "message_id"));
  if (message == nullptr) return not_found();
  auto const* add = find_node(call.arguments, "add_label_ids");
  auto const* remove = find_node(call.arguments, "remove_label_ids");
  relabel(*message, add == nullptr ? Json::array() : *add, remove == nullptr ? Json::array() : *remove);
  return answered(*message);
}

ToolAnswer trash(ToolCall const& call) {
  auto* const message = find_by_id(messages_of(call), text_argument(call.arguments, "message_id"));
  if (message == nullptr) return not_found();
  relabel(*message, Json::array({"TRASH"}), Json::array({"INBOX"}));
  return answered(*message);
}

ToolAnswer delete_message(ToolCall const& call) {
  Json& messages = messages_of(call);
  auto* const message = find_by_id(messages, text_argument(call.arguments, "message_id"));
  if (message == nullptr) return not_found();
  messages.erase(static_cast<std::size_t>(message - &messages[0]));
  return answered(Json{{"deleted", true}});
}

ToolAnswer get_profile(ToolCall const& call) {
  return answered(Json{{"emailAddress", kAddress},
                       {"messagesTotal", messages_of(call).size()},
                       {"threadsTotal", messages_of(call).size()}});
}

constexpr std::array kBehaviours{
    Behaviour{"GMAIL_SEND_EMAIL", send_email},
    Behaviour{"GMAIL_FETCH_EMAILS", fetch_emails},
    Behaviour{"GMAIL_FETCH_MESSAGE_BY_MESSAGE_ID", fetch_message},
    Behaviour{"GMAIL_REPLY_TO_THREAD", reply},
    Behaviour{"GMAIL_CREATE_EMAIL_DRAFT", create_draft},
    Behaviour{"GMAIL_LIST_DRAFTS", list_drafts},
    Behaviour{"GMAIL_GET_DRAFT", get_draft},
    Behaviour{"GMAIL_SEND_DRAFT", send_draft},
    Behaviour{"GMAIL_LIST_LABELS", list_labels},
    Behaviour{"GMAIL_ADD_LABEL_TO_EMAIL", modify_labels},
    Behaviour{"GMAIL_MOVE_TO_TRASH", trash},
    Behaviour{"GMAIL_DELETE_MESSAGE", delete_message},
    Behaviour{"GMAIL_GET_PROFILE", get_profile},
    Behaviour{"GMAIL_GET_ATTACHMENT", get_attachment},
};

}  // namespace

std::span<Behaviour const> gmail_behaviours() { return kBehaviours; }

}  // namespace agenta::daemon::sandbox
