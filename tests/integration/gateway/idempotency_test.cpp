#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "tests/integration/gateway/running_gateway.hpp"

namespace cambist::gateway {
namespace {

using tests::TestDatabase;

constexpr const char* holds = "/v1/accounts/1/1001/holds";

std::string hold(std::uint64_t id, const std::string& kind = "trading") {
    return R"({"id":")" + test_uuid(id) + R"(","kind":")" + kind + R"(","reason":"r"})";
}

class Idempotency : public ::testing::Test {
  protected:
    Idempotency() { add_trading_server(database); }

    std::string count(const std::string& table) {
        return database.psql("select count(*) from cambist." + table);
    }

    TestDatabase database;
    RunningGateway gateway{database.settings("cambist_gateway")};
    HttpClient::Fields key = add_key(database, every_permission());
};

TEST_F(Idempotency, the_same_key_gives_the_same_bytes_and_one_effect) {
    auto client = gateway.client();
    const auto fields = with_request_key(key, "once");
    const auto first = client.ask("POST", holds, fields, hold(1));
    EXPECT_EQ(first.status, 201);
    const auto audit = count("audit");
    for (int i = 0; i < 3; ++i) {
        const auto again = client.ask("POST", holds, fields, hold(1));
        EXPECT_EQ(again.status, 201);
        EXPECT_EQ(again.body, first.body);
        EXPECT_EQ(again.header("idempotency-replayed"), "true");
    }
    EXPECT_EQ(count("audit"), audit);
}

TEST_F(Idempotency, an_answer_is_given_again_with_its_headers) {
    auto client = gateway.client();
    const std::string stop = "/v1/servers/1/money-out-stop";
    const auto fields = with_request_key(key, "stop");
    const auto first = client.ask("POST", stop, fields, R"({"reason":"r"})");
    ASSERT_NE(first.header("etag"), "");
    EXPECT_EQ(client.ask("POST", stop, fields, R"({"reason":"r"})").header("etag"),
              first.header("etag"));
    const std::string resume = "/v1/servers/1/money-out-resume";
    const auto asked = with_request_key(key, "resume");
    const auto filed = client.ask("POST", resume, asked, R"({"reason":"r"})");
    ASSERT_NE(filed.header("location"), "");
    const auto again = client.ask("POST", resume, asked, R"({"reason":"r"})");
    EXPECT_EQ(again.header("location"), filed.header("location"));
    EXPECT_EQ(again.header("etag"), filed.header("etag"));
}

TEST_F(Idempotency, answers_about_money_are_kept_for_ever_and_others_for_three_days) {
    auto client = gateway.client();
    client.ask("POST", holds, with_request_key(key, "money"), hold(1));
    client.ask("POST", "/v1/servers/1/money-out-stop", with_request_key(key, "other"),
               R"({"reason":"r"})");
    EXPECT_EQ(database.psql("select key, keep_until is null, "
                            "coalesce(extract(hour from keep_until - at + interval '30 seconds') + "
                            "24 * extract(day from keep_until - at), 0)::int "
                            "from cambist.idempotency order by key"),
              "money|t|0\nother|f|72");
}

TEST_F(Idempotency, a_refusal_is_kept_like_any_answer) {
    auto client = gateway.client();
    const std::string path = "/v1/accounts/1/2002/holds";
    const auto fields = with_request_key(key, "early");
    const auto first = client.ask("POST", path, fields, hold(1));
    EXPECT_EQ(first.code(), "unknown_account");
    database.psql("insert into cambist.account (server_id, login) values (1, 2002)");
    EXPECT_EQ(client.ask("POST", path, fields, hold(1)).body, first.body);
    EXPECT_EQ(client.ask("POST", path, with_request_key(key, "later"), hold(1)).status, 201);
}

TEST_F(Idempotency, a_key_that_stood_for_something_else_is_refused_by_name) {
    auto client = gateway.client();
    const auto fields = with_request_key(key, "once");
    EXPECT_EQ(client.ask("POST", holds, fields, hold(1)).status, 201);
    for (const auto& [path, body] : std::vector<std::pair<std::string, std::string>>{
             {holds, hold(1, "withdrawal")},
             {"/v1/accounts/1/1002/holds", hold(1)},
             {"/v1/accounts/1/1001/leverage-cap", R"({"leverage_cap_x100":1,"reason":"r"})"}}) {
        const auto answer = client.ask("POST", path, fields, body);
        EXPECT_EQ(answer.status, 422) << path;
        EXPECT_EQ(answer.code(), "idempotency_key_reused") << path;
    }
    EXPECT_EQ(count("hold"), "1");
}

TEST_F(Idempotency, keys_of_different_callers_do_not_meet) {
    auto client = gateway.client();
    const auto other = add_key(database, every_permission());
    EXPECT_EQ(client.ask("POST", holds, with_request_key(key, "k"), hold(1)).status, 201);
    EXPECT_EQ(client.ask("POST", holds, with_request_key(other, "k"), hold(2)).status, 201);
    EXPECT_EQ(count("hold"), "2");
}

TEST_F(Idempotency, sixty_four_equal_requests_at_once_have_one_effect) {
    constexpr int callers = 64;
    std::vector<ReceivedAnswer> answers(callers);
    std::vector<std::thread> threads;
    for (int i = 0; i < callers; ++i)
        threads.emplace_back([&, i] {
            auto client = gateway.client();
            answers[i] =
                client.ask("POST", "/v1/accounts/1/1001/leverage", with_request_key(key, "storm"),
                           R"({"id":")" + test_uuid(5) + R"(","leverage_x100":5000})");
        });
    for (auto& thread : threads)
        thread.join();
    std::map<int, int> statuses;
    std::string body;
    for (const auto& answer : answers) {
        ++statuses[answer.status];
        if (answer.status == 409) {
            EXPECT_EQ(answer.code(), "request_in_flight");
            EXPECT_EQ(answer.header("retry-after"), "1");
        } else if (body.empty()) {
            body = answer.body;
        } else {
            EXPECT_EQ(answer.body, body);
        }
    }
    EXPECT_GE(statuses[202], 1);
    EXPECT_EQ(statuses[202] + statuses[409], callers);
    EXPECT_EQ(count("command"), "1");
    EXPECT_EQ(count("audit where action = 'command_requested'"), "1");
}

TEST_F(Idempotency, a_request_in_flight_answers_409_until_it_is_done) {
    // The first request waits for the account's row, which this session holds.
    std::thread first;
    ReceivedAnswer answer;
    {
        boost::asio::io_context context;
        office::pg::Pool pool({.connection = database.settings()});
        constexpr office::pg::Query lock{
            "test_lock", "select from cambist.account where login = 1001 for update"};
        constexpr office::pg::Query waiting{
            "test_waiting",
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' "
            "and datname = current_database()"};
        tests::await(context, [&]() -> boost::asio::awaitable<void> {
            auto holder = co_await pool.begin();
            co_await holder.execute(lock);
            first = std::thread([&] {
                auto client = gateway.client();
                answer = client.ask("POST", holds, with_request_key(key, "slow"), hold(1));
            });
            for (std::int64_t blocked = 0; blocked == 0;) {
                auto look = co_await pool.begin();
                const auto rows = co_await look.execute(waiting);
                blocked = rows.one().get<std::int64_t>(0);
            }
            auto client = gateway.client();
            const auto second = client.ask("POST", holds, with_request_key(key, "slow"), hold(1));
            EXPECT_EQ(second.status, 409);
            EXPECT_EQ(second.code(), "request_in_flight");
        }());
    }
    first.join();
    EXPECT_EQ(answer.status, 201);
    auto client = gateway.client();
    EXPECT_EQ(client.ask("POST", holds, with_request_key(key, "slow"), hold(1)).body, answer.body);
}

}  // namespace
}  // namespace cambist::gateway
