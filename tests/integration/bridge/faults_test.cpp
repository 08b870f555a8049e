#include <atomic>
#include <future>
#include <thread>

#include "tests/integration/bridge/cutting_proxy.hpp"
#include "tests/integration/bridge/running_bridge.hpp"

namespace cambist::tests {

namespace {

using namespace std::chrono_literals;

class BridgeFaults : public BridgeStand {
  protected:
    static constexpr std::uint64_t events = 4'000, a_batch = 100;

    /// Tells all events batch by batch, again from wherever the bridge asks, until all are
    /// committed; between batches `disturb` does its worst.
    template <class Disturb>
    void stream(PluginDouble& plugin, Disturb disturb) {
        std::uint64_t next = plugin.greet(7).cursor_seq + 1;
        std::uint64_t committed = next - 1;
        const auto until = std::chrono::steady_clock::now() + 60s;
        while (committed < events && std::chrono::steady_clock::now() < until) {
            if (next <= events) {
                plugin.tell(7, next, batch(next));
                next += a_batch;
                disturb();
            }
            while (auto ack = plugin.wait_for<EventsAcknowledged>(
                       next > events || next > committed + 1'000 ? 300ms : 0ms)) {
                committed = std::max(committed, ack->seq);
            }
            if (next > events && committed < events)
                next = plugin.greet(7).cursor_seq + 1;
        }
        EXPECT_EQ(committed, events);
    }
    /// The same in many small batches, on and on whatever the bridge says meanwhile.
    static void insist(PluginDouble& plugin) {
        constexpr std::uint64_t few = 10;
        std::uint64_t committed = plugin.greet(7).cursor_seq;
        const auto until = std::chrono::steady_clock::now() + 60s;
        while (committed < events && std::chrono::steady_clock::now() < until) {
            plugin.send(PolicyDigest{.era = 1, .accounts = 0, .sums = {}});  // or a session waits
            std::uint64_t next = committed + 1;
            for (int round = 0; round < 25 && next <= events; ++round, next += few) {
                plugin.tell(7, next, batch(next, few));
                std::this_thread::sleep_for(4ms);
            }
            while (const auto ack = plugin.wait_for<EventsAcknowledged>(1ms))
                committed = std::max(committed, ack->seq);
        }
        EXPECT_EQ(committed, events);
    }
    static std::vector<Event> batch(std::uint64_t first, std::uint64_t count = a_batch) {
        std::vector<Event> facts;
        for (std::uint64_t at = first; at < first + count; ++at)
            facts.push_back(told(deal(at, 10 + at % 7, 1)));
        return facts;
    }
    void expect_each_applied_once() {
        EXPECT_EQ(sql("select events_applied, last_seq from stream_epoch"),
                  std::to_string(events) + "|" + std::to_string(events));
        EXPECT_EQ(sql("select count(*) from deal"), std::to_string(events));
        EXPECT_EQ(sql("select sum(deals_total) from account"), std::to_string(events));
    }
};

TEST_F(BridgeFaults, sessions_of_the_database_killed_in_mid_stream_lose_and_double_nothing) {
    const auto bridge = start();
    auto plugin = this->plugin();
    int told = 0;
    stream(plugin, [&] {
        if (++told % 10 == 0)
            sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = "
                "'cambist_bridge' and datname = current_database()");
    });
    expect_each_applied_once();
}

TEST_F(BridgeFaults, lost_answers_of_commits_lose_and_double_nothing) {
    CuttingProxy proxy(database.port(), 3);
    auto through = settings();
    through.dsn = database.settings_through("127.0.0.1", proxy.port(), "cambist_bridge").dsn;
    {
        const RunningBridge bridge(through);
        auto plugin = this->plugin();
        stream(plugin, [] {});
        expect_each_applied_once();
    }
    EXPECT_GT(proxy.cuts(), 0);
}

TEST_F(BridgeFaults, sessions_begun_anew_in_mid_stream_lose_and_double_nothing) {
    const auto bridge = start();
    auto plugin = this->plugin();
    std::atomic<bool> done = false;
    auto eras = std::async(std::launch::async, [&] {
        while (!done)
            sql("update server set policy_era = policy_era + 1; notify cambist_policy");
    });
    insist(plugin);
    done = true;
    eras.get();
    expect_each_applied_once();
}

TEST_F(BridgeFaults, of_two_bridges_one_owns_the_stream) {
    const auto first = start("a");
    auto plugin = this->plugin("a");
    plugin.greet(7);
    const auto second = start("b");
    auto other = this->plugin("b");
    Hello hello;
    hello.server = ServerId{1};
    hello.epoch = 7;
    other.send(hello);
    EXPECT_FALSE(other.expect<Welcome>().owner);
    plugin.tell(7, 1, batch(1));
    plugin.wait_acknowledged(a_batch);
}

TEST_F(BridgeFaults, a_bridge_whose_lease_was_taken_applies_nothing_more) {
    const auto bridge = start("a");
    auto plugin = this->plugin("a");
    plugin.greet(7);
    plugin.tell(7, 1, batch(1));
    plugin.wait_acknowledged(a_batch);
    sql("update server set lease_holder = 'b', bridge_epoch = 9, lease_until = now() + '1 hour';"
        "update stream_cursor set bridge_epoch = 9");
    plugin.tell(7, 1 + a_batch, batch(1 + a_batch));
    EXPECT_FALSE(plugin.wait_for<EventsAcknowledged>(1s));
    EXPECT_EQ(sql("select seq from stream_cursor"), std::to_string(a_batch));
    EXPECT_EQ(sql("select count(*) from deal"), std::to_string(a_batch));
}

TEST_F(BridgeFaults, the_next_bridge_goes_on_where_the_last_one_stopped) {
    {
        const auto first = start("a");
        auto plugin = this->plugin("a");
        plugin.greet(7);
        plugin.tell(7, 1, batch(1));
        plugin.wait_acknowledged(a_batch);
    }
    const auto second = start("b");
    auto plugin = this->plugin("b");
    const Welcome welcome = plugin.greet(7);
    EXPECT_EQ(welcome.cursor_seq, a_batch);
    EXPECT_EQ(welcome.bridge_epoch, 2u);
}

TEST_F(BridgeFaults, a_plugin_that_obeyed_a_later_lease_stops_money_and_is_served) {
    const auto bridge = start();
    auto plugin = this->plugin();
    Hello hello = hello_in(7);
    hello.bridge_epoch = 40;
    const Welcome welcome = plugin.greet(hello);
    EXPECT_GT(welcome.bridge_epoch, 40u);
    EXPECT_EQ(sql("select money_out_stopped from server where id = 1"), "t");
}

}  // namespace

}  // namespace cambist::tests
