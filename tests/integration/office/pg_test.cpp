#include <gmock/gmock.h>

#include "office/pg/copy_rows.hpp"
#include "office/pg/error.hpp"
#include "office/pg/pool.hpp"
#include "tests/integration/test_database.hpp"

namespace cambist::tests {

namespace {

using namespace office::pg;
using boost::asio::awaitable;

class Postgres : public ::testing::Test {
  protected:
    template <class Body>
    void run(Body body) {
        await(context, body());
    }

    TestDatabase database;
    boost::asio::io_context context;
    Pool pool{{.connection = database.settings(), .connections = 2}};
};

TEST_F(Postgres, gives_back_every_type_of_value_that_it_was_given) {
    run([&]() -> awaitable<void> {
        constexpr Query echo{"echo", "select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10"};
        const OperationId id{0x0123456789abcdef, 0xfedcba9876543210};
        const Instant at{1'700'000'000'123'456'000};
        const std::byte bytes[] = {std::byte{0}, std::byte{255}};
        auto tx = co_await pool.begin();
        const auto result = co_await tx.execute(
            echo, true, std::int16_t{-2}, std::int32_t{-3}, std::int64_t{INT64_MIN}, "naïve", id,
            at, Bytes(bytes), Json{R"({"a": 1})"}, std::optional<std::int64_t>());
        const Row row = result.one();
        EXPECT_TRUE(row.get<bool>(0));
        EXPECT_EQ(row.get<std::int16_t>(1), -2);
        EXPECT_EQ(row.get<std::int32_t>(2), -3);
        EXPECT_EQ(row.get<std::int64_t>(3), INT64_MIN);
        EXPECT_EQ(row.get<std::string_view>(4), "naïve");
        EXPECT_EQ(row.get<OperationId>(5), id);
        EXPECT_EQ(row.get<Instant>(6), at);
        EXPECT_EQ(row.get<Bytes>(7).size(), 2u);
        EXPECT_EQ(row.get<std::string>(8), R"({"a": 1})");
        EXPECT_EQ(row.get<std::optional<std::int64_t>>(9), std::nullopt);
    });
}

TEST_F(Postgres, unnests_arrays_of_every_type) {
    run([&]() -> awaitable<void> {
        constexpr Query rows{"rows",
                             "select a::int, b, c, d, e::text, f, g, h "
                             "from unnest($1, $2, $3, $4, $5, $6, $7, $8) "
                             "as t(a, b, c, d, e, f, g, h)"};
        const std::vector<std::int16_t> small{1, 2};
        const std::vector<std::int32_t> middle{-1, INT32_MAX};
        const std::vector<std::uint64_t> large{7, 1ull << 62};
        const std::vector<std::string> texts{"", "päö"};
        const std::vector<OperationId> ids{{}, {1, 2}};
        const std::vector<Instant> times{{0}, {1'000}};
        const std::byte one[] = {std::byte{1}};
        const std::vector<Bytes> blobs{Bytes(), Bytes(one)};
        const bool flags[] = {false, true};
        auto tx = co_await pool.begin();
        const auto result = co_await tx.execute(rows, small, middle, large, texts, ids, times,
                                                blobs, std::span<const bool>(flags));
        EXPECT_EQ(result.size(), 2);
        EXPECT_EQ(result[0].get<std::int32_t>(0), 1);
        EXPECT_EQ(result[1].get<std::int32_t>(1), INT32_MAX);
        EXPECT_EQ(result[1].get<std::uint64_t>(2), 1ull << 62);
        EXPECT_EQ(result[0].get<std::string>(3), "");
        EXPECT_EQ(result[1].get<std::string>(3), "päö");
        EXPECT_TRUE(result[0].is_null(4));
        EXPECT_EQ(result[1].get<std::string>(4), OperationId({1, 2}).uuid());
        EXPECT_EQ(result[1].get<Instant>(5).ns, 1'000);
        EXPECT_EQ(result[1].get<Bytes>(6).size(), 1u);
        EXPECT_TRUE(result[1].get<bool>(7));
    });
}

TEST_F(Postgres, a_null_that_was_not_expected_is_named) {
    run([&]() -> awaitable<void> {
        constexpr Query null{"null", "select null::bigint as amount"};
        auto tx = co_await pool.begin();
        const auto result = co_await tx.execute(null);
        try {
            result.one().get<std::int64_t>(0);
            ADD_FAILURE() << "read a null";
        } catch (const DatabaseError& error) {
            EXPECT_EQ(error.fault(), Fault::unexpected_answer);
            EXPECT_THAT(error.what(), ::testing::HasSubstr("amount"));
        }
    });
}

TEST_F(Postgres, statements_sent_together_answer_in_order_and_commit_once) {
    run([&]() -> awaitable<void> {
        constexpr Query add{"add", "insert into legal_entity values ($1, $2) returning code"};
        {
            auto tx = co_await pool.begin();
            for (const char* code : {"a", "b", "c"})
                tx.send(add, code, "Entity");
            const auto results = co_await tx.gather();
            EXPECT_EQ(results.size(), 3u);
            EXPECT_EQ(results[2].one().get<std::string>(0), "c");
            tx.send(add, "d", "Sent with the commit");
            co_await tx.commit();
        }
        EXPECT_EQ(database.psql("select count(*) from legal_entity where code <> 'main'"), "4");
    });
}

TEST_F(Postgres, a_conflict_is_known_by_its_constraint_and_the_connection_lives_on) {
    run([&]() -> awaitable<void> {
        constexpr Query add{"add", "insert into legal_entity values ($1, $2)"};
        {
            auto tx = co_await pool.begin();
            try {
                co_await tx.execute(add, "main", "again");
                ADD_FAILURE() << "inserted twice";
            } catch (const DatabaseError& error) {
                EXPECT_EQ(error.constraint(), "legal_entity_pkey");
                EXPECT_EQ(error.sqlstate(), "23505");
                EXPECT_FALSE(error.retryable());
                EXPECT_FALSE(error.in_doubt());
            }
        }
        EXPECT_EQ(pool.open(), 1u);
        EXPECT_EQ(pool.idle(), 1u);
        auto tx = co_await pool.begin();
        co_await tx.execute(add, "other", "Other");
        co_await tx.commit();
    });
}

TEST_F(Postgres, what_was_not_committed_is_rolled_back_at_once) {
    run([&]() -> awaitable<void> {
        constexpr Query add{"add", "insert into legal_entity values ($1, $2)"};
        constexpr Query lock{"lock", "select from legal_entity where code = 'main' for update"};
        {
            auto tx = co_await pool.begin();
            co_await tx.execute(add, "gone", "Gone");
            co_await tx.execute(lock);
        }
        EXPECT_EQ(pool.idle(), 1u);
        // Nobody waits for the lock: the rollback was sent without anybody asking for more.
        EXPECT_EQ(database.psql("set lock_timeout = '5s'; "
                                "select count(*) from legal_entity where code = 'gone'; "
                                "select code from legal_entity where code = 'main' for update"),
                  "0\nmain");
        auto tx = co_await pool.begin();
        co_await tx.execute(add, "kept", "Kept");
        co_await tx.commit();
    });
}

TEST_F(Postgres, statements_are_prepared_once_a_connection) {
    run([&]() -> awaitable<void> {
        constexpr Query one{"one", "select $1 + 1"};
        constexpr Query count{"count", "select count(*) from pg_prepared_statements"};
        auto tx = co_await pool.begin();
        for (std::int64_t value = 0; value < 5; ++value)
            EXPECT_EQ((co_await tx.execute(one, value)).one().get<std::int64_t>(0), value + 1);
        EXPECT_EQ((co_await tx.execute(count)).one().get<std::int64_t>(0), 2);
    });
}

TEST_F(Postgres, copies_rows_in_binary) {
    run([&]() -> awaitable<void> {
        CopyRows rows;
        for (std::int32_t id = 1; id <= 5000; ++id)
            rows.row(3).add(id).add("server " + std::to_string(id)).add("remote");
        constexpr Query sum{"sum", "select count(*), sum(id)::bigint from server"};
        auto tx = co_await pool.begin();
        const auto written = co_await tx.copy_in(
            "copy server (id, name, kind) from stdin (format binary)", rows.finish());
        EXPECT_EQ(written, 5000);
        const auto result = co_await tx.execute(sum);
        EXPECT_EQ(result.one().get<std::int64_t>(1), 5000 * 5001 / 2);
        co_await tx.commit();
    });
}

TEST_F(Postgres, a_refused_copy_is_an_error_of_the_server) {
    run([&]() -> awaitable<void> {
        CopyRows rows;
        rows.row(2).add("main").add("again");
        auto tx = co_await pool.begin();
        try {
            co_await tx.copy_in("copy legal_entity from stdin (format binary)", rows.finish());
            ADD_FAILURE() << "copied a duplicate";
        } catch (const DatabaseError& error) {
            EXPECT_EQ(error.constraint(), "legal_entity_pkey");
        }
    });
    EXPECT_EQ(pool.open(), pool.idle());
}

TEST_F(Postgres, large_batches_pass_both_ways_without_blocking) {
    run([&]() -> awaitable<void> {
        constexpr Query echo{"echo", "select v from unnest($1) v"};
        const std::vector<std::string> values(2000, std::string(1000, 'x'));
        auto tx = co_await pool.begin();
        for (int times = 0; times < 8; ++times)
            tx.send(echo, values);
        const auto results = co_await tx.gather();
        EXPECT_EQ(results.size(), 8u);
        EXPECT_EQ(results[7].size(), 2000);
    });
}

TEST_F(Postgres, the_session_carries_its_name_and_timeouts) {
    run([&]() -> awaitable<void> {
        constexpr Query settings{
            "settings",
            "select current_setting('application_name'), current_setting('statement_timeout'), "
            "current_setting('lock_timeout'), "
            "current_setting('idle_in_transaction_session_timeout')"};
        auto tx = co_await pool.begin();
        const auto result = co_await tx.execute(settings);
        EXPECT_EQ(result.one().get<std::string>(0), "cambist-test");
        EXPECT_EQ(result.one().get<std::string>(1), "30s");
        EXPECT_EQ(result.one().get<std::string>(2), "10s");
        EXPECT_EQ(result.one().get<std::string>(3), "30s");
    });
}

}  // namespace
}  // namespace cambist::tests
