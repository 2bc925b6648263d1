#include <array>
#include <nlohmann/json.hpp>

#include "daemon/sandbox/json_value.hpp"
#include "daemon/sandbox/record_tools.hpp"

/// Shopify, Bill.com and NetSuite.
namespace agenta::daemon::sandbox {
namespace {

using Json = nlohmann::json;

Json& products_of(ToolCall const& call) {
  return records_of(call, "products",
                    Json::array({{{"id", 1}, {"title", "Sandbox bucket"}, {"price", "9.50"}}}));
}

ToolAnswer list_products(ToolCall const& call) { return write_newest(call, products_of(call), "products"); }

ToolAnswer create_product(ToolCall const& call) {
  return keep_record(products_of(call), {{"id", next_number(call.state, "next_id", 1001)},
                                         {"title", text_argument(call.arguments, "title")},
                                         {"price", text_argument(call.arguments, "price", "0.00")},
                                         {"created_at", format_rfc3339(call.now)}});
}

ToolAnswer delete_product(ToolCall const& call) {
  return remove_record(products_of(call), find_integer(call.arguments, "product_id").value_or(0));
}

ToolAnswer list_bills(ToolCall const& call) { return write_newest(call, records_of(call, "bills"), "bills"); }

ToolAnswer create_bill(ToolCall const& call) {
  std::string const id = "00n" + std::to_string(next_number(call.state, "next_id", 1001));
  return keep_record(records_of(call, "bills"),
                     {{"id", id},
                      {"vendor", text_argument(call.arguments, "vendor")},
                      {"amount", find_integer(call.arguments, "amount").value_or(0)},
                      {"status", "OPEN"},
                      {"created_at", format_rfc3339(call.now)}});
}

Json& vendors_of(ToolCall const& call) {
  return records_of(call, "vendors", Json::array({{{"id", 1}, {"company_name", "Sand & Sons"}}}));
}

ToolAnswer list_vendors(ToolCall const& call) { return write_newest(call, vendors_of(call), "vendors"); }

ToolAnswer create_vendor(ToolCall const& call) {
  return keep_record(vendors_of(call), {{"id", next_number(call.state, "next_id", 1001)},
                                        {"company_name", text_argument(call.arguments, "company_name")}});
}

constexpr std::array kShopify{
    Behaviour{"SHOPIFY_LIST_PRODUCTS", list_products},
    Behaviour{"SHOPIFY_CREATE_PRODUCT", create_product},
    Behaviour{"SHOPIFY_DELETE_PRODUCT", delete_product},
};
constexpr std::array kBillcom{
    Behaviour{"BILLCOM_LIST_BILLS", list_bills},
    Behaviour{"BILLCOM_CREATE_BILL", create_bill},
};
constexpr std::array kNetsuite{
    Behaviour{"NETSUITE_LIST_VENDORS", list_vendors},
    Behaviour{"NETSUITE_CREATE_VENDOR", create_vendor},
};

}  // namespace

std::span<Behaviour const> shopify_behaviours() { return kShopify; }
std::span<Behaviour const> billcom_behaviours() { return kBillcom; }
std::span<Behaviour const> netsuite_behaviours() { return kNetsuite; }

}  // namespace agenta::daemon::sandbox
