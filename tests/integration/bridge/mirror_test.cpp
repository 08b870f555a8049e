#include "tests/integration/bridge/running_bridge.hpp"

namespace cambist::tests {

namespace {

using namespace std::chrono_literals;

class BridgeMirror : public BridgeStand {
  protected:
    BridgeMirror() : bridge(start()), plugin(BridgeStand::plugin()) { plugin.greet(7); }

    /// Tells the events after those told before and waits for their commit.
    void tell(std::vector<Event> events) {
        const std::uint64_t first = next_;
        next_ += events.size();
        plugin.tell(7, first, std::move(events));
        plugin.wait_acknowledged(next_ - 1);
    }

    std::unique_ptr<RunningBridge> bridge;
    PluginDouble plugin;
    std::uint64_t next_ = 1;
};

TEST_F(BridgeMirror, writes_accounts_deals_and_the_cursor_in_one_transaction) {
    tell({snapshot_begins(), told(user(10, 3, 700)), told(deal(1, 10, 500)), told(deal(2, 10, 200)),
          snapshot_ends()});
    EXPECT_EQ(sql("select balance, deals_total, server_version, group_name, currency from account"),
              "700|700|3|real|USD");
    EXPECT_EQ(sql("select count(*), sum(profit), min(epoch), max(seq) from deal"), "2|700|7|4");
    EXPECT_EQ(sql("select epoch, seq from stream_cursor"), "7|5");
    EXPECT_EQ(sql("select events_applied, last_seq, cause from stream_epoch"), "5|5|first_start");
    EXPECT_EQ(sql("select count(*) from resync where ended_at is not null"), "1");
    EXPECT_EQ(sql("select count(distinct xmin::text) from deal"), "1");
}

TEST_F(BridgeMirror, asks_for_a_gap_and_takes_repeated_and_overlapping_batches_once) {
    plugin.tell(7, 2, {told(user(10, 1, 100))});
    EXPECT_EQ(plugin.expect<EventsMissing>().from_seq, 1u);
    plugin.tell(7, 1, {snapshot_begins(), told(user(10, 1, 100))});
    plugin.wait_acknowledged(2);
    plugin.tell(7, 1, {snapshot_begins(), told(user(10, 1, 100))});
    plugin.tell(7, 2, {told(user(10, 1, 100)), told(deal(1, 10, 100))});
    plugin.wait_acknowledged(3);
    EXPECT_EQ(sql("select events_applied from stream_epoch"), "3");
    EXPECT_EQ(sql("select count(*) from deal"), "1");
}

TEST_F(BridgeMirror, applies_a_deal_by_ticket_and_version_whatever_the_order_and_the_epoch) {
    tell({told(user(10, 1, 0)), told(deal(1, 10, 500, 2)), told(deal(1, 10, 300, 1))});
    EXPECT_EQ(sql("select version, profit from deal"), "2|500");
    plugin.greet(8);
    auto deleted = deal(1, 10, 500, 3);
    deleted.deleted = true;
    plugin.tell(8, 1, {told(deal(1, 10, 500, 2)), told(deleted), told(user(10, 2, 0))});
    plugin.wait_acknowledged(3);
    EXPECT_EQ(sql("select count(*), max(version), bool_and(deleted) from deal"), "1|3|t");
    EXPECT_EQ(sql("select deals_total, balance from account"), "0|0");
    EXPECT_EQ(sql("select count(*) from stream_epoch where ended_at is not null"), "1");
}

TEST_F(BridgeMirror, takes_known_deals_for_known_even_when_it_trusts_that_all_are_new) {
    for (std::uint64_t ticket = 1; ticket <= 8; ++ticket)
        tell({told(deal(ticket, 10, 100))});
    tell({told(deal(8, 10, 100)), told(deal(9, 10, 100))});
    std::vector<Event> many;
    for (std::uint64_t ticket = 9; ticket < 409; ++ticket)
        many.push_back(told(deal(ticket, 10, 100)));
    tell(std::move(many));
    EXPECT_EQ(sql("select count(*) from deal"), "408");
    EXPECT_EQ(sql("select deals_total from account"), "40800");
}

TEST_F(BridgeMirror, keeps_the_newest_of_many_versions_of_an_account) {
    std::vector<Event> events;
    for (std::uint64_t version = 1; version <= 100; ++version)
        events.push_back(told(user(10, version, static_cast<std::int64_t>(version))));
    events.push_back(told(user(10, 50, -1)));
    tell(std::move(events));
    EXPECT_EQ(sql("select server_version, balance from account"), "100|100");
}

TEST_F(BridgeMirror, keeps_groups_positions_margins_days_and_refusals) {
    GroupRecord group;
    group.group_id = GroupId{1};
    group.version = 1;
    group.name = FixedText<64>("real");
    group.currency = FixedText<8>("USD");
    PositionRecord position;
    position.login = Login{10};
    position.ticket = 5;
    position.volume = 100;
    MarginRecord margin{.login = Login{10}, .state = 1, .equity = 90, .at = {}};
    EndOfDayRecord day{.login = Login{10}, .day = Instant{86'400'000'000'000}, .equity = 90};
    RefusalRecord refusal;
    refusal.boot = 3;
    refusal.number = 1;
    refusal.login = Login{10};
    refusal.refusal = Refusal::close_only;
    refusal.count = 12;
    refusal.enforced = true;
    tell({told(group), told(SymbolRecord{}), told(position), told(margin), told(day), told(day),
          told(refusal), told(refusal)});
    EXPECT_EQ(sql("select name from trading_group"), "real");
    EXPECT_EQ(sql("select count(*) from position_event"), "1");
    EXPECT_EQ(sql("select so_state, floating from margin_event"), "1|90");
    EXPECT_EQ(sql("select equity from eod_equity"), "90");
    EXPECT_EQ(sql("select kind, refusal, count, observed_only from refusal"),
              "trade|close_only|12|f");
}

TEST_F(BridgeMirror, puts_one_poisoned_event_aside_and_goes_on) {
    std::vector<Event> events{told(user(10, 1, 100))};
    for (std::uint64_t ticket = 1; ticket <= 50; ++ticket)
        events.push_back(told(deal(ticket, 10, 1)));
    auto poison = MarginRecord{.login = Login{10}, .state = 100'000, .at = {}};
    events.push_back(told(poison));
    for (std::uint64_t ticket = 51; ticket <= 100; ++ticket)
        events.push_back(told(deal(ticket, 10, 1)));
    tell(std::move(events));
    EXPECT_EQ(sql("select count(*) from deal"), "100");
    EXPECT_EQ(sql("select epoch, seq, login, length(frame) > 0 from quarantine"), "7|52|10|t");
    EXPECT_EQ(sql("select money_out_stopped, deals_total from account"), "t|100");
    EXPECT_EQ(sql("select events_applied from stream_epoch"), "101");
}

TEST_F(BridgeMirror, finds_equal_digests_equal) {
    const auto first = deal(1, 10, 100), second = deal(2, 10, 50), again = deal(1, 10, 70, 2);
    tell({told(user(10, 1, 120)), told(first), told(second), told(again)});
    DealDigestRecord digest{1, 2, hash_of_fact(second) + hash_of_fact(again)};
    AccountDigestRecord accounts;
    accounts.accounts = 1;
    accounts.sums[shard_of(Login{10})] = hash_of_fact(user(10, 1, 120));
    tell({told(digest), told(accounts)});
    EXPECT_EQ(sql("select count(*) from drift"), "0");
    EXPECT_EQ(sql("select digest_seq from stream_cursor"), "6");
}

TEST_F(BridgeMirror, records_a_digest_that_differs_and_asks_for_a_resync) {
    tell({told(user(10, 1, 100)), told(deal(1, 10, 100)), told(DealDigestRecord{1, 2, 12345})});
    EXPECT_TRUE(plugin.wait_for<ResyncAsked>(10s));
    EXPECT_EQ(sql("select field, found_by, resolved_at is null from drift"),
              "deal_digest|stream|t");
    EXPECT_EQ(sql("select digest_seq from stream_cursor"), "0");
}

TEST_F(BridgeMirror, finds_a_row_that_was_changed_behind_its_back_by_the_account_digest) {
    tell({told(user(10, 1, 100)), told(user(11, 1, 100))});
    sql("update account set row_hash = row_hash + 1 where login = 11");
    AccountDigestRecord accounts;
    accounts.accounts = 2;
    for (const std::uint64_t login : {10, 11})
        accounts.sums[shard_of(Login{login})] += hash_of_fact(user(login, 1, 100));
    tell({told(accounts)});
    EXPECT_EQ(sql("select field from drift"), "account_digest");
}

TEST_F(BridgeMirror, marks_which_accounts_are_in_scope_when_patterns_change) {
    tell({told(user(10, 1, 100, "real")), told(user(11, 1, 100, "demo"))});
    EXPECT_EQ(sql("select count(*) from account where in_scope"), "2");
    sql("update server set scope = '{*,!demo}', config_version = 2 where id = 1");
    const auto changed = plugin.expect<SettingsChanged>();
    EXPECT_EQ(changed.settings.scope, (std::vector<std::string>{"*", "!demo"}));
    eventually("select string_agg(login::text, ',') from account where in_scope", "10");
}

}  // namespace

}  // namespace cambist::tests
