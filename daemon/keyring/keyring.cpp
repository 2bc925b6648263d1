#include "daemon/keyring/keyring.hpp"

#include <gio/gio.h>
#include <libsecret/secret.h>

#include <cstring>
#include <memory>

namespace agenta::keyring {
namespace {

// A service that never asks: libsecret would open a dialog where an item or a collection is locked. The
// daemon looks keys up on its own, and nobody expects a window for that.
struct QuietService {
  SecretService parent;
};
struct QuietServiceClass {
  SecretServiceClass parent;
};
G_DEFINE_TYPE(QuietService, quiet_service, SECRET_TYPE_SERVICE)

void refuse(GError** error) {
  g_set_error_literal(error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED, "the keyring wants to ask its user");
}

GVariant* refuse_sync(SecretService*, SecretPrompt*, GCancellable*, GVariantType const*, GError** error) {
  refuse(error);
  return nullptr;
}

void refuse_async(SecretService* self, SecretPrompt*, GVariantType const*, GCancellable* cancellable,
                  GAsyncReadyCallback callback, gpointer data) {
  GTask* const task = g_task_new(self, cancellable, callback, data);
  GError* error = nullptr;
  refuse(&error);
  g_task_return_error(task, error);
  g_object_unref(task);
}

GVariant* refuse_finish(SecretService*, GAsyncResult* result, GError** error) {
  return static_cast<GVariant*>(g_task_propagate_pointer(G_TASK(result), error));
}

void quiet_service_init(QuietService*) {}

void quiet_service_class_init(QuietServiceClass* type) {
  type->parent.prompt_sync = refuse_sync;
  type->parent.prompt_async = refuse_async;
  type->parent.prompt_finish = refuse_finish;
}

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;
struct FreeError {
  void operator()(GError* error) const { g_error_free(error); }
};
struct FreeTable {
  void operator()(GHashTable* table) const { g_hash_table_unref(table); }
};
using Attributes = std::unique_ptr<GHashTable, FreeTable>;
struct FreeList {
  void operator()(GList* list) const { g_list_free_full(list, g_object_unref); }
};
using Items = std::unique_ptr<GList, FreeList>;

/// Hands a `GError**` to C, and owns what comes back.
class Trouble {
 public:
  operator GError**() { return &error_; }
  ~Trouble() { g_clear_error(&error_); }
  Trouble() = default;
  Trouble(Trouble const&) = delete;
  Trouble& operator=(Trouble const&) = delete;

  Answer answer() const {
    Answer answer;
    if (error_ == nullptr) return answer;
    answer.why = error_->message;
    constexpr int kUnknown[] = {G_DBUS_ERROR_SERVICE_UNKNOWN, G_DBUS_ERROR_NAME_HAS_NO_OWNER,
                                G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND};
    if (g_error_matches(error_, SECRET_ERROR, SECRET_ERROR_IS_LOCKED)) {
      answer.ending = Ending::locked;
      answer.why = "the keyring is locked";
    }
    for (int const code : kUnknown) {
      if (!g_error_matches(error_, G_DBUS_ERROR, code)) continue;
      answer.ending = Ending::absent;
      answer.why = "nothing on the session bus keeps secrets (org.freedesktop.secrets)";
    }
    if (error_->domain == G_IO_ERROR) {
      answer.ending = Ending::absent;
      answer.why = std::string{"the session bus cannot be reached: "} + error_->message;
    }
    return answer;
  }

 private:
  GError* error_ = nullptr;
};

SecretSchema const* schema() {
  static SecretSchema const kSchema{"dev.agenta.tools.ComposioKey",
                                    SECRET_SCHEMA_NONE,
                                    {{"application", SECRET_SCHEMA_ATTRIBUTE_STRING},
                                     {"home", SECRET_SCHEMA_ATTRIBUTE_STRING},
                                     {"endpoint", SECRET_SCHEMA_ATTRIBUTE_STRING},
                                     {"id", SECRET_SCHEMA_ATTRIBUTE_STRING},
                                     {nullptr, SECRET_SCHEMA_ATTRIBUTE_STRING}},
                                    0,
                                    nullptr,
                                    nullptr,
                                    nullptr,
                                    nullptr,
                                    nullptr,
                                    nullptr,
                                    nullptr};
  return &kSchema;
}

Attributes attributes_of(Item const& item) {
  Attributes table{g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free)};
  auto const add = [&](char const* name, std::string const& value) {
    if (!value.empty()) g_hash_table_insert(table.get(), g_strdup(name), g_strdup(value.c_str()));
  };
  add("application", "agenta-tools");
  add("home", item.home);
  add("endpoint", item.endpoint);
  add("id", item.id);
  return table;
}

Answer ended(Ending ending, std::string why = {}) {
  Answer answer;
  answer.ending = ending;
  answer.why = std::move(why);
  return answer;
}

Owned<SecretService> open_service(GError** error) {
  return Owned<SecretService>{secret_service_open_sync(quiet_service_get_type(), nullptr,
                                                       SECRET_SERVICE_OPEN_SESSION, nullptr, error)};
}

/// What of the home is there, locked or not; nothing is unlocked.
Items search(SecretService* service, Item const& item, GError** error) {
  auto const wanted = attributes_of(item);
  return Items{
      secret_service_search_sync(service, schema(), wanted.get(), SECRET_SEARCH_ALL, nullptr, error)};
}

bool has_id(SecretItem* item, std::string const& id) {
  Attributes const table{secret_item_get_attributes(item)};
  auto const* const value = static_cast<char const*>(g_hash_table_lookup(table.get(), "id"));
  return value != nullptr && id == value;
}

}  // namespace

Answer store(Item const& item, std::string const& secret) {
  Trouble trouble;
  auto const service = open_service(trouble);
  if (!service) return trouble.answer();
  Owned<SecretCollection> const collection{secret_collection_for_alias_sync(
      service.get(), SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE, nullptr, trouble)};
  // Making a collection would ask for a password to lock it with.
  if (!collection) {
    Answer answer = trouble.answer();
    if (answer.why.empty()) answer = ended(Ending::locked, "there is no default keyring yet");
    return answer;
  }
  if (secret_collection_get_locked(collection.get()) != 0)
    return ended(Ending::locked, "the keyring is locked");

  auto const attributes = attributes_of(item);
  std::string const label = "Composio API key for " + item.endpoint + " (agenta-tools)";
  SecretValue* const value =
      secret_value_new(secret.c_str(), static_cast<gssize>(secret.size()), "text/plain");
  Owned<SecretItem> const made{secret_item_create_sync(collection.get(), schema(), attributes.get(),
                                                       label.c_str(), value, SECRET_ITEM_CREATE_REPLACE,
                                                       nullptr, trouble)};
  secret_value_unref(value);
  return made ? ended(Ending::done) : trouble.answer();
}

Answer load(Item const& item) {
  Trouble trouble;
  auto const service = open_service(trouble);
  if (!service) return trouble.answer();
  auto const found = search(service.get(), item, trouble);
  if (!found) {
    Answer answer = trouble.answer();
    if (answer.why.empty()) answer = ended(Ending::missing, "the keyring does not have the key");
    return answer;
  }
  auto* const first = static_cast<SecretItem*>(found->data);
  if (secret_item_get_locked(first) != 0) return ended(Ending::locked, "the keyring is locked");
  if (secret_item_load_secret_sync(first, nullptr, trouble) == 0) return trouble.answer();
  SecretValue* const value = secret_item_get_secret(first);
  if (value == nullptr) return ended(Ending::missing, "the keyring does not have the key");
  gsize size = 0;
  char const* const text = secret_value_get(value, &size);
  Answer answer = ended(Ending::done);
  answer.secret.assign(text, size);
  secret_value_unref(value);
  return answer;
}

Answer clear(Item const& but) {
  Trouble trouble;
  auto const service = open_service(trouble);
  if (!service) return trouble.answer();
  Item all;
  all.home = but.home;
  auto const found = search(service.get(), all, trouble);
  Answer answer = found ? ended(Ending::done) : trouble.answer();
  if (!found && answer.why.empty()) return ended(Ending::missing, "the keyring has no key");
  for (GList* each = found.get(); each != nullptr; each = each->next) {
    auto* const item = static_cast<SecretItem*>(each->data);
    if (!but.id.empty() && has_id(item, but.id)) continue;
    Trouble why;
    if (secret_item_delete_sync(item, nullptr, why) == 0) answer = why.answer();
  }
  return answer;
}

}  // namespace agenta::keyring
