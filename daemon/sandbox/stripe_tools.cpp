#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/behaviour.hpp"
#include "daemon/sandbox/json_value.hpp"

namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::json;

Json& list_of(ToolCall const& call, char const* name) { return member_or(call.state, name, Json::array()); }

Json* find_by_id(Json& list, std::string const& id) {
  auto const found = std::ranges::find_if(list, [&](Json const& item) { return item["id"] == id; });
  return found == list.end() ? nullptr : &*found;
}

std::string make_id(ToolCall const& call, char const* prefix) {
  return prefix + std::to_string(next_number(call.state, "next_id", 1001));
}

std::int64_t seconds(WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

ToolAnswer missing(char const* what, std::string const& id) {
  return refused("404: No such " + std::string{what} + ": '" + id + "'");
}

/// The newest `limit` of those whose `member` is `wanted`; of all where nothing is wanted.
ToolAnswer write_newest(ToolCall const& call, char const* list, char const* member,
                        std::optional<std::string> const& wanted) {
  auto const limit = static_cast<std::size_t>(number_argument(call.arguments, "limit", 10, 1, 100));
  ListWriter writer{list};
  std::size_t total = 0;
  Json const& items = list_of(call, list);
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    if (wanted && (*item)[member] != *wanted) continue;
    if (total++ < limit) writer.add(*item);
  }
  return answered(std::move(writer).finish(total));
}

ToolAnswer create_customer(ToolCall const& call) {
  Json customer{{"id", make_id(call, "cus_")},
                {"object", "customer"},
                {"created", seconds(call.now)},
                {"livemode", false}};
  for (char const* name : {"name", "email", "description"}) {
    auto const value = find_text(call.arguments, name);
    customer[name] = value ? Json(*value) : Json{};
  }
  auto const* metadata = find_node(call.arguments, "metadata");
  customer["metadata"] = metadata == nullptr ? Json::object() : *metadata;
  list_of(call, "customers").push_back(customer);
  return answered(customer);
}

ToolAnswer list_customers(ToolCall const& call) {
  return write_newest(call, "customers", "email", find_text(call.arguments, "email"));
}

ToolAnswer retrieve_customer(ToolCall const& call) {
  auto const id = text_argument(call.arguments, "customer_id");
  auto const* customer = find_by_id(list_of(call, "customers"), id);
  return customer == nullptr ? missing("customer", id) : answered(*customer);
}

ToolAnswer delete_customer(ToolCall const& call) {
  auto const id = text_argument(call.arguments, "customer_id");
  Json& customers = list_of(call, "customers");
  auto const* customer = find_by_id(customers, id);
  if (customer == nullptr) return missing("customer", id);
  customers.erase(static_cast<std::size_t>(customer - &customers[0]));
  return answered(Json{{"id", id}, {"object", "customer"}, {"deleted", true}});
}

ToolAnswer create_payment_intent(ToolCall const& call) {
  auto const customer = find_text(call.arguments, "customer");
  if (customer && find_by_id(list_of(call, "customers"), *customer) == nullptr)
    return missing("customer", *customer);
  Json intent{{"id", make_id(call, "pi_")},
              {"object", "payment_intent"},
              {"amount", find_integer(call.arguments, "amount").value_or(0)},
              {"amount_refunded", 0},
              {"currency", text_argument(call.arguments, "currency")},
              {"customer", customer ? Json(*customer) : Json{}},
              {"description", text_argument(call.arguments, "description")},
              {"status", "succeeded"},
              {"created", seconds(call.now)},
              {"livemode", false}};
  list_of(call, "payment_intents").push_back(intent);
  return answered(intent);
}

ToolAnswer list_payment_intents(ToolCall const& call) {
  return write_newest(call, "payment_intents", "customer", find_text(call.arguments, "customer"));
}

ToolAnswer create_refund(ToolCall const& call) {
  auto const id = text_argument(call.arguments, "payment_intent");
  auto* const intent = find_by_id(list_of(call, "payment_intents"), id);
  if (intent == nullptr) return missing("payment_intent", id);
  auto const refunded = (*intent)["amount_refunded"].get<std::int64_t>();
  auto const left = (*intent)["amount"].get<std::int64_t>() - refunded;
  auto const amount = find_integer(call.arguments, "amount").value_or(left);
  if (left == 0 || amount > left)
    return refused("400: Refund amount is greater than unrefunded amount on the payment intent");
  (*intent)["amount_refunded"] = refunded + amount;
  return answered(Json{{"id", make_id(call, "re_")},
                       {"object", "refund"},
                       {"amount", amount},
                       {"payment_intent", id},
                       {"status", "succeeded"}});
}

ToolAnswer retrieve_balance(ToolCall const& call) {
  Json amounts = Json::object();
  for (auto const& intent : list_of(call, "payment_intents")) {
    auto const currency = intent["currency"].get<std::string>();
    auto const kept = intent["amount"].get<std::int64_t>() - intent["amount_refunded"].get<std::int64_t>();
    amounts[currency] = amounts.value(currency, std::int64_t{0}) + kept;
  }
  Json available = Json::array();
  for (auto const& [currency, amount] : amounts.items())
    available.push_back({{"currency", currency}, {"amount", amount}});
  return answered(Json{{"object", "balance"},
                       {"available", std::move(available)},
                       {"pending", Json::array()},
                       {"livemode", false}});
}

constexpr std::array kBehaviours{
    Behaviour{"STRIPE_CREATE_CUSTOMER", create_customer},
    Behaviour{"STRIPE_LIST_CUSTOMERS", list_customers},
    Behaviour{"STRIPE_RETRIEVE_CUSTOMER", retrieve_customer},
    Behaviour{"STRIPE_DELETE_CUSTOMER", delete_customer},
    Behaviour{"STRIPE_RETRIEVE_BALANCE", retrieve_balance},
    Behaviour{"STRIPE_CREATE_PAYMENT_INTENT", create_payment_intent},
    Behaviour{"STRIPE_LIST_PAYMENT_INTENTS", list_payment_intents},
    Behaviour{"STRIPE_CREATE_REFUND", create_refund},
};

}  // namespace

std::span<Behaviour const> stripe_behaviours() { return kBehaviours; }

}  // namespace agenta::daemon::sandbox
