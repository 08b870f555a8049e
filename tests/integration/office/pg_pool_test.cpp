#include <gtest/gtest.h>

#include "office/pg/deadline.hpp"
#include "office/pg/error.hpp"
#include "office/pg/pool.hpp"
#include "tests/integration/test_database.hpp"

namespace cambist::tests {

namespace {

using namespace office::pg;
using namespace std::chrono_literals;
using boost::asio::awaitable;

constexpr Query one{"one", "select 1"};
constexpr Query forever{"forever", "select pg_sleep(60)"};

Fault fault_of(std::exception_ptr failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const DatabaseError& error) {
        return error.fault();
    }
}

TEST(Pool, refuses_by_name_when_no_connection_becomes_free_in_time) {
    TestDatabase database;
    boost::asio::io_context context;
    Pool pool({.connection = database.settings(), .connections = 1, .wait_limit = 20ms});
    await(context, [&]() -> awaitable<void> {
        auto held = co_await pool.begin();
        try {
            co_await pool.begin();
            ADD_FAILURE() << "a second connection";
        } catch (const DatabaseError& error) {
            EXPECT_EQ(error.fault(), Fault::pool_exhausted);
            EXPECT_TRUE(error.retryable());
        }
        EXPECT_EQ(pool.waiting(), 0u);
    }());
}

TEST(Pool, refuses_at_once_when_too_many_wait) {
    TestDatabase database;
    boost::asio::io_context context;
    Pool pool({.connection = database.settings(), .connections = 1, .waiters = 0});
    await(context, [&]() -> awaitable<void> {
        auto held = co_await pool.begin();
        EXPECT_THROW(co_await pool.begin(), DatabaseError);
    }());
}

TEST(Pool, serves_more_callers_than_it_has_connections) {
    TestDatabase database;
    boost::asio::io_context context;
    Pool pool({.connection = database.settings(), .connections = 3});
    int served = 0;
    const auto caller = [&]() -> awaitable<void> {
        auto tx = co_await pool.begin();
        co_await tx.execute(one);
        co_await tx.commit();
        ++served;
    };
    for (int count = 0; count < 50; ++count)
        boost::asio::co_spawn(context, caller(),
                              [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
    context.run();
    EXPECT_EQ(served, 50);
    EXPECT_LE(pool.open(), 3u);
    EXPECT_EQ(pool.idle(), pool.open());
}

TEST(Pool, discards_a_connection_whose_wait_was_cancelled) {
    TestDatabase database;
    boost::asio::io_context context;
    Pool pool({.connection = database.settings(), .connections = 1});
    await(context, [&]() -> awaitable<void> {
        const auto slow = [&]() -> awaitable<void> {
            auto tx = co_await pool.begin();
            co_await tx.execute(forever);
        };
        try {
            co_await with_deadline(slow(), 50ms);
            ADD_FAILURE() << "slept for a minute";
        } catch (const DatabaseError& error) {
            EXPECT_EQ(error.fault(), Fault::deadline_exceeded);
            EXPECT_FALSE(error.in_doubt());
        }
        EXPECT_EQ(pool.open(), 0u);
        auto tx = co_await pool.begin();
        EXPECT_EQ((co_await tx.execute(one)).size(), 1);
    }());
}

TEST(Pool, forgets_a_waiter_that_was_cancelled) {
    TestDatabase database;
    boost::asio::io_context context;
    Pool pool({.connection = database.settings(), .connections = 1});
    await(context, [&]() -> awaitable<void> {
        {
            auto held = co_await pool.begin();
            try {
                co_await with_deadline(pool.begin(), 10ms);
                ADD_FAILURE() << "a second connection";
            } catch (const DatabaseError& error) {
                EXPECT_EQ(error.fault(), Fault::deadline_exceeded);
            }
            EXPECT_EQ(pool.waiting(), 0u);
        }
        auto tx = co_await pool.begin();
        co_await tx.execute(one);
    }());
    EXPECT_EQ(pool.open(), 1u);
}

TEST(Pool, replaces_connections_that_the_server_ended) {
    TestDatabase database;
    boost::asio::io_context context;
    Pool pool({.connection = database.settings(), .connections = 2});
    const auto use = [&]() -> awaitable<void> {
        auto tx = co_await pool.begin();
        co_await tx.execute(one);
        co_await tx.commit();
    };
    await(context, use());
    database.psql(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
        "where application_name = 'cambist-test' and datname = current_database()");
    await(context, use());
    EXPECT_EQ(pool.open(), 1u);
}

TEST(Pool, says_that_the_database_is_not_there) {
    boost::asio::io_context context;
    Pool pool({.connection = {.dsn = "host=127.0.0.1 port=1 dbname=none"}, .connections = 1});
    for (int again = 0; again < 2; ++again) {
        std::exception_ptr failure;
        try {
            await(context, [&]() -> awaitable<void> { co_await pool.begin(); }());
        } catch (...) {
            failure = std::current_exception();
        }
        ASSERT_TRUE(failure);
        EXPECT_EQ(fault_of(failure), Fault::connection_lost);
        EXPECT_EQ(pool.open(), 0u);
    }
}

TEST(Pool, with_deadline_passes_on_what_was_finished_in_time) {
    boost::asio::io_context context;
    const auto answer = []() -> awaitable<int> { co_return 42; };
    EXPECT_EQ(await(context, with_deadline(answer(), 10s)), 42);
}

}  // namespace
}  // namespace cambist::tests
