// The whole server in one process, without a plugin: its own rules.
#include <fstream>
#include <thread>

#include "tests/unit/sim/stand.hpp"

namespace cambist::sim {
namespace {

class Trading : public testing::Test {
  protected:
    Trading() {
        stand.start();
        stand.quote("EURUSD", 139'000, 139'010);
    }
    Refusal code(const Outcome<Executed>& outcome) {
        EXPECT_FALSE(outcome);
        return outcome ? Refusal::plugin : outcome.error().code;
    }
    Account& account(uint64_t login) { return *stand.server->book.find(login); }

    Stand stand;
};

TEST_F(Trading, without_a_plugin_everything_is_traded_and_nobody_is_asked) {
    const uint64_t login = stand.user("real/usd-hedging", 1'000'000);
    const auto opened = stand.trade(login, CTSP_SIDE_BUY, kLot / 10);
    ASSERT_TRUE(opened);
    const auto deal = stand.server->store.deal(opened->deals.at(0));
    EXPECT_EQ(deal->record.price, 139'010);
    EXPECT_EQ(deal->record.bid, 139'000);
    EXPECT_EQ(deal->record.rate_e8, 100'000'000);
    EXPECT_EQ(deal->hook.asked_ns, 0);
    EXPECT_EQ(deal->record.ts_ns, deal->record.modified_ns);
}

TEST_F(Trading, each_refusal_of_the_server_has_its_name) {
    const uint64_t login = stand.user("real/usd-hedging", 1'000'000);
    EXPECT_EQ(code(stand.trade(1, CTSP_SIDE_BUY, kLot)), Refusal::account_unknown);
    EXPECT_EQ(code(stand.trade(login, CTSP_SIDE_BUY, 5)), Refusal::volume);
    EXPECT_EQ(code(stand.trade(login, 7, kLot)), Refusal::wrong_side);
    EXPECT_EQ(code(stand.trade(login, CTSP_SIDE_BUY, 100 * kLot)), Refusal::no_money);
    EXPECT_EQ(code(stand.trade(login, CTSP_SIDE_BUY, kLot, 99)), Refusal::position_gone);
    EXPECT_EQ(code(stand.trade(login, CTSP_SIDE_BUY, kLot, 0, CTSP_ACT_UNKNOWN)),
              Refusal::unsupported);
    EXPECT_EQ(code(stand.trade(login, CTSP_SIDE_BUY, kLot, 0, CTSP_ACT_CLOSE_BY)),
              Refusal::position_gone);
    ASSERT_TRUE(stand.server->users.patch(
        {.login = login, .rights_clear = CTSP_RIGHT_TRADE, .path = Path::direct}));
    EXPECT_EQ(code(stand.trade(login, CTSP_SIDE_BUY, kLot)), Refusal::trade_disabled);
}

TEST_F(Trading, a_close_fits_its_position_or_is_refused) {
    const uint64_t login = stand.user("real/usd-hedging", 1'000'000);
    const uint64_t ticket = stand.trade(login, CTSP_SIDE_BUY, kLot)->order;
    EXPECT_EQ(code(stand.trade(login, CTSP_SIDE_SELL, 2 * kLot, ticket)), Refusal::close_volume);
    EXPECT_EQ(code(stand.trade(login, CTSP_SIDE_BUY, kLot, ticket)), Refusal::wrong_side);
    EXPECT_TRUE(stand.trade(login, CTSP_SIDE_SELL, kLot, ticket));
    EXPECT_EQ(stand.user_of(login).balance, 999'000);
}

TEST_F(Trading, a_stop_loss_closes_when_the_price_falls_to_it) {
    const uint64_t login = stand.user("real/usd-hedging", 1'000'000);
    const uint64_t ticket = stand.trade(login, CTSP_SIDE_BUY, kLot)->order;
    ctsp_request request{};
    request.action = CTSP_ACT_SLTP;
    request.login = login;
    request.position = ticket;
    request.sl = 138'900;
    ASSERT_TRUE(stand.server->pipeline.execute(request));
    stand.quote("EURUSD", 138'910, 138'920);
    EXPECT_EQ(account(login).positions.size(), 1u);
    stand.quote("EURUSD", 138'890, 138'900);
    EXPECT_TRUE(account(login).positions.empty());
    EXPECT_EQ(stand.user_of(login).balance, 988'000);
}

TEST_F(Trading, a_pending_order_is_filled_when_its_price_comes) {
    const uint64_t login = stand.user("real/usd-hedging", 1'000'000);
    ASSERT_TRUE(stand.trade(login, CTSP_SIDE_BUY, kLot, 0, CTSP_ACT_PENDING_PLACE, 138'500));
    EXPECT_EQ(account(login).orders.size(), 1u);
    stand.quote("EURUSD", 138'480, 138'490);
    EXPECT_TRUE(account(login).orders.empty());
    ASSERT_EQ(account(login).positions.size(), 1u);
    EXPECT_EQ(account(login).positions[0].price_open, 138'490);
}

TEST_F(Trading, a_pending_order_that_cannot_be_paid_expires) {
    const uint64_t login = stand.user("real/usd-hedging", 1'000);
    ASSERT_TRUE(stand.trade(login, CTSP_SIDE_BUY, 10 * kLot, 0, CTSP_ACT_PENDING_PLACE, 138'500));
    stand.quote("EURUSD", 138'480, 138'490);
    EXPECT_TRUE(account(login).orders.empty());
    EXPECT_TRUE(account(login).positions.empty());
}

TEST_F(Trading, a_stop_out_closes_the_worst_position) {
    const uint64_t login = stand.user("real/usd-hedging", 150'000);
    ASSERT_TRUE(stand.trade(login, CTSP_SIDE_BUY, kLot));
    stand.quote("EURUSD", 138'000, 138'010);
    stand.server->margin_watch.look();
    stand.server->quiesce(10'000'000'000);
    EXPECT_TRUE(account(login).positions.empty());
    EXPECT_EQ(stand.user_of(login).balance, 49'000);
    EXPECT_EQ(stand.server->counters.get(Count::stop_outs), 1);
}

TEST_F(Trading, profit_is_booked_in_the_accounts_own_currency) {
    stand.quote("USDJPY", 92'000, 92'000);
    const uint64_t login = stand.user("real/jpy-netting", 10'000'000);
    ASSERT_TRUE(stand.trade(login, CTSP_SIDE_BUY, kLot));
    stand.quote("EURUSD", 139'110, 139'120);
    ASSERT_TRUE(stand.trade(login, CTSP_SIDE_SELL, kLot));
    EXPECT_EQ(stand.user_of(login).balance, 10'000'000 + 9'200);
}

TEST_F(Trading, debits_take_free_money_only) {
    const uint64_t login = stand.user("real/usd-hedging", 150'000);
    ASSERT_TRUE(stand.trade(login, CTSP_SIDE_BUY, kLot));
    const auto debit = [&](int64_t amount, bool check = true) {
        return stand.server->funds.book(
            {.login = login, .amount = amount, .check_free_margin = check});
    };
    EXPECT_EQ(debit(-20'000).error().code, Refusal::no_money);
    EXPECT_TRUE(debit(-5'000));
    EXPECT_TRUE(debit(-20'000, false));
    EXPECT_EQ(debit(0).error().code, Refusal::volume);
    EXPECT_EQ(debit(200'000'000'000).error().code, Refusal::limit);
}

TEST_F(Trading, transfers_move_money_between_accounts_of_one_currency) {
    const uint64_t payer = stand.user("real/usd-hedging", 100'000);
    const uint64_t payee = stand.user("real/usd-netting", 0);
    const uint64_t euro = stand.user("real/eur-hedging", 0);
    EXPECT_TRUE(stand.server->funds.transfer(payer, payee, 40'000, 0));
    EXPECT_EQ(stand.user_of(payee).balance, 40'000);
    EXPECT_EQ(stand.server->funds.transfer(payer, euro, 1, 0).error().code, Refusal::currency);
    EXPECT_EQ(stand.server->funds.transfer(payer, payee, 70'000, 0).error().code,
              Refusal::no_money);
}

TEST_F(Trading, comments_hold_31_bytes_and_no_half_characters) {
    const uint64_t login = stand.user("real/usd-hedging", 0);
    const auto booked = stand.server->funds.book(
        {.login = login, .amount = 1, .comment = std::string(30, 'x') + "\u20ac"});
    EXPECT_EQ(text_in(stand.server->store.deal(booked->deal)->record.comment),
              std::string(30, 'x'));
}

TEST_F(Trading, a_deleted_deal_leaves_the_balance) {
    const uint64_t login = stand.user("real/usd-hedging", 1'000);
    const auto booked = stand.server->funds.book({.login = login, .amount = 500});
    ASSERT_TRUE(stand.server->funds.edit({.deal = booked->deal, .remove = true}));
    EXPECT_EQ(stand.user_of(login).balance, 1'000);
    EXPECT_EQ(stand.server->store.sums_of_deals(login).balance, 1'000);
    EXPECT_EQ(stand.server->funds.edit({.deal = booked->deal, .remove = true}).error().code,
              Refusal::order_gone);
}

TEST_F(Trading, settings_change_with_the_version_that_was_read) {
    const uint64_t login = stand.user("real/usd-hedging", 0);
    const uint64_t version = stand.user_of(login).version;
    EXPECT_TRUE(
        stand.server->users.patch({.login = login, .if_version = version, .leverage_x100 = 5'000}));
    EXPECT_EQ(
        stand.server->users.patch({.login = login, .if_version = version, .leverage_x100 = 6'000})
            .error()
            .code,
        Refusal::stale_version);
    EXPECT_EQ(stand.server->users.patch({.login = login, .group = "real/eur-hedging"}).error().code,
              Refusal::currency);
}

TEST_F(Trading, what_was_committed_is_there_after_a_restart) {
    const uint64_t login = stand.user("real/usd-hedging", 1'000'000);
    ASSERT_TRUE(stand.trade(login, CTSP_SIDE_BUY, kLot));
    ASSERT_TRUE(stand.trade(login, CTSP_SIDE_SELL, kLot, 0, CTSP_ACT_PENDING_PLACE, 140'000));
    const ctsp_user before = stand.user_of(login);
    stand.start();
    const ctsp_user after = stand.user_of(login);
    EXPECT_EQ(std::memcmp(&before, &after, sizeof before), 0);
    EXPECT_EQ(account(login).positions.size(), 1u);
    EXPECT_EQ(account(login).orders.size(), 1u);
    EXPECT_EQ(stand.server->market.find("EURUSD")->quote().ask, 139'010);
    const auto next = stand.trade(login, CTSP_SIDE_BUY, kLot / 10);
    EXPECT_GT(next->deals.at(0), 2u);
    stand.quote("EURUSD", 140'000, 140'010);
    EXPECT_TRUE(account(login).orders.empty());
}

TEST_F(Trading, ten_thousand_accounts_are_one_transaction) {
    stand.config.population.accounts = 10'000;
    std::filesystem::remove_all(stand.config.server.data_dir);
    stand.server.reset();
    stand.start();
    EXPECT_EQ(stand.server->book.size(), 10'000u);
    EXPECT_EQ(stand.server->counters.get(Count::deals), 10'000);
}

TEST_F(Trading, a_days_end_states_every_account) {
    stand.user("real/usd-hedging", 1'000);
    stand.user("real/usd-netting", 1'000);
    EXPECT_EQ(stand.server->end_day(0), 2);
}

TEST(Quotes, the_seeded_model_walks_at_once_when_there_are_no_files) {
    Stand stand;
    stand.config.quotes.model = true;
    stand.config.quotes.seconds = 1;
    stand.config.quotes.model_ticks_per_second = 1'000;
    Server& server = stand.start();
    while (!server.quotes.status().finished)
        std::this_thread::yield();
    EXPECT_GT(server.counters.get(Count::quotes), 100);
    EXPECT_TRUE(server.market.rate_e8("EUR", "JPY"));
    EXPECT_TRUE(server.market.rate_e8("USD", "BTC"));
}

TEST(Quotes, files_are_stretched_to_the_seconds_and_resumed_where_they_were) {
    Stand stand;
    const std::string file = stand.config.server.data_dir + "-eurusd.csv";
    std::ofstream(file) << "1000,1.39000,1.39010\n5000,1.39100,1.39110\n9000,1.39200,1.39210\n";
    Server& server = stand.start();
    const std::string symbol = symbol_of_file(file);
    server.load_quotes({file});
    server.quotes.start({.seconds = 0.01, .skip_ticks = 2});
    while (!server.quotes.status().finished)
        std::this_thread::yield();
    EXPECT_EQ(server.quotes.status().played, 3);
    EXPECT_EQ(server.counters.get(Count::quotes), 1);
    EXPECT_EQ(server.market.find(symbol)->quote().bid, 139'200);
    std::filesystem::remove(file);
}

TEST(Zone, eastern_europe_changes_its_clocks_on_last_sundays) {
    constexpr int64_t second = 1'000'000'000;
    EXPECT_EQ(zone_offset_seconds("EET", 1'774'745'999 * second), 7'200);
    EXPECT_EQ(zone_offset_seconds("EET", 1'774'746'000 * second), 10'800);
    EXPECT_EQ(zone_offset_seconds("EET", 1'792'889'999 * second), 10'800);
    EXPECT_EQ(zone_offset_seconds("EET", 1'792'890'000 * second), 7'200);
    EXPECT_EQ(zone_offset_seconds("UTC", 0), 0);
}

}  // namespace
}  // namespace cambist::sim
