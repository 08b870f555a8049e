// The server with a plugin: who is asked, what is told, which rules hold between them.
#include <thread>

#include "tests/unit/sim/stand.hpp"

namespace cambist::sim {
namespace {

class WithPlugin : public testing::Test {
  protected:
    void start(std::map<std::string, std::string> parameters = {}) {
        stand.with_plugin(std::move(parameters)).start();
        stand.quote("EURUSD", 139'000, 139'010);
    }
    Stand stand;
};

TEST_F(WithPlugin, a_trade_is_asked_twice_and_told_after_it_is_stored) {
    start();
    const uint64_t login = stand.user("real/usd-hedging", 1'000'000, 200'000);
    const auto opened = stand.trade(login, CTSP_SIDE_BUY, kLot);
    ASSERT_TRUE(opened);
    EXPECT_EQ(stand.counted("stage1"), 1);
    EXPECT_EQ(stand.counted("stage2"), 1);
    EXPECT_EQ(stand.counted("visible"), 2);
    EXPECT_EQ(stand.counted("null_position"), 2);
    EXPECT_EQ(stand.counted("position"), 1);
    EXPECT_GE(stand.counted("user_update"), 1);
    EXPECT_EQ(stand.counted("wrong"), 0);
    const auto deal = stand.server->store.deal(opened->deals.at(0));
    EXPECT_EQ(deal->hook.policy_version, 7u);
    EXPECT_GT(deal->hook.asked_ns, 0);
    EXPECT_LE(deal->hook.asked_ns, deal->record.ts_ns);
}

TEST_F(WithPlugin, what_the_plugin_refuses_does_not_happen) {
    start({{"refuse_odd", "1"}});
    const uint64_t odd = stand.user("real/usd-hedging", 1'000'000, 200'001);
    const auto traded = stand.trade(odd, CTSP_SIDE_BUY, kLot);
    ASSERT_FALSE(traded);
    EXPECT_EQ(traded.error().code, Refusal::plugin);
    EXPECT_EQ(traded.error().hook.reject, CTSP_RJ_CLOSE_ONLY);
    EXPECT_EQ(traded.error().hook.reason, 42u);
    EXPECT_FALSE(stand.server->funds.book({.login = odd, .amount = -1}));
    EXPECT_FALSE(stand.server->users.patch({.login = odd, .leverage_x100 = 100}));
    const uint8_t ip[16] = {};
    EXPECT_FALSE(stand.server->users.login(odd, 0, ip));
    EXPECT_EQ(stand.user_of(odd).balance, 1'000'000);
    EXPECT_EQ(stand.counted("refused"), 2);
    EXPECT_EQ(stand.server->counters.refused_by_plugin().at({CTSP_RJ_CLOSE_ONLY, 42}), 4);
}

TEST_F(WithPlugin, direct_paths_ask_nobody_and_are_told_as_such) {
    start({{"refuse_odd", "1"}});
    const uint64_t odd = stand.user("real/usd-hedging", 1'000'000, 200'001);
    const auto booked =
        stand.server->funds.book({.login = odd, .amount = -100, .path = Path::direct});
    ASSERT_TRUE(booked);
    EXPECT_EQ(stand.counted("deal_direct"), 1);
    EXPECT_EQ(stand.counted("funds"), 0);
    EXPECT_TRUE(
        stand.server->users.patch({.login = odd, .leverage_x100 = 50'000, .path = Path::direct}));
    EXPECT_EQ(stand.counted("users"), 0);
}

TEST_F(WithPlugin, a_group_change_is_told_twice) {
    start();
    const uint64_t login = stand.user("real/usd-hedging", 0, 200'000);
    const int64_t before = stand.counted("user_update");
    ASSERT_TRUE(stand.server->users.patch({.login = login, .group = "real/usd-hedging-raw"}));
    EXPECT_EQ(stand.counted("user_update") - before, 2);
}

TEST_F(WithPlugin, edits_and_deletions_raise_the_deals_version) {
    start();
    const uint64_t login = stand.user("real/usd-hedging", 0, 200'000);
    const auto booked = stand.server->funds.book({.login = login, .amount = 500});
    ASSERT_TRUE(stand.server->funds.edit(
        {.deal = booked->deal, .comment = "typo", .change_comment = true}));
    ASSERT_TRUE(stand.server->funds.edit({.deal = booked->deal, .remove = true}));
    EXPECT_EQ(stand.counted("deal_update"), 1);
    EXPECT_EQ(stand.counted("deal_delete"), 1);
    EXPECT_EQ(stand.counted("fix"), 2);
    EXPECT_EQ(stand.server->store.deal(booked->deal)->record.version, 3u);
}

TEST_F(WithPlugin, stop_outs_and_stops_pass_the_same_hooks) {
    start();
    const uint64_t login = stand.user("real/usd-hedging", 150'000, 200'000);
    ASSERT_TRUE(stand.trade(login, CTSP_SIDE_BUY, kLot));
    stand.quote("EURUSD", 138'000, 138'010);
    stand.server->margin_watch.look();
    stand.server->quiesce(10'000'000'000);
    EXPECT_EQ(stand.counted("stage2"), 2);
    EXPECT_EQ(stand.counted("margin"), 1);
}

TEST_F(WithPlugin, an_erring_hook_lets_exits_pass_and_nothing_new) {
    start({{"hook_error", "1"}});
    const uint64_t login = stand.user("real/usd-netting", 1'000'000, 200'000);
    const auto opened = stand.trade(login, CTSP_SIDE_BUY, kLot);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Refusal::plugin_failed);
    ctsp_position held{};
    held.login = login;
    held.ticket = 5;
    held.volume = kLot;
    held.price_open = 139'000;
    set_text(held.symbol, "EURUSD");
    stand.server->book.find(login)->positions.push_back(held);
    EXPECT_TRUE(stand.trade(login, CTSP_SIDE_SELL, kLot));
    EXPECT_FALSE(stand.server->funds.book({.login = login, .amount = -1}));
    EXPECT_TRUE(stand.server->funds.book({.login = login, .amount = 1}));
}

TEST_F(WithPlugin, the_operators_may_choose_to_let_an_erring_plugin_pass) {
    stand.config.plugin.on_error = "allow";
    start({{"hook_error", "1"}});
    const uint64_t login = stand.user("real/usd-netting", 1'000'000, 200'000);
    EXPECT_TRUE(stand.trade(login, CTSP_SIDE_BUY, kLot));
}

TEST_F(WithPlugin, trading_stays_stopped_without_a_required_plugin) {
    start({{"fail_start", "1"}});
    const uint64_t login = stand.user("real/usd-netting", 1'000'000, 200'000);
    EXPECT_EQ(stand.trade(login, CTSP_SIDE_BUY, kLot).error().code, Refusal::trading_stopped);
    EXPECT_EQ(stand.server->funds.book({.login = login, .amount = -1}).error().code,
              Refusal::trading_stopped);
    stand.config.plugin.required = false;
    stand.start();
    stand.quote("EURUSD", 139'000, 139'010);
    EXPECT_TRUE(stand.trade(login, CTSP_SIDE_BUY, kLot));
}

TEST_F(WithPlugin, a_library_that_is_no_plugin_is_refused) {
    stand.config.plugin.path = "/nonexistent.so";
    stand.start();
    EXPECT_FALSE(stand.server->pipeline.trading_allowed());
}

TEST_F(WithPlugin, the_same_operation_id_twice_is_booked_twice) {
    start({{"refuse_odd", "1"}});
    const uint64_t odd = stand.user("real/usd-hedging", 1'000, 200'001);
    EXPECT_EQ(stand.plugin("balance 200001 500 77").substr(0, 2), "0 ");
    EXPECT_TRUE(stand.plugin("balance 200001 500 77").ends_with(" 2000"));
    EXPECT_EQ(stand.user_of(odd).balance, 2'000);
    EXPECT_EQ(stand.counted("funds"), 2);
    EXPECT_EQ(stand.server->counters.get(Count::commands), 2);
    EXPECT_EQ(stand.plugin("balance 200001 -5000 78").substr(0, 3), "-7 ");
    EXPECT_EQ(stand.plugin("check 200001"), "0 1");
}

TEST_F(WithPlugin, an_account_is_found_by_the_operation_that_made_it) {
    start();
    stand.user("real/usd-hedging", 0, 200'000);
    EXPECT_EQ(stand.plugin("add 5"), "0 200001 0 200001");
    EXPECT_EQ(stand.counted("user_add"), 2);
}

TEST_F(WithPlugin, walks_with_small_pages_see_everything_once_and_in_order) {
    start();
    for (uint64_t login = 200'000; login < 200'005; ++login) {
        stand.user("real/usd-hedging", 1'000'000, login);
        for (int i = 0; i < 3; ++i)
            ASSERT_TRUE(stand.trade(login, CTSP_SIDE_BUY, kLot / 100));
    }
    EXPECT_EQ(stand.plugin("walk"), "20 1 5 15");
}

TEST_F(WithPlugin, many_threads_trade_one_account_and_the_books_agree) {
    start();
    const uint64_t login = stand.user("real/usd-netting", 100'000'000, 200'000);
    std::vector<std::thread> traders;
    for (int thread = 0; thread < 4; ++thread)
        traders.emplace_back([&, thread] {
            mark_host_thread();
            for (int i = 0; i < 50; ++i)
                stand.trade(login, thread % 2 == 0 ? CTSP_SIDE_BUY : CTSP_SIDE_SELL, kLot / 100);
        });
    for (auto& trader : traders)
        trader.join();
    EXPECT_EQ(stand.plugin("check 200000"), "0 1");
    EXPECT_TRUE(stand.server->book.find(login)->positions.empty());
    EXPECT_EQ(stand.counted("wrong"), 0);
}

TEST_F(WithPlugin, the_population_does_everything_it_can) {
    stand.config.population.accounts = 50;
    stand.config.quotes.model = true;
    start();
    stand.quote("USDJPY", 92'000, 92'010);
    stand.quote("BTCUSD", 5'000'000, 5'000'100);
    stand.server->population.start({.seed = 3, .orders_per_second = 100'000, .seconds = 600});
    const auto all_done = [&] {
        for (size_t i = 0; i < static_cast<size_t>(Deed::size_); ++i)
            if (stand.server->population.deeds(static_cast<Deed>(i)) < 5)
                return false;
        return true;
    };
    while (!all_done())
        std::this_thread::yield();
    stand.server->population.stop();
    ASSERT_TRUE(stand.server->quiesce(60'000'000'000));
    for (Account* account : stand.server->book.all()) {
        const DealSums sums = stand.server->store.sums_of_deals(account->user.login);
        EXPECT_EQ(sums.balance, account->user.balance);
    }
    EXPECT_EQ(stand.counted("wrong"), 0);
    EXPECT_EQ(stand.server->counters.get(Count::deals), stand.counted("deal_add") + 50);
}

using ThreadRules = WithPlugin;

TEST_F(ThreadRules, a_walk_in_a_hook_aborts_the_strict_server) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(
        {
            start({{"break_rule", "walk_in_hook"}});
            stand.trade(stand.user("real/usd-hedging", 1'000'000), CTSP_SIDE_BUY, kLot);
        },
        "broke a rule of threads: users_next called from trade_admission");
}

TEST_F(ThreadRules, asking_about_a_stranger_in_a_hook_aborts) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(
        {
            start({{"break_rule", "stranger_in_hook"}});
            stand.trade(stand.user("real/usd-hedging", 1'000'000), CTSP_SIDE_BUY, kLot);
        },
        "broke a rule of threads: user_get");
}

TEST_F(ThreadRules, booking_money_in_an_event_aborts) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(
        {
            start({{"break_rule", "balance_in_event"}});
            stand.user("real/usd-hedging", 1'000'000);
        },
        "balance called from on_event");
}

TEST_F(ThreadRules, a_lenient_server_answers_deadlock) {
    stand.config.server.strict = false;
    start({{"break_rule", "walk_in_hook"}});
    EXPECT_TRUE(stand.trade(stand.user("real/usd-hedging", 1'000'000), CTSP_SIDE_BUY, kLot));
    EXPECT_EQ(stand.counted("wrong"), 2);
}

}  // namespace
}  // namespace cambist::sim
