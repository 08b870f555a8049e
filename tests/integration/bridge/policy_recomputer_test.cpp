#include "bridge/jobs/policy_recomputer.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>

#include "tests/integration/test_database.hpp"

namespace cambist::bridge {
namespace {

namespace asio = boost::asio;

/// Nine thousand accounts of approved clients that may do everything, and a matrix by which they
/// may not transfer.
class Recomputer : public ::testing::Test {
  protected:
    Recomputer() {
        database.psql(
            "set search_path = cambist;"
            "insert into server (id, name) values (1, 'one');"
            "insert into person (id, name) select md5('p' || n)::uuid, 'X' "
            "  from generate_series(1, 9000) n;"
            "insert into client (id, person_id, legal_entity, status) "
            "  select md5('c' || n)::uuid, md5('p' || n)::uuid, 'main', 'approved' "
            "  from generate_series(1, 9000) n;"
            "insert into account (server_id, login, server_version, client_id, rights, "
            "  accepted_version) select 1, n, 1, md5('c' || n)::uuid, 31, 1 "
            "  from generate_series(1, 9000) n;"
            "insert into configuration (name, version, body, author) select name, 2, "
            "  jsonb_set(body, '{default,status,approved,transfer}', '\"no\"'), 'test' "
            "  from configuration where name = 'rights';"
            "insert into policy_recompute (version) values (2)");
    }

    std::string sql(const std::string& text) {
        return database.psql("set search_path = cambist; " + text);
    }
    bool is_finished() { return sql("select outcome from policy_recompute") == "finished"; }
    void expect_each_account_changed_once() {
        EXPECT_EQ(sql("select count(*) from account where rights = 15 and accepted_version = 2"),
                  "9000");
        EXPECT_EQ(sql("select count(*) from policy_version where version = 2"), "9000");
        EXPECT_EQ(sql("select count(*) from outbox where topic = 'policy_accepted'"), "9000");
        EXPECT_EQ(sql("select seen || ' ' || changed from policy_recompute"), "9000 9000");
        EXPECT_EQ(sql("select count(*) from audit where action = 'policies_recomputed'"), "1");
    }
    office::pg::PoolSettings pool_settings() {
        office::pg::PoolSettings settings;
        settings.connection = database.settings("cambist_bridge");
        return settings;
    }
    /// Runs it until `over` says so or for a minute.
    template <class Over>
    void run_until(PolicyRecomputer& recomputer, Over over) {
        auto running = asio::co_spawn(context, recomputer.run(), asio::use_future);
        const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        while (!over() && std::chrono::steady_clock::now() < limit)
            context.run_for(std::chrono::milliseconds(30));
        recomputer.stop();
        context.run();
        running.get();
        context.restart();
    }

    tests::TestDatabase database;
    asio::io_context context;
};

TEST_F(Recomputer, gives_every_account_its_policy_and_ends_when_told) {
    office::pg::Pool pool{pool_settings()};
    PolicyRecomputer recomputer{context.get_executor(), pool};
    run_until(recomputer, [&] { return is_finished(); });
    expect_each_account_changed_once();
}

TEST_F(Recomputer, loses_nothing_and_repeats_nothing_when_its_connections_are_cut_again_and_again) {
    office::pg::Pool pool{pool_settings()};
    PolicyRecomputer recomputer{context.get_executor(), pool};
    int cuts = 0, turns = 0;
    run_until(recomputer, [&] {
        if (++turns % 2 == 0 && cuts < 8) {
            sql("select pg_terminate_backend(pid) from pg_stat_activity "
                "where usename = 'cambist_bridge' and datname = current_database()");
            ++cuts;
        }
        return is_finished();
    });
    EXPECT_GT(cuts, 2) << "it was cut while it worked";
    expect_each_account_changed_once();
}

TEST_F(Recomputer, goes_on_in_another_bridge_where_one_died) {
    {
        office::pg::Pool pool{pool_settings()};
        PolicyRecomputer recomputer{context.get_executor(), pool};
        run_until(recomputer, [&] { return sql("select seen > 0 from policy_recompute") == "t"; });
    }
    EXPECT_FALSE(is_finished());
    office::pg::Pool pool{pool_settings()};
    PolicyRecomputer other{context.get_executor(), pool};
    run_until(other, [&] { return is_finished(); });
    expect_each_account_changed_once();
}

}  // namespace
}  // namespace cambist::bridge
