#include "daemon/store/journal_verification.hpp"

#include <algorithm>
#include <map>

#include "daemon/store/journal_chain.hpp"
#include "daemon/store/journal_retention.hpp"
#include "daemon/store/sha256.hpp"
#include "tests/unit/daemon/store/store_test_support.hpp"

namespace agenta::daemon::store {
namespace {

/// A journal of some executions, each with its own end, and whoever changes it afterwards.
struct JournalVerificationTest : StoreTest {
  std::vector<Execution> rows;

  void SetUp() override {
    ASSERT_EQ(journal.recover(at(0)).value(), 0);
    for (ExecutionState const state : {ExecutionState::succeeded, ExecutionState::failed,
                                       ExecutionState::cancelled, ExecutionState::succeeded})
      rows.push_back(add(state));
  }
  Execution add(ExecutionState state) {
    auto row = make_execution(project);
    row.state = ExecutionState::sent;
    row.idempotency_key = row.id.text;
    EXPECT_TRUE(journal.insert(row, Durability::normal));
    row.state = state;
    row.attempts = 1;
    row.finished_at = at(static_cast<int>(rows.size()) + 1);
    row.duration = std::chrono::seconds{1};
    row.data = JsonText{R"({"n":1.0})"};
    row.result_bytes = 9;
    if (state != ExecutionState::succeeded) {
      row.error.emplace();
      row.error->code = ErrorCode::tool_failed;
      row.error->message = "no";
    }
    EXPECT_TRUE(journal.settle(row, Durability::normal).value());
    return row;
  }
  JournalReport verify(std::string_view head = "") {
    return JournalVerification{*database}.run(head, {}).value();
  }
  std::string where(std::size_t row) { return " WHERE id = '" + rows.at(row).id.text + "'"; }
  /// What is found of the execution.
  std::string found(JournalReport const& report, std::size_t row) {
    std::string all;
    for (auto const& each : report.findings) {
      if (each.execution == rows.at(row).id.text) all += each.what + "; ";
    }
    return all;
  }
  std::string found_at(JournalReport const& report, std::int64_t record) {
    std::string all;
    for (auto const& each : report.findings) {
      if (each.record == record) all += each.what + "; ";
    }
    return all;
  }
};

TEST_F(JournalVerificationTest, FindsNothingInAJournalThatIsAsItWasWritten) {
  auto const report = verify();

  EXPECT_TRUE(report.findings.empty()) << report.findings.front().what;
  EXPECT_EQ(report.records, 9);
  EXPECT_EQ(report.executions, 4);
  EXPECT_EQ(report.head, ask(*database, "SELECT hash FROM journal_chain ORDER BY seq DESC LIMIT 1"));
}

TEST_F(JournalVerificationTest, EachLinkIsTheHashOfItsRecordAndNamesTheOneBefore) {
  auto const links = journal.read_chain(0, 100).value();

  std::string before{kNoHash};
  for (auto const& link : links) {
    EXPECT_EQ(sha256_hex(link.record), link.hash);
    EXPECT_TRUE(link.record.starts_with("{\"prev\":\"" + before + "\",\"event\":\"")) << link.record;
    before = link.hash;
  }
  EXPECT_EQ(links.front().seq, 1);
  EXPECT_EQ(links.back().seq, 9);
}

TEST_F(JournalVerificationTest, KnowsWhatIsUnderWayAndHowItEndsAfterACrash) {
  auto queued = make_execution(project);
  auto sent = make_execution(project);
  ASSERT_TRUE(journal.insert(queued, Durability::normal));
  ASSERT_TRUE(journal.insert(sent, Durability::normal));
  ASSERT_TRUE(journal.mark_sent(sent.id, 1, Durability::normal).value());

  EXPECT_TRUE(verify().findings.empty());
  ASSERT_EQ(journal.recover(at(100)).value(), 2);
  EXPECT_TRUE(verify().findings.empty());
  auto const cancelled = make_execution(project);
  ASSERT_TRUE(journal.insert(cancelled, Durability::normal));
  ASSERT_TRUE(journal.cancel_queued(cancelled.id, at(101)).value());
  auto refused = make_execution(project);
  refused.state = ExecutionState::refused;
  refused.finished_at = at(102);
  ASSERT_TRUE(journal.insert(refused, Durability::normal));
  EXPECT_TRUE(verify().findings.empty());
}

TEST_F(JournalVerificationTest, WritesNoLinkForARowThatIsNotWritten) {
  ASSERT_FALSE(journal.insert(rows.front(), Durability::normal));
  ASSERT_FALSE(journal.settle(rows.front(), Durability::normal).value());

  EXPECT_EQ(verify().records, 9);
}

TEST_F(JournalVerificationTest, NamesWhatOfARowWasEdited) {
  struct Edit {
    std::string set;
    std::string name;
  };
  for (auto const& edit :
       {Edit{"state = 'failed'", "state"}, Edit{"tool_slug = 'X'", "tool"},
        Edit{"connection_id = 'x'", "connection"}, Edit{"actor_user = 'eve'", "actor"},
        Edit{"finished_at = finished_at + 1", "at"}, Edit{"arguments = '{}'", "arguments_sha256"},
        Edit{"data = '{}'", "result_sha256"}, Edit{"data = NULL", "result_sha256"},
        Edit{"attempts = 7", "rest_sha256"}, Edit{"duration_ms = 7", "rest_sha256"},
        Edit{"idempotency_key = 'x'", "rest_sha256"}, Edit{"state = 'sent'", "state"},
        Edit{"result_bytes = 7", "rest_sha256"},
        Edit{"result_file = 'a', result_offset = 0, result_size = 1", "result_file"}}) {
    tell(*database, "CREATE TEMP TABLE kept AS SELECT * FROM executions" + where(0));
    tell(*database, "UPDATE executions SET " + edit.set + where(0));

    auto const report = verify();

    ASSERT_EQ(report.findings.size(), 1U) << edit.set;
    EXPECT_NE(found(report, 0).find(edit.name), std::string::npos) << edit.set << found(report, 0);
    tell(*database, "REPLACE INTO executions SELECT * FROM kept");
    tell(*database, "DROP TABLE kept");
    ASSERT_TRUE(verify().findings.empty()) << edit.set;
  }
}

TEST_F(JournalVerificationTest, FindsADecisionThatWasEditedOrTakenAway) {
  auto row = make_execution(project);
  row.session = "work";
  row.state = ExecutionState::refused;
  row.policy = PolicyDecision{Verdict::deny, "no-deletes (line 4)", ""};
  row.approval.text = "a1";
  row.finished_at = at(9);
  ASSERT_TRUE(journal.insert(row, Durability::normal));
  rows.push_back(row);
  ASSERT_TRUE(verify().findings.empty());

  for (std::string const set : {"verdict = 'allow'", "verdict = NULL", "rule = 'x'", "approval_id = NULL",
                                "verdict = NULL, rule = NULL, approval_id = NULL"}) {
    tell(*database, "CREATE TEMP TABLE kept AS SELECT * FROM executions" + where(4));
    tell(*database, "UPDATE executions SET " + set + where(4));

    EXPECT_NE(found(verify(), 4).find("rest_sha256"), std::string::npos) << set;
    tell(*database, "REPLACE INTO executions SELECT * FROM kept");
    tell(*database, "DROP TABLE kept");
  }
}

TEST_F(JournalVerificationTest, ADecisionThatWasPutToARowWithoutOneIsFound) {
  tell(*database, "UPDATE executions SET verdict = 'allow', rule = 'x'" + where(0));

  EXPECT_NE(found(verify(), 0).find("rest_sha256"), std::string::npos);
}

TEST_F(JournalVerificationTest, FindsRowsThatAreGoneNewOrElsewhere) {
  tell(*database, "DELETE FROM executions" + where(1));
  EXPECT_EQ(found(verify(), 1), "was removed; ");

  tell(*database, "UPDATE executions SET seq = 99" + where(0));
  tell(*database, "UPDATE executions SET seq = 1" + where(3));
  tell(*database, "UPDATE executions SET seq = 4" + where(0));
  auto const swapped = verify();
  EXPECT_NE(found(swapped, 0).find("is not where it was"), std::string::npos);
  EXPECT_NE(found(swapped, 3).find("is not where it was"), std::string::npos);

  tell(*database,
       "INSERT INTO executions SELECT 55, 'new', project_id, tool_slug, tool_version, integration_slug, "
       "connection_id, connection_slug, state, read_only, 'k', arguments_digest, attempts, log_id, "
       "started_at, finished_at, duration_ms, actor_uid, actor_user, actor_host, actor_program, error, "
       "arguments, data, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM executions" +
           where(2));
  auto const report = verify();
  EXPECT_TRUE(std::ranges::count(report.findings, JournalFinding{"new", 0, "has no record"}))
      << report.findings.size();
}

TEST_F(JournalVerificationTest, FindsRecordsThatWereEditedRemovedOrSwapped) {
  tell(*database, "CREATE TEMP TABLE kept AS SELECT * FROM journal_chain");
  auto const restore = [&] {
    tell(*database, "DELETE FROM journal_chain");
    tell(*database, "INSERT INTO journal_chain SELECT * FROM kept");
    ASSERT_TRUE(verify().findings.empty());
  };

  tell(*database, "UPDATE journal_chain SET record = replace(record, 'ada', 'eve') WHERE seq = 3");
  EXPECT_NE(found_at(verify(), 3).find("was changed"), std::string::npos);
  restore();

  tell(*database, "DELETE FROM journal_chain WHERE seq = 4");
  EXPECT_EQ(found_at(verify(), 4), "record 4 was removed; ");
  restore();

  tell(*database, "UPDATE journal_chain SET seq = -seq WHERE seq IN (4, 6)");
  tell(*database, "UPDATE journal_chain SET seq = 10 + seq WHERE seq < 0");  // 4 and 6 change places
  EXPECT_NE(found_at(verify(), 4).find("does not continue"), std::string::npos);
  restore();

  tell(*database, "UPDATE journal_chain SET record = 'no JSON' WHERE seq = 5");
  EXPECT_NE(found_at(verify(), 5).find("was changed"), std::string::npos);
  restore();

  tell(*database, "DELETE FROM journal_chain WHERE seq > 5");
  EXPECT_NE(found(verify(), 3).find("has no record"), std::string::npos);
}

TEST_F(JournalVerificationTest, FindsRecordsThatWereAdded) {
  tell(*database, "CREATE TEMP TABLE kept AS SELECT * FROM journal_chain");
  auto const restore = [&] {
    tell(*database, "DELETE FROM journal_chain");
    tell(*database, "INSERT INTO journal_chain SELECT * FROM kept");
    ASSERT_TRUE(verify().findings.empty());
  };

  tell(*database, "INSERT INTO journal_chain SELECT seq - 5, record, hash FROM journal_chain WHERE seq < 6");
  auto const before = verify();
  EXPECT_EQ(before.findings.size(), 5U);
  EXPECT_EQ(found_at(before, -4), "record -4 was added: records count from 1; ");
  EXPECT_EQ(found_at(before, 0), "record 0 was added: records count from 1; ");
  rows.push_back(add(ExecutionState::succeeded));
  EXPECT_EQ(verify().findings.size(), 5U) << "the chain goes on behind its own last record";
  tell(*database, "DELETE FROM executions" + where(4));
  rows.pop_back();
  restore();

  tell(*database, "INSERT INTO journal_chain SELECT 10, record, hash FROM journal_chain WHERE seq = 9");
  EXPECT_NE(found_at(verify(), 10).find("does not continue"), std::string::npos);
  restore();

  tell(*database, "INSERT INTO journal_chain SELECT 500, record, hash FROM journal_chain WHERE seq = 9");
  EXPECT_EQ(found_at(verify(), 10), "records 10 to 499 were removed; ");
  restore();

  // As somebody would who knows how records are made.
  for (std::string const& facts :
       {std::string{R"("event":"settled","row":1,"id":")" + rows[0].id.text + "\""},
        std::string{R"("event":"begun","row":5,"id":"new")"}, std::string{R"("event":"none")"},
        std::string{R"("event":"forgotten","through":9,"rows":9)"}}) {
    std::string const record = "{\"prev\":\"" + verify().head + "\"," + facts + "}";
    tell(*database, "INSERT INTO journal_chain VALUES (10, '" + record + "', '" + sha256_hex(record) + "')");
    EXPECT_FALSE(verify().findings.empty()) << facts;
    restore();
  }
}

TEST_F(JournalVerificationTest, FindsRowsBeforeTheFirst) {
  tell(*database, "CREATE TEMP TABLE kept AS SELECT * FROM executions" + where(0));
  tell(*database, "UPDATE kept SET seq = -1, id = 'new', idempotency_key = NULL");
  tell(*database, "INSERT INTO executions SELECT * FROM kept");

  EXPECT_EQ(verify().findings.size(), 1U);
}

/// An execution whose result is a file, and whoever changes either.
struct ResultFileVerificationTest : JournalVerificationTest {
  std::map<std::string, std::string> files{};  ///< by execution: what is in it

  void SetUp() override {
    JournalVerificationTest::SetUp();
    rows.push_back(add_large());
    ASSERT_EQ(found(check(), 4), "");
  }
  Execution add_large() {
    auto row = make_execution(project);
    row.state = ExecutionState::sent;
    EXPECT_TRUE(journal.insert(row, Durability::normal));
    row.state = ExecutionState::succeeded;
    row.finished_at = at(50);
    row.result_file = ResultFile{"/home/results/" + row.id.text + ".json", 8, 5};
    row.result_bytes = 5;
    files[row.id.text] = R"({"data":[1,2]})";
    EXPECT_TRUE(journal.settle(row, Durability::normal, sha256_hex(files[row.id.text])).value());
    return row;
  }
  JournalReport check() {
    auto const digest = [this](ExecutionId const& id,
                               std::stop_token const&) -> Result<std::optional<std::string>> {
      auto const file = files.find(id.text);
      if (file == files.end()) return std::optional<std::string>{};
      if (file->second.empty()) return fail(ErrorCode::storage_unavailable, "no");
      return std::optional{sha256_hex(file->second)};
    };
    return JournalVerification{*database, digest}.run("", {}).value();
  }
  std::string found_now() { return found(check(), 4); }
};

TEST_F(ResultFileVerificationTest, NamesWhatOfAFilesPlaceWasEdited) {
  for (std::string const set : {"result_file = '/etc/passwd'", "result_offset = 9", "result_size = 4",
                                "result_file = NULL", "result_offset = NULL"}) {
    tell(*database, "CREATE TEMP TABLE kept AS SELECT * FROM executions" + where(4));
    tell(*database, "UPDATE executions SET " + set + where(4));

    EXPECT_EQ(found_now(), "is not as it was recorded: result_file; ") << set;
    tell(*database, "REPLACE INTO executions SELECT * FROM kept");
    tell(*database, "DROP TABLE kept");
    ASSERT_EQ(found_now(), "") << set;
  }
  tell(*database, "UPDATE executions SET result_bytes = 4" + where(4));
  EXPECT_EQ(found_now(), "is not as it was recorded: rest_sha256; ");
}

TEST_F(ResultFileVerificationTest, FindsAFileThatWasEditedCutOrRemoved) {
  std::string const id = rows[4].id.text;
  std::string const whole = files[id];

  files[id] = R"({"data":[1,3]})";
  EXPECT_EQ(found_now(), "the file of its result is not as it was written; ");
  files[id] = whole.substr(0, 9);
  EXPECT_EQ(found_now(), "the file of its result is not as it was written; ");
  files[id].clear();
  EXPECT_EQ(found_now(), "the file of its result cannot be compared: no; ");
  files.erase(id);
  EXPECT_EQ(found_now(), "the file of its result is gone, and no record says that it was dropped; ");
  EXPECT_TRUE(verify().findings.empty()) << "where files are not compared";
}

TEST_F(ResultFileVerificationTest, KnowsWhichFilesWereDropped) {
  rows.push_back(add_large());
  ASSERT_TRUE(journal.record_dropped_files({rows[4].id}, at(60)));

  files.erase(rows[4].id.text);
  EXPECT_TRUE(check().findings.empty());
  files.erase(rows[5].id.text);
  EXPECT_EQ(found_now(), "");
  EXPECT_NE(found(check(), 5), "");
  files[rows[4].id.text] = "[]";
  EXPECT_EQ(found_now(), "the file of its result is not as it was written; ") << "put back by somebody";
}

TEST_F(ResultFileVerificationTest, KnowsWhichFilesWereForgotten) {
  JournalRetention retention{*database};
  ASSERT_EQ(retention.forget({.since = at(900)}, at(900), {}).value().files, 1);
  files.clear();

  EXPECT_TRUE(check().findings.empty());
}

TEST_F(ResultFileVerificationTest, TakesRecordsOfBeforeThereWereFacts) {
  // The last record as it was written then.
  auto const link = journal.read_chain(10, 1).value().front();
  auto record = link.record;
  auto const begin = record.find(",\"result_file\":");
  record.erase(begin, record.find(",\"error\":") - begin);
  tell(*database, "UPDATE journal_chain SET record = '" + record + "', hash = '" + sha256_hex(record) +
                      "' WHERE seq = " + std::to_string(link.seq));
  files.clear();

  EXPECT_EQ(found_now(), "");
  rows.push_back(add_large());
  EXPECT_TRUE(check().findings.empty());
}

TEST_F(JournalVerificationTest, MissesTheEndOnlyWhereNoHeadWasNoted) {
  auto const head = verify().head;
  tell(*database, "DELETE FROM executions" + where(3));
  tell(*database, "DELETE FROM journal_chain WHERE seq > 7");

  EXPECT_TRUE(verify().findings.empty());
  EXPECT_EQ(verify(head).findings.size(), 1U);
}

TEST_F(JournalVerificationTest, TakesAnEarlierHeadOfAChainThatHasGrown) {
  auto const head = verify().head;
  rows.push_back(add(ExecutionState::succeeded));

  EXPECT_TRUE(verify(head).findings.empty());
  EXPECT_NE(verify().head, head);
}

TEST_F(JournalVerificationTest, CountsRowsThatAreOlderThanTheChain) {
  tell(*database, "DELETE FROM journal_chain");
  ASSERT_EQ(journal.recover(at(0)).value(), 0);
  rows.push_back(add(ExecutionState::succeeded));

  auto const report = verify();
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.uncovered, 4);
  EXPECT_EQ(report.executions, 1);

  tell(*database, "DELETE FROM executions" + where(0));
  EXPECT_EQ(verify().findings.size(), 1U);
}

TEST_F(JournalVerificationTest, StopsWhenNobodyWaits) {
  std::stop_source stop;
  stop.request_stop();

  auto const report = JournalVerification{*database}.run("", stop.get_token());

  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace agenta::daemon::store
