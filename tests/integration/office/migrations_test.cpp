#include <gmock/gmock.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

#include "office/migrations/migration.hpp"
#include "office/pg/error.hpp"
#include "tests/integration/test_database.hpp"

namespace cambist::tests {

namespace {

using office::embedded_migrations;
using office::migrate;
using office::Migrated;
using office::Migration;
using office::MigrationRefused;

class Migrations : public ::testing::Test {
  protected:
    Migrated apply(std::span<const Migration> migrations,
                   std::map<std::string, std::string> passwords = {}) {
        return await(context, migrate(database.settings(), migrations, std::move(passwords)));
    }
    std::string applied() {
        return database.psql(
            "select coalesce(string_agg(name, ' ' order by number), '') "
            "from schema_migration");
    }

    TestDatabase database{TestDatabase::Content::empty};
    boost::asio::io_context context;
    const Migration first{1, "0001_a",
                          "create function ensure_partitions(timestamptz) returns int "
                          "language sql as 'select 0'; create table a (id int);"};
    const Migration second{2, "0002_b", "create table b (id int);"};
};

TEST_F(Migrations, are_applied_once_whatever_the_number_of_runs) {
    const int all = static_cast<int>(embedded_migrations().size());
    EXPECT_EQ(apply(embedded_migrations()).applied, all);
    EXPECT_EQ(apply(embedded_migrations()).applied, 0);
}

TEST_F(Migrations, belong_to_the_owner_role_and_have_words_for_people) {
    apply(embedded_migrations());
    EXPECT_EQ(database.psql("select count(*) from pg_tables where schemaname = 'cambist' "
                            "and tableowner <> 'cambist_owner'"),
              "0");
    EXPECT_EQ(database.psql("select coalesce(string_agg(c.relname, ' '), '') from pg_class c "
                            "where c.relnamespace = 'cambist'::regnamespace "
                            "and c.relkind in ('r', 'p') and not c.relispartition "
                            "and obj_description(c.oid, 'pg_class') is null"),
              "");
}

TEST_F(Migrations, refuse_a_file_that_changed_after_it_was_applied) {
    const Migration before[] = {first};
    apply(before);
    Migration changed = first;
    changed.sql = "create table other (id int);";
    const Migration after[] = {changed, second};
    EXPECT_THROW(apply(after), MigrationRefused);
    EXPECT_EQ(applied(), "0001_a");
}

TEST_F(Migrations, refuse_a_database_newer_than_the_program) {
    const Migration newer[] = {first, second}, older[] = {first};
    apply(newer);
    try {
        apply(older);
        ADD_FAILURE() << "an older program took a newer database";
    } catch (const MigrationRefused& refused) {
        EXPECT_THAT(refused.what(), ::testing::HasSubstr("0002_b"));
    }
}

TEST_F(Migrations, leave_nothing_of_one_that_failed_and_go_on_after_it_is_mended) {
    const Migration broken{2, "0002_b", "create table b (id int); select 1 / 0;"};
    const Migration with_fault[] = {first, broken};
    EXPECT_THROW(apply(with_fault), office::pg::DatabaseError);
    EXPECT_EQ(applied(), "0001_a");
    EXPECT_EQ(database.psql("select to_regclass('cambist.b') is null"), "t");
    const Migration mended[] = {first, second};
    EXPECT_EQ(apply(mended).applied, 1);
}

TEST_F(Migrations, killed_midway_continue_with_the_next_run) {
    // The backend ends itself in the middle of the second migration, as a killed program's would.
    const Migration killed{2, "0002_b",
                           "create table b (id int); select pg_terminate_backend(pg_backend_pid());"
                           "create table c (id int);"};
    const Migration with_kill[] = {first, killed};
    EXPECT_THROW(apply(with_kill), office::pg::DatabaseError);
    const Migration both[] = {first, second};
    EXPECT_EQ(apply(both).applied, 1);
    EXPECT_EQ(applied(), "0001_a 0002_b");
}

TEST_F(Migrations, two_at_once_apply_each_file_once) {
    int applied_by_both = 0;
    for (int program = 0; program < 2; ++program)
        boost::asio::co_spawn(context, migrate(database.settings(), embedded_migrations(), {}),
                              [&](std::exception_ptr failure, Migrated migrated) {
                                  EXPECT_FALSE(failure);
                                  applied_by_both += migrated.applied;
                              });
    context.run();
    EXPECT_EQ(applied_by_both, static_cast<int>(embedded_migrations().size()));
}

TEST_F(Migrations, set_the_passwords_of_roles) {
    apply(embedded_migrations(), {{"cambist_reports", "it's a secret"}});
    EXPECT_EQ(database.psql("select rolpassword like 'SCRAM-SHA-256$%' from pg_authid "
                            "where rolname = 'cambist_reports'"),
              "t");
}

TEST_F(Migrations, partitions_are_made_ahead_and_take_over_rows_of_the_default_one) {
    apply(embedded_migrations());
    database.psql("insert into eod_equity values (1, 7, '2031-05-01', 1, 1, 1, 1, 1, 2)");
    EXPECT_EQ(database.psql("select count(*) from eod_equity_default"), "1");
    database.psql("select ensure_partitions('2031-06-01', '2031-05-01')");
    EXPECT_EQ(database.psql("select count(*) from eod_equity_default"), "0");
    EXPECT_EQ(database.psql("select count(*) from eod_equity_2031_05"), "1");
    EXPECT_EQ(database.psql("select ensure_partitions('2031-06-01', '2031-05-01')"), "0");
}

}  // namespace
}  // namespace cambist::tests
