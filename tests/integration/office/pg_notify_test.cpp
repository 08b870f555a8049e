#include <gtest/gtest.h>

#include "office/pg/deadline.hpp"
#include "office/pg/error.hpp"
#include "office/pg/listener.hpp"
#include "office/pg/notifier.hpp"
#include "tests/integration/test_database.hpp"

namespace cambist::tests {

namespace {

using namespace office::pg;
using namespace std::chrono_literals;
using boost::asio::awaitable;

TEST(Notifier, wakes_a_listener_once_for_many_rings) {
    TestDatabase database;
    boost::asio::io_context context;
    Notifier notifier(context.get_executor(), database.settings());
    boost::asio::co_spawn(context, notifier.run(),
                          [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
    await(context, [&]() -> awaitable<void> {
        auto listener =
            co_await Listener::open(database.settings(), {"cambist_policy", "cambist_commands"});
        for (int times = 0; times < 100; ++times)
            notifier.ring("cambist_policy");
        EXPECT_EQ((co_await with_deadline(listener.next(), 5s)).channel, "cambist_policy");
        notifier.ring("cambist_commands");
        EXPECT_EQ((co_await with_deadline(listener.next(), 5s)).channel, "cambist_commands");
        notifier.stop();
    }());
}

TEST(Notifier, reconnects_when_its_session_was_ended) {
    TestDatabase database;
    boost::asio::io_context context;
    auto settings = database.settings();
    settings.application_name = "notifier";
    Notifier notifier(context.get_executor(), settings);
    boost::asio::co_spawn(context, notifier.run(),
                          [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
    await(context, [&]() -> awaitable<void> {
        auto listener = co_await Listener::open(database.settings(), {"cambist_policy"});
        notifier.ring("cambist_policy");
        co_await with_deadline(listener.next(), 5s);
        database.psql(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where application_name = 'notifier'");
        notifier.ring("cambist_policy");
        co_await with_deadline(listener.next(), 5s);
        notifier.stop();
    }());
}

TEST(Listener, says_that_its_session_is_gone) {
    TestDatabase database;
    boost::asio::io_context context;
    await(context, [&]() -> awaitable<void> {
        auto listener = co_await Listener::open(database.settings(), {"cambist_policy"});
        database.psql(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where application_name = 'cambist-test' and datname = current_database()");
        EXPECT_THROW(co_await with_deadline(listener.next(), 5s), DatabaseError);
    }());
}

}  // namespace
}  // namespace cambist::tests
