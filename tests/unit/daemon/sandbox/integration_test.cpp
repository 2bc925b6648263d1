#include <set>

#include "tests/unit/daemon/sandbox/sandbox_fixture.hpp"

namespace agenta::daemon::sandbox {
namespace {

/// The small integrations: each connects its own way, and works.
class SandboxIntegrations : public SandboxTest {
 protected:
  static inline std::vector<std::string> const kSmall{
      "shopify", "zoom", "trello", "cloudflare", "freshdesk", "bigquery", "billcom", "linear", "netsuite"};
  void connect_all() {
    post("/_sandbox/auto_approve", {{"mode", "approve"}});
    for (auto const& toolkit : kSmall) {
      auto const scheme = get("/toolkits/" + toolkit)["auth_config_details"][0]["mode"].get<std::string>();
      auto const config = json(make_own_config(
          toolkit, scheme,
          {{"client_id", "i"}, {"client_secret", "s"}, {"consumer_key", "k"}, {"consumer_secret", "s"}}));
      auto const link = post("/connected_accounts/link",
                             {{"auth_config_id", config["auth_config"]["id"]}, {"user_id", "u1"}});
      auto const account = get("/connected_accounts/" + link["connected_account_id"].get<std::string>());
      ASSERT_EQ(account["status"], "ACTIVE") << toolkit;
    }
  }
  nlohmann::json run(std::string const& tool, nlohmann::json const& arguments = nlohmann::json::object()) {
    auto const answer = json(execute(tool, arguments));
    EXPECT_EQ(answer["successful"], true) << answer;
    return answer["data"];
  }
};

TEST_F(SandboxIntegrations, HaveACheapToolThatOnlyReads) {
  connect_all();
  for (auto const& toolkit : kSmall) {
    auto const tools = get("/tools?toolkit_slug=" + toolkit)["items"];
    EXPECT_TRUE(tools.size() >= 2 && tools.size() <= 4) << toolkit;
    bool has_cheap_one = false;
    for (auto const& tool : tools) {
      bool const reads = std::ranges::count(tool["tags"], "readOnlyHint") > 0;
      if (!reads || tool["input_parameters"].contains("required")) continue;
      has_cheap_one = true;
      EXPECT_TRUE(run(tool["slug"]).contains("total_count")) << tool["slug"];
    }
    EXPECT_TRUE(has_cheap_one) << toolkit;
  }
}

TEST_F(SandboxIntegrations, RememberWhatWasMade) {
  connect_all();
  struct Made {
    char const *create, *list, *name;
    nlohmann::json arguments, filter;
  };
  for (Made const& each : {
           Made{"SHOPIFY_CREATE_PRODUCT", "SHOPIFY_LIST_PRODUCTS", "products", {{"title", "Spade"}}, {}},
           Made{"ZOOM_CREATE_A_MEETING",
                "ZOOM_LIST_MEETINGS",
                "meetings",
                {{"topic", "x"}, {"start_time", "2026-12-01T09:00:00Z"}},
                {}},
           Made{"TRELLO_ADD_CARDS",
                "TRELLO_LIST_CARDS",
                "cards",
                {{"board_id", "board-1"}, {"name", "x"}},
                {{"board_id", "board-1"}}},
           Made{"CLOUDFLARE_CREATE_DNS_RECORD",
                "CLOUDFLARE_LIST_DNS_RECORDS",
                "records",
                {{"zone", "example.com"}, {"name", "www"}, {"content", "192.0.2.1"}},
                {{"zone", "example.com"}}},
           Made{"FRESHDESK_CREATE_TICKET", "FRESHDESK_LIST_TICKETS", "tickets", {{"subject", "x"}}, {}},
           Made{"BIGQUERY_CREATE_DATASET", "BIGQUERY_LIST_DATASETS", "datasets", {{"name", "x"}}, {}},
           Made{"BILLCOM_CREATE_BILL", "BILLCOM_LIST_BILLS", "bills", {{"vendor", "x"}, {"amount", 5}}, {}},
           Made{"LINEAR_CREATE_LINEAR_CYCLE",
                "LINEAR_LIST_LINEAR_CYCLES",
                "cycles",
                {{"team_id", "team-1"}, {"name", "x"}},
                {{"team_id", "team-1"}}},
           Made{"NETSUITE_CREATE_VENDOR", "NETSUITE_LIST_VENDORS", "vendors", {{"company_name", "x"}}, {}},
       }) {
    auto const filter = each.filter.is_null() ? nlohmann::json::object() : each.filter;
    auto const before = run(each.list, filter)["total_count"].get<int>();

    auto const made = run(each.create, each.arguments);

    auto const after = run(each.list, filter);
    EXPECT_EQ(after["total_count"], before + 1) << each.create;
    EXPECT_EQ(after[each.name][0]["id"], made["id"]) << each.create;
  }
}

TEST_F(SandboxIntegrations, DeleteAndMissWhatIsNotThere) {
  connect_all();
  auto const product = run("SHOPIFY_CREATE_PRODUCT", {{"title", "Spade"}});

  EXPECT_EQ(run("SHOPIFY_DELETE_PRODUCT", {{"product_id", product["id"]}})["deleted"], true);
  EXPECT_EQ(json(execute("SHOPIFY_DELETE_PRODUCT", {{"product_id", product["id"]}}))["successful"], false);
  EXPECT_EQ(json(execute("TRELLO_LIST_CARDS", {{"board_id", "nowhere"}}))["error"],
            "404: There is no nowhere");
  EXPECT_EQ(run("FRESHDESK_VIEW_TICKET", {{"ticket_id", 1001}})["subject"], "Welcome");
  EXPECT_EQ(run("BIGQUERY_DELETE_DATASET", {{"dataset_id", "sandbox:samples"}})["deleted"], true);
}

}  // namespace
}  // namespace agenta::daemon::sandbox
