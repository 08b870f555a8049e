#include <gtest/gtest.h>

#include "office/pg/error.hpp"
#include "office/pg/transaction.hpp"
#include "tests/integration/test_database.hpp"

namespace cambist::tests {

namespace {

using boost::asio::awaitable;
using office::pg::Connection;
using office::pg::DatabaseError;
using office::pg::Transaction;

class Privileges : public ::testing::Test {
  protected:
    void SetUp() override {
        database.psql(
            "insert into audit (actor, action, subject) values ('a', 'b', 'c'); "
            "insert into server (id, name) values (1, 'one')");
    }

    /// SQLSTATE of the refusal, or nothing when it was allowed.
    std::string attempt(const std::string& role, const std::string& sql) {
        std::string answer;
        await(context, [&]() -> awaitable<void> {
            const auto connection = co_await Connection::connect(database.settings(role));
            Transaction tx(*connection);
            try {
                co_await tx.script(sql);
                co_await tx.commit();
            } catch (const DatabaseError& error) {
                answer = error.sqlstate();
            }
        }());
        return answer;
    }

    static constexpr const char* forbidden = "42501";
    TestDatabase database;
    boost::asio::io_context context;
};

TEST_F(Privileges, nobody_changes_the_audit) {
    for (const char* role : {"cambist_gateway", "cambist_bridge", "cambist_reports"})
        for (const char* sql : {"update audit set actor = 'x'", "delete from audit",
                                "truncate audit", "drop table audit"})
            EXPECT_EQ(attempt(role, sql), forbidden) << role << ": " << sql;
}

TEST_F(Privileges, triggers_hold_the_audit_even_against_its_owner) {
    for (const char* sql :
         {"update audit set actor = 'x'", "delete from audit", "truncate audit",
          "set session_replication_role = replica; delete from audit",
          "set session_replication_role = replica; truncate audit_default",
          "do $$ declare part text; begin select min(inhrelid::regclass::text) into part "
          "from pg_inherits where inhparent = 'audit'::regclass; "
          "execute 'truncate ' || part; end $$"})
        EXPECT_EQ(attempt("postgres", sql), forbidden) << sql;
    EXPECT_EQ(database.psql("select count(*) from audit"), "1");
}

TEST_F(Privileges, each_role_appends_to_the_audit_where_it_changes_things) {
    const char* append = "insert into audit (actor, action, subject) values ('a', 'b', 'c')";
    EXPECT_EQ(attempt("cambist_gateway", append), "");
    EXPECT_EQ(attempt("cambist_bridge", append), "");
    EXPECT_EQ(attempt("cambist_reports", append), forbidden);
}

TEST_F(Privileges, the_bridge_knows_no_keys_and_no_persons) {
    for (const char* sql : {"select from api_key", "select from idempotency", "select from person",
                            "update client set status = 'approved'",
                            "update restriction_cause set lifted_by = 'x', lifted_at = now()",
                            "insert into command (id) values (gen_random_uuid())",
                            "update server set mode = 'observe'"})
        EXPECT_EQ(attempt("cambist_bridge", sql), forbidden) << sql;
}

TEST_F(Privileges, the_bridge_forgets_answers_whose_time_is_over_and_no_others) {
    database.psql(
        "insert into idempotency (actor, key, route, request_hash, keep_until) values "
        "('a', 'over', 'r', '', now() - interval '1 second'), "
        "('a', 'not yet', 'r', '', now() + interval '1 hour'), ('a', 'for ever', 'r', '', null)");
    EXPECT_EQ(attempt("cambist_gateway", "select forget_answers(10)"), forbidden);
    EXPECT_EQ(attempt("cambist_bridge", "delete from idempotency"), forbidden);
    EXPECT_EQ(attempt("cambist_bridge", "select forget_answers(10)"), "");
    EXPECT_EQ(database.psql("select string_agg(key, ',' order by key) from idempotency"),
              "for ever,not yet");
}

TEST_F(Privileges, the_gateway_does_not_write_what_the_trading_server_says) {
    for (const char* sql : {"update account set balance = 1",
                            "update account set enforced_version = 1",
                            "delete from account",
                            "insert into refusal values (1)",
                            "update deal set profit = 0",
                            "update stream_cursor set seq = 0",
                            "update policy_version set enforced_at = now()",
                            "update server set bridge_epoch = 9",
                            "update command set attempt_epoch = 1",
                            "delete from command",
                            "delete from api_key",
                            "update api_key set permissions = '{}'",
                            "delete from approval",
                            "update approval set maker_id = null",
                            "delete from approval_decision",
                            "delete from approval_party",
                            "update configuration set version = 9",
                            "delete from configuration",
                            "delete from role_grant",
                            "update role_grant set role = 'administrator'",
                            "insert into role_permission values ('support', 'approval.decide')",
                            "select from deal",
                            "alter table client disable row level security",
                            "update idempotency set response_status = 200"})
        EXPECT_EQ(attempt("cambist_gateway", sql), forbidden) << sql;
}

TEST_F(Privileges, the_gateway_alone_knows_what_staff_sign_in_with) {
    for (const char* table : {"staff_credential", "staff_recovery_code", "staff_session",
                              "staff_device", "sign_in", "sign_in_counter", "sign_in_spread"}) {
        const std::string sql = std::string("select from ") + table;
        EXPECT_EQ(attempt("cambist_gateway", sql), "") << sql;
        EXPECT_EQ(attempt("cambist_bridge", sql), forbidden) << sql;
        EXPECT_EQ(attempt("cambist_reports", sql), forbidden) << sql;
    }
}

TEST_F(Privileges, the_gateway_gives_no_session_to_another_and_changes_no_record_of_signing_in) {
    for (const char* sql : {"update staff_session set token_hash = ''",
                            "update staff_session set staff_id = null",
                            "update staff_session set security_version = 9",
                            "update staff_session set state = 'active'",
                            "update staff_session set absolute_expires_at = now()",
                            "delete from staff_session",
                            "update staff_credential set security_version = 9",
                            "update staff_credential set staff_id = null",
                            "delete from staff_credential",
                            "insert into staff_credential (staff_id) values (null)",
                            "update staff_recovery_code set staff_id = null",
                            "delete from staff_recovery_code",
                            "update staff_device set staff_id = null",
                            "update staff_device set token_hash = ''",
                            "update sign_in set outcome = 'signed_in'",
                            "delete from sign_in",
                            "update api_key set expires_at = null",
                            "update api_key set owner_id = null",
                            "delete from staff",
                            "update staff set person_id = null",
                            "select cut_access(null)"})
        EXPECT_EQ(attempt("cambist_gateway", sql), forbidden) << sql;
}

TEST_F(Privileges, reports_read_and_do_nothing_else) {
    EXPECT_EQ(attempt("cambist_reports", "select from account, deal, client, audit"), "");
    for (const char* sql : {"select from person", "select from api_key", "select from idempotency",
                            "update account set balance = 1",
                            "insert into outbox (topic, subject, payload) values ('a', 'b', '{}')"})
        EXPECT_EQ(attempt("cambist_reports", sql), forbidden) << sql;
}

TEST_F(Privileges, the_working_roles_make_partitions_without_owning_tables) {
    for (const char* role : {"cambist_gateway", "cambist_bridge"}) {
        EXPECT_EQ(attempt(role, "select ensure_partitions(now() + interval '9 months')"), "");
        EXPECT_EQ(attempt(role, "create table mine (id int)"), forbidden);
    }
    EXPECT_EQ(attempt("cambist_reports", "select ensure_partitions(now())"), forbidden);
}

}  // namespace
}  // namespace cambist::tests
