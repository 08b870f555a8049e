#include "bridge/jobs/answer_sweeper.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "tests/integration/test_database.hpp"

namespace cambist::bridge {
namespace {

namespace asio = boost::asio;

class Sweeper : public ::testing::Test {
  protected:
    Sweeper() {
        database.psql(
            "insert into cambist.idempotency (actor, key, route, request_hash, keep_until) "
            "select 'a', n::text, 'r', '', case when n <= 2300 then now() - n * interval '1 s' "
            "when n <= 2310 then now() + interval '1 hour' end from generate_series(1, 2320) n");
    }

    std::string left() { return database.psql("select count(*) from cambist.idempotency"); }

    office::pg::PoolSettings pool_settings() {
        office::pg::PoolSettings settings;
        settings.connection = database.settings("cambist_bridge");
        return settings;
    }

    tests::TestDatabase database;
    asio::io_context context;
    office::pg::Pool pool{pool_settings()};
    AnswerSweeper sweeper{context.get_executor(), pool};
};

TEST_F(Sweeper, forgets_batch_by_batch_the_oldest_first_and_only_what_is_over) {
    tests::await(context, [&]() -> asio::awaitable<void> {
        EXPECT_TRUE(co_await sweeper.step());
        EXPECT_EQ(left(), "1320");
        EXPECT_EQ(database.psql("select max(key::int) from cambist.idempotency "
                                "where keep_until < now()"),
                  "1300");
        EXPECT_TRUE(co_await sweeper.step());
        EXPECT_FALSE(co_await sweeper.step());
        EXPECT_EQ(left(), "20");
        EXPECT_FALSE(co_await sweeper.step());
    }());
    EXPECT_EQ(left(), "20");
}

TEST_F(Sweeper, sweeps_at_once_when_it_starts_and_ends_when_told) {
    auto running = asio::co_spawn(context, sweeper.run(), asio::use_future);
    while (left() != "20")
        context.run_one();
    sweeper.stop();
    context.run();
    running.get();
}

}  // namespace
}  // namespace cambist::bridge
