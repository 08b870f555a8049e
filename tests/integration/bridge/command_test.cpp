#include "tests/integration/bridge/running_bridge.hpp"

namespace cambist::tests {

namespace {

using namespace std::chrono_literals;

class BridgeCommands : public BridgeStand {
  protected:
    BridgeCommands() {
        sql("insert into person (id, name) values (gen_random_uuid(), 'Ada');"
            "insert into client (id, person_id, legal_entity, status) "
            "  select gen_random_uuid(), id, 'main', 'approved' from person;"
            "insert into account (server_id, login, client_id, server_version, balance, currency, "
            "  rights) select 1, 10, id, 1, 100000, 'USD', 31 from client");
    }
    /// A whole session whose mirror is up to date.
    void open(PluginDouble& plugin, std::uint64_t epoch = 7) {
        plugin.greet(epoch);
        plugin.tell(epoch, 1, {snapshot_begins(), snapshot_ends()});
        plugin.wait_acknowledged(2);
    }
    void order(int id, std::int64_t amount) {
        sql("insert into command (id, server_id, login, kind, payload, amount, body_hash, "
            "  deadline_ns, requested_by) values ('" +
            uuid(id) + "', 1, 10, 'balance', '{}', " + std::to_string(amount) +
            ", '', 9000000000000000000, 'key:test'); notify cambist_commands");
    }
    static std::string uuid(int id) {
        return OperationId{1, static_cast<std::uint64_t>(id)}.uuid();
    }
    static CommandResult done(const Command& command) {
        CommandResult result;
        result.id = command.id;
        result.outcome = cambist::Outcome::done;
        result.login = command.login;
        result.deal = Ticket{77};
        return result;
    }
    void becomes(int id, const std::string& status) {
        eventually("select status from command where id = '" + uuid(id) + "'", status);
    }
};

TEST_F(BridgeCommands, are_sent_once_and_their_answer_is_kept_with_an_audit_record) {
    const auto bridge = start();
    auto plugin = this->plugin();
    open(plugin);
    order(1, -500);
    const auto command = plugin.expect<Command>();
    EXPECT_EQ(command.amount, -500);
    EXPECT_EQ(command.currency_digits, 2);
    EXPECT_EQ(command.bridge_epoch, 1u);
    EXPECT_GT(command.number, 0u);
    plugin.send(done(command));
    plugin.send(done(command));
    becomes(1, "done");
    EXPECT_EQ(sql("select result->>'deal' from command"), "77");
    EXPECT_EQ(sql("select count(*) from audit where action = 'command_finished'"), "1");
    EXPECT_EQ(plugin.expect<CommandsRetired>().low_water, command.number);
}

TEST_F(BridgeCommands, are_asked_about_and_not_sent_again_after_a_change_of_hands) {
    std::optional<Command> sent;
    {
        const auto bridge = start("a");
        auto plugin = this->plugin("a");
        open(plugin);
        order(1, -500);
        sent = plugin.expect<Command>();
    }
    const auto bridge = start("b");
    auto plugin = this->plugin("b");
    plugin.greet(7);
    const auto asked = plugin.expect<CommandAsked>();
    EXPECT_TRUE(same_order(asked.command, *sent));
    becomes(1, "unknown");
    plugin.send(done(*sent));
    becomes(1, "done");
}

TEST_F(BridgeCommands, that_never_arrived_are_dispatched_anew_with_their_id) {
    {
        const auto bridge = start("a");
        auto plugin = this->plugin("a");
        open(plugin);
        order(1, -500);
        plugin.expect<Command>();
    }
    const auto bridge = start("b");
    auto plugin = this->plugin("b");
    open(plugin, 8);
    const auto asked = plugin.expect<CommandAsked>();
    CommandResult unknown;
    unknown.id = asked.command.id;
    unknown.outcome = cambist::Outcome::unknown_id;
    unknown.bridge_epoch = 2;
    plugin.send(unknown);
    const auto again = plugin.expect<Command>();
    EXPECT_EQ(again.id, asked.command.id);
    EXPECT_EQ(again.bridge_epoch, 2u);
    plugin.send(done(again));
    becomes(1, "done");
}

TEST_F(BridgeCommands, of_a_restored_database_are_asked_about_before_anything_is_sent) {
    order(1, -500);
    const auto bridge = start();
    auto plugin = this->plugin();
    Hello hello = hello_in(7, 1);
    hello.policy_era = 3;
    const Welcome welcome = plugin.greet(hello);
    plugin.tell(7, 1, {snapshot_begins(), snapshot_ends()});
    const auto asked = plugin.expect<CommandAsked>();
    EXPECT_EQ(asked.command.id, (OperationId{1, 1}));
    EXPECT_GT(asked.command.number, welcome.low_water + 1'000'000);
    EXPECT_EQ(sql("select money_out_stopped from server where id = 1"), "t");
    becomes(1, "unknown");
    plugin.send(done(asked.command));
    becomes(1, "done");
    order(2, 500);  // its id may have been used before the copy was made
    EXPECT_EQ(plugin.expect<CommandAsked>().command.id, (OperationId{1, 2}));
}

TEST_F(BridgeCommands, of_a_database_that_forgot_events_are_asked_about) {
    sql("insert into stream_cursor (server_id, bridge_epoch, epoch, seq) values (1, 0, 7, 5);"
        "insert into stream_epoch (server_id, epoch) values (1, 7)");
    order(1, -500);
    const auto bridge = start();
    auto plugin = this->plugin();
    Hello hello = hello_in(7, 20);
    hello.first_seq = 9;
    plugin.greet(hello);
    EXPECT_EQ(plugin.expect<CommandAsked>().command.id, (OperationId{1, 1}));
    EXPECT_EQ(sql("select money_out_stopped from server where id = 1"), "t");
}

TEST_F(BridgeCommands, are_looked_at_again_when_dispatched) {
    order(1, -500);
    sql("insert into hold (id, server_id, login, kind, placed_by) "
        "values (gen_random_uuid(), 1, 10, 'withdrawal', 'key')");
    const auto bridge = start();
    auto plugin = this->plugin();
    open(plugin);
    becomes(1, "refused");
    EXPECT_EQ(sql("select result->>'code' from command"), "withdraw_forbidden");
}

TEST_F(BridgeCommands, that_take_money_out_wait_while_the_snapshot_is_not_complete) {
    order(1, -500);
    order(2, 300);
    const auto bridge = start();
    auto plugin = this->plugin();
    plugin.greet(7);
    const auto deposit = plugin.expect<Command>();
    EXPECT_EQ(deposit.amount, 300);
    plugin.send(done(deposit));
    becomes(2, "done");
    EXPECT_EQ(sql("select status from command where amount < 0"), "queued");
    plugin.tell(7, 1, {snapshot_begins(), snapshot_ends()});
    EXPECT_EQ(plugin.expect<Command>().amount, -500);
}

TEST_F(BridgeCommands, that_the_server_refused_have_failed_with_its_code) {
    const auto bridge = start();
    auto plugin = this->plugin();
    open(plugin);
    order(1, -500);
    auto result = done(plugin.expect<Command>());
    result.outcome = cambist::Outcome::refused;
    result.failure = CommandFailure::no_money;
    plugin.send(result);
    becomes(1, "failed");
    EXPECT_EQ(sql("select result->>'code' from command"), "no_money");
}

}  // namespace

}  // namespace cambist::tests
