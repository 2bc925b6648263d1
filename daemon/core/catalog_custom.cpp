#include "daemon/core/catalog.hpp"
#include "daemon/core/custom_tools.hpp"
#include "shared/base/text.hpp"
#include "shared/base/try.hpp"

// A person's own tools among the provider's. Asked for by name, they are told from their file, without an
// account; for lists and searches over everything they are put into each account's store, beside the rest.
namespace agenta::daemon {

bool is_custom(IntegrationSlug const& slug) { return equal_ignoring_case(slug.text, custom::kIntegration); }

bool Catalog::is_own(IntegrationSlug const& slug) const {
  return options_.custom != nullptr && is_custom(slug);
}

Result<std::shared_ptr<CatalogAccount>> Catalog::account(ProviderAccess const& access) {
  AGENTA_TRY(auto account, shelf_.open(access));
  if (options_.custom != nullptr) bring_custom(account);
  return account;
}

std::string Catalog::custom_version() {
  return options_.custom == nullptr ? "" : options_.custom->current()->integration.version;
}

/// Most often there is nothing to do: neither the file nor the store has changed since the last time.
void Catalog::bring_custom(std::shared_ptr<CatalogAccount> const& account) {
  auto const set = options_.custom->current();
  CatalogAccount::Brought const now{account->store->generation(), set->integration.version};
  if (account->brought.with([&](auto const& brought) { return brought == now; })) return;
  auto const turn = flights_.enter(account->key + "\ncustom");
  auto const kept = account->store->find_integration(custom::kIntegration);
  auto const listed = account->store->find_tool_list(custom::kIntegration);
  bool const has_some = kept && *kept;
  bool const is_whole = listed && *listed && (*listed)->current;
  bool const is_there =
      set->empty() ? !has_some : has_some && is_whole && (*kept)->version == set->integration.version;
  if (!is_there) {
    auto const put = set->empty()
                         ? account->store->drop_own(IntegrationSlug{std::string{custom::kIntegration}})
                         : account->store->put_own(set->integration, set->tools(), clock_.wall());
    if (put && options_.behind && options_.names_changed)
      options_.behind([this, account](std::stop_token) { options_.names_changed(account); });
  }
  // A store that did not take it is asked again when it next changes; its tools run all the same.
  CatalogAccount::Brought const done{account->store->generation(), set->integration.version};
  account->brought.with([&](auto& brought) { brought = done; });
}

}  // namespace agenta::daemon
