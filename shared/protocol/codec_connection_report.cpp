#include "shared/protocol/codec.hpp"
#include "shared/protocol/codec_detail.hpp"

namespace agenta::protocol {
namespace {

using detail::ObjectReader;
using detail::ObjectWriter;

std::string write_event(ConnectionEvent const& event) {
  return ObjectWriter{}
      .number("sequence", event.sequence)
      .time("at", event.at)
      .text("change", name_of(event.change))
      .text("connection_id", event.connection.text)
      .text("slug", event.slug)
      .text("integration_slug", event.integration.text)
      .text("status", name_of(event.status))
      .raw("by", detail::write_actor(event.by))
      .text_or_null("detail", event.detail)
      .done();
}

ConnectionEvent read_event(ObjectReader& in) {
  ConnectionEvent event;
  event.sequence = in.number("sequence");
  event.at = in.time("at").value_or(WallTime{});
  auto const change = parse_connection_change(in.text("change"));
  if (!change) in.complain("change", "a change of a connection");
  event.change = change.value_or(ConnectionChange::begun);
  event.connection.text = in.text("connection_id");
  event.slug = in.text("slug");
  event.integration.text = in.text("integration_slug");
  auto const status = parse_connection_status(in.text("status"));
  if (!status) in.complain("status", "a connection's status");
  event.status = status.value_or(ConnectionStatus::failed);
  event.by = in.nested("by", detail::read_actor).value_or(Actor{});
  event.detail = in.text("detail");
  return event;
}

SyncItem read_sync_item(ObjectReader& in) {
  SyncItem item;
  auto const change = parse_sync_change(in.text("change"));
  if (!change) in.complain("change", "what reconciling does");
  item.change = change.value_or(SyncChange::updated);
  item.connection = in.nested("connection", detail::read_connection).value_or(Connection{});
  return item;
}

std::string write_pruned(PrunedLogin const& login) {
  return ObjectWriter{}
      .text_or_null("slug", login.slug)
      .text("integration_slug", login.integration.text)
      .text_or_null("composio_account_id", login.account.text)
      .text("reason", login.reason)
      .done();
}

PrunedLogin read_pruned(ObjectReader& in) {
  PrunedLogin login;
  login.slug = in.text("slug");
  login.integration.text = in.text("integration_slug");
  login.account.text = in.text("composio_account_id");
  login.reason = in.text("reason");
  return login;
}

}  // namespace

std::string encode_connection_events(Page<ConnectionEvent> const& page) {
  return detail::write_page(page, write_event);
}

Result<Page<ConnectionEvent>> decode_connection_events(std::string_view body) {
  return detail::decode_object(body, "the list of changes", [](ObjectReader& in) {
    return detail::read_page<ConnectionEvent>(in, read_event);
  });
}

std::string encode_connection_check(ConnectionCheck const& check, std::string_view own_scope) {
  return ObjectWriter{}
      .text("health", name_of(check.health))
      .text("probe", check.probe)
      .text("detail", check.detail)
      .raw("connection", encode_connection(check.connection, own_scope))
      .done();
}

Result<ConnectionCheck> decode_connection_check(std::string_view body) {
  return detail::decode_object(body, "the check", [](ObjectReader& in) {
    ConnectionCheck check;
    auto const health = parse_health(in.text("health"));
    if (!health) in.complain("health", "alive, dead or unknown");
    check.health = health.value_or(Health::unknown);
    check.probe = in.text("probe");
    check.detail = in.text("detail");
    check.connection = in.nested("connection", detail::read_connection).value_or(Connection{});
    return check;
  });
}

std::string encode_sync_report(SyncReport const& report, std::string_view own_scope) {
  auto const write_item = [&](SyncItem const& item) {
    return ObjectWriter{}
        .text("change", name_of(item.change))
        .raw("connection", encode_connection(item.connection, own_scope))
        .done();
  };
  return ObjectWriter{}
      .raw("items", detail::write_array(report.items, write_item))
      .number("unchanged", report.unchanged)
      .done();
}

Result<SyncReport> decode_sync_report(std::string_view body) {
  return detail::decode_object(body, "the report", [](ObjectReader& in) {
    SyncReport report;
    report.items = in.each("items", read_sync_item);
    report.unchanged = in.number("unchanged");
    return report;
  });
}

std::string encode_prune_report(PruneReport const& report) {
  return ObjectWriter{}
      .raw("items", detail::write_array(report.items, write_pruned))
      .boolean("dry_run", report.dry_run)
      .done();
}

Result<PruneReport> decode_prune_report(std::string_view body) {
  return detail::decode_object(body, "the report", [](ObjectReader& in) {
    PruneReport report;
    report.items = in.each("items", read_pruned);
    report.dry_run = in.boolean("dry_run");
    return report;
  });
}

}  // namespace agenta::protocol
