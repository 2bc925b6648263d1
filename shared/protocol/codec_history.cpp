#include "shared/protocol/codec.hpp"
#include "shared/protocol/codec_detail.hpp"

namespace agenta::protocol {
namespace {

using detail::ObjectReader;
using detail::ObjectWriter;

std::string write_finding(JournalFinding const& finding) {
  ObjectWriter out;
  out.text_or_null("execution_id", finding.execution);
  if (finding.record == 0) {
    out.null("record");
  } else {
    out.number("record", finding.record);
  }
  return out.text("what", finding.what).done();
}

JournalFinding read_finding(ObjectReader& in) {
  JournalFinding finding;
  finding.execution = in.text("execution_id");
  finding.record = in.number("record");
  finding.what = in.text("what");
  return finding;
}

}  // namespace

std::string encode_whole_executions(Page<Execution> const& page, bool with_results) {
  return detail::write_page(page, [&](Execution const& each) {
    if (with_results || !each.data) return encode_execution(each);
    Execution without = each;
    without.data.reset();
    return encode_execution(without);
  });
}

std::string encode_chain(Page<ChainRecord> const& page) {
  std::string const items = detail::write_array(page.items, [](ChainRecord const& each) {
    return ObjectWriter{}.number("seq", each.seq).text("record", each.record).text("hash", each.hash).done();
  });
  return ObjectWriter{}.raw("items", items).text_or_null("next_cursor", page.next_cursor.value_or("")).done();
}

std::string encode_journal_report(JournalReport const& report) {
  return ObjectWriter{}
      .boolean("intact", report.findings.empty())
      .number("records", report.records)
      .number("executions", report.executions)
      .number("uncovered", report.uncovered)
      .text_or_null("head", report.head)
      .raw("findings", detail::write_array(report.findings, write_finding))
      .boolean("is_cut", report.is_cut)
      .done();
}

Result<JournalReport> decode_journal_report(std::string_view body) {
  return detail::decode_object(body, "a report on the journal", [](ObjectReader& in) {
    JournalReport report;
    report.records = in.number("records");
    report.executions = in.number("executions");
    report.uncovered = in.number("uncovered");
    report.head = in.text("head");
    report.findings = in.each("findings", read_finding);
    report.is_cut = in.boolean("is_cut");
    return report;
  });
}

std::string encode_history_cleaning(HistoryCleaning const& cleaning) {
  return ObjectWriter{}
      .number("executions", cleaning.executions)
      .number("bytes", cleaning.bytes)
      .number("files", cleaning.files)
      .boolean("dry_run", cleaning.dry_run)
      .done();
}

Result<HistoryCleaning> decode_history_cleaning(std::string_view body) {
  return detail::decode_object(body, "what was dropped of the history", [](ObjectReader& in) {
    HistoryCleaning cleaning;
    cleaning.executions = in.number("executions");
    cleaning.bytes = in.number("bytes");
    cleaning.files = in.number("files");
    cleaning.dry_run = in.boolean("dry_run");
    return cleaning;
  });
}

}  // namespace agenta::protocol
