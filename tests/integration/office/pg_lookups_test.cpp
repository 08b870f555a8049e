#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>

#include "office/pg/error.hpp"
#include "office/pg/lookups.hpp"
#include "tests/integration/test_database.hpp"

namespace cambist::tests {

namespace {

using namespace office::pg;
using namespace std::chrono_literals;
using boost::asio::awaitable;

constexpr Query give_back{"lookup_give_back", "select $1::bigint, pg_backend_pid()"};
constexpr Query divide{"lookup_divide", "select 1000 / $1::bigint"};
constexpr Query be{"lookup_be", "select set_config('cambist.principal', $1::text, true)"};
constexpr Query who{"lookup_who",
                    "select coalesce(current_setting('cambist.principal', true), '')"};
constexpr Query slow{"lookup_slow", "select pg_sleep(0.3)"};
constexpr Query end_oneself{"lookup_end", "select pg_terminate_backend(pg_backend_pid())"};
constexpr Query write{"lookup_write", "create table cambist_lookup (a int)"};

class Looking : public testing::Test {
  protected:
    using Act = std::function<awaitable<void>()>;

    /// Both connections are made, so that nobody is turned away meanwhile.
    Looking() {
        at_once([this]() -> awaitable<void> {
            auto first = co_await lookups.begin(10s);
            auto second = co_await lookups.begin(10s);
        });
        context.run();
        context.restart();
    }

    void at_once(Act act) {
        boost::asio::co_spawn(context, std::move(act),
                              [](std::exception_ptr failure) { EXPECT_FALSE(failure); });
    }

    /// Asks for the number to be given back, and sees that one.
    awaitable<void> ask_for(std::int64_t number) {
        auto tx = co_await lookups.begin(10s);
        const auto rows = co_await tx.execute(give_back, number);
        EXPECT_EQ(rows.one().get<std::int64_t>(0), number);
        ++answered;
    }

    template <class... Values>
    awaitable<void> expect_fault(Fault fault, std::chrono::nanoseconds limit, const Query& query,
                                 Values... values) {
        auto tx = co_await lookups.begin(limit);
        try {
            co_await tx.execute(query, values...);
            ADD_FAILURE() << query.name << " was answered";
        } catch (const DatabaseError& error) {
            EXPECT_EQ(error.fault(), fault) << error.what();
        }
    }

    TestDatabase database;
    boost::asio::io_context context;
    Lookups lookups{{.connection = database.settings(), .waiting = 300}};
    int answered = 0;
};

TEST_F(Looking, each_of_many_is_given_its_own_answer_over_few_connections) {
    for (int number = 0; number < 500; ++number)
        at_once([this, number] { return ask_for(number); });
    context.run();
    EXPECT_EQ(answered, 500);
    EXPECT_EQ(lookups.open(), 2u);
}

TEST_F(Looking, what_fails_in_one_reaches_that_one_alone) {
    for (int number = 0; number < 100; ++number) {
        at_once([this, number] { return ask_for(number); });
        at_once([this] {
            return expect_fault(Fault::refused_by_server, 10s, divide, std::int64_t{0});
        });
    }
    context.run();
    EXPECT_EQ(answered, 100);
}

TEST_F(Looking, who_acts_in_one_acts_in_no_other) {
    for (int count = 0; count < 50; ++count) {
        at_once([this]() -> awaitable<void> {
            auto tx = co_await lookups.begin(10s);
            tx.send_ahead(be, std::string_view("ada"));
            EXPECT_EQ((co_await tx.execute(who)).one().get<std::string>(0), "ada");
            EXPECT_EQ(tx.take_ahead().size(), 1u);
        });
        at_once([this]() -> awaitable<void> {
            auto tx = co_await lookups.begin(10s);
            EXPECT_EQ((co_await tx.execute(who)).one().get<std::string>(0), "");
        });
    }
    context.run();
}

TEST_F(Looking, nothing_is_written) {
    at_once([this] { return expect_fault(Fault::refused_by_server, 10s, write); });
    context.run();
}

TEST_F(Looking, an_answer_that_nobody_waits_for_reaches_nobody) {
    at_once([this] { return expect_fault(Fault::deadline_exceeded, 20ms, slow); });
    at_once([this] { return expect_fault(Fault::deadline_exceeded, 20ms, slow); });
    for (int number = 0; number < 20; ++number)
        at_once([this, number] { return ask_for(number); });
    context.run();
    EXPECT_EQ(answered, 20);
}

TEST_F(Looking, is_given_up_from_outside) {
    at_once([this]() -> awaitable<void> {
        auto tx = co_await lookups.begin(10s);
        boost::asio::steady_timer soon(co_await boost::asio::this_coro::executor, 20ms);
        soon.async_wait([&tx](auto) { tx.give_up(); });
        try {
            co_await tx.execute(slow);
            ADD_FAILURE() << "answered";
        } catch (const DatabaseError& error) {
            EXPECT_EQ(error.fault(), Fault::deadline_exceeded);
        }
        co_await ask_for(7);
    });
    context.run();
    EXPECT_EQ(answered, 1);
}

TEST_F(Looking, all_who_wait_on_a_connection_that_ends_are_told_and_others_find_a_new_one) {
    Lookups one_line{{.connection = database.settings(), .lines = 1}};
    int lost = 0;
    const auto ask = [&](const Query& query) -> awaitable<void> {
        auto tx = co_await one_line.begin(10s);
        try {
            co_await tx.execute(query);
        } catch (const DatabaseError& error) {
            EXPECT_TRUE(error.retryable()) << error.what();
            ++lost;
        }
    };
    at_once([&]() -> awaitable<void> {
        co_await ask(who);
        at_once([&] { return ask(slow); });
        at_once([&] { return ask(end_oneself); });
        at_once([&] { return ask(who); });
    });
    context.run();
    EXPECT_EQ(lost, 2);
    context.restart();
    at_once([&] { return ask(who); });
    context.run();
    EXPECT_EQ(lost, 2);
    EXPECT_EQ(one_line.open(), 1u);
}

TEST_F(Looking, is_refused_where_too_many_wait) {
    Lookups narrow{{.connection = database.settings(), .lines = 1, .waiting = 1}};
    at_once([&]() -> awaitable<void> {
        at_once([&]() -> awaitable<void> {
            auto tx = co_await narrow.begin(10s);
            co_await tx.execute(slow);
        });
        boost::asio::steady_timer soon(co_await boost::asio::this_coro::executor, 100ms);
        co_await soon.async_wait(boost::asio::use_awaitable);
        try {
            co_await narrow.begin(10s);
            ADD_FAILURE() << "a second one";
        } catch (const DatabaseError& error) {
            EXPECT_EQ(error.fault(), Fault::pool_exhausted);
        }
    });
    context.run();
}

}  // namespace

}  // namespace cambist::tests
