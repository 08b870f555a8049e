#include "tests/integration/bridge/running_bridge.hpp"

namespace cambist::tests {

namespace {

using namespace std::chrono_literals;

/// A server with accounts 10 and 11 and deals 1 and 2, mirrored, then changed behind the stream.
class BridgeRescan : public BridgeStand {
  protected:
    void mirror() {
        const auto bridge = start();
        auto plugin = this->plugin();
        plugin.greet(7);
        plugin.tell(7, 1,
                    {snapshot_begins(), told(accounts[0]), told(accounts[1]), told(deals[0]),
                     told(deals[1]), snapshot_ends()});
        plugin.wait_acknowledged(6);
    }
    /// Answers questions of the rescan until the query comes true.
    void rescan_until(const std::string& query, const std::string& value) {
        const auto bridge = start();
        auto plugin = this->plugin();
        plugin.greet(7, 6);
        const auto until = std::chrono::steady_clock::now() + 30s;
        while (sql(query) != value && std::chrono::steady_clock::now() < until)
            answer(plugin);
        EXPECT_EQ(sql(query), value);
    }
    void answer(PluginDouble& plugin) {
        const auto message = plugin.receive();
        if (!message)
            return plugin.send(Heartbeat{.at = {}, .epoch = 7, .last_seq = 6});
        if (const auto* asked = std::get_if<RescanAccountsAsked>(&*message)) {
            RescannedAccounts page{asked->request, 7, 6, true, {}};
            for (const UserRecord& record : accounts)
                if (record.login > asked->after)
                    page.accounts.push_back({record, record.balance, 0});
            plugin.send(page);
        } else if (const auto* question = std::get_if<RescanDealsAsked>(&*message)) {
            RescannedDeals page{question->request, 7, 6, true, {}};
            for (const DealRecord& record : deals)
                if (std::pair(record.modified, record.ticket) >
                    std::pair(question->modified_since, question->after))
                    page.deals.push_back(record);
            plugin.send(page);
        }
    }

    std::vector<UserRecord> accounts{user(10, 1, 100), user(11, 1, 50)};
    std::vector<DealRecord> deals{deal(1, 10, 100), deal(2, 11, 50)};
};

TEST_F(BridgeRescan, records_and_mends_an_account_that_differs) {
    mirror();
    sql("update account set balance = 99 where login = 10");
    rescan_until("select count(*) from drift where repaired", "1");
    EXPECT_EQ(sql("select login, field, office_value, server_value, found_by from drift"),
              "10|balance|99|100|rescan");
    EXPECT_EQ(sql("select balance from account where login = 10"), "100");
}

TEST_F(BridgeRescan, records_and_mends_an_account_that_is_missing) {
    mirror();
    sql("delete from account where login = 11");
    rescan_until("select count(*) from drift where field = 'account'", "1");
    EXPECT_EQ(sql("select balance from account where login = 11"), "50");
}

TEST_F(BridgeRescan, records_and_mends_a_deal_that_is_one_cent_off) {
    mirror();
    sql("update deal set profit = 101 where ticket = 1");
    rescan_until("select count(*) from drift where field = 'deal' and repaired", "1");
    EXPECT_EQ(sql("select profit from deal where ticket = 1"), "100");
}

TEST_F(BridgeRescan, brings_back_a_deal_that_is_missing_and_its_total) {
    mirror();
    sql("delete from deal where ticket = 2; update account set deals_total = 0 where login = 11");
    rescan_until("select count(*) from deal", "2");
    EXPECT_EQ(sql("select deals_total from account where login = 11"), "50");
}

TEST_F(BridgeRescan, marks_a_deal_that_the_server_lost_and_stops_its_account) {
    mirror();
    deals.pop_back();
    accounts[1].balance = 0;
    accounts[1].version = 2;
    rescan_until("select count(*) from deal where vanished", "1");
    EXPECT_EQ(sql("select money_out_stopped from account where login = 11"), "t");
    EXPECT_EQ(sql("select count(*) from drift where field = 'deal' and resolved_at is null"), "1");
    EXPECT_EQ(sql("select deals_total from account where login = 11"), "0");
}

TEST_F(BridgeRescan, marks_an_account_that_the_server_lost) {
    mirror();
    accounts.pop_back();
    rescan_until("select deleted and money_out_stopped from account where login = 11", "t");
}

TEST_F(BridgeRescan, finds_nothing_where_nothing_differs) {
    mirror();
    rescan_until("select (select count(*) from drift) + (select count(*) from deal)", "2");
    const auto bridge = start();
    auto plugin = this->plugin();
    plugin.greet(7, 6);
    for (int turn = 0; turn < 60; ++turn)
        answer(plugin);
    EXPECT_EQ(sql("select count(*) from drift"), "0");
}

}  // namespace

}  // namespace cambist::tests
