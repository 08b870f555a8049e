#include <gtest/gtest.h>

#include <cstring>
#include <optional>

#include "plugin/abi/trading_server.h"
#include "tests/unit/plugin/fake_bridge.hpp"
#include "tests/unit/plugin/fake_host.hpp"
#include "tests/unit/plugin/folder.hpp"

namespace cambist::plugin {
namespace {

ctsp_hello hello_of(const ctsp_host_api& api) {
    ctsp_hello hello{};
    hello.size = sizeof hello;
    hello.abi_major = CTSP_ABI_MAJOR;
    hello.minor_max = CTSP_ABI_MINOR;
    hello.fingerprint = CTSP_FINGERPRINT_V1;
    hello.host_api = &api;
    return hello;
}

/// The plugin as its host sees it, through negotiation and the function table alone.
class Loaded {
  public:
    explicit Loaded(const FakeHost& host) {
        const ctsp_hello hello = hello_of(host.api());
        reply_.size = sizeof reply_;
        EXPECT_EQ(ctsp_plugin_negotiate(&hello, &reply_), CTSP_OK);
        status_ = reply_.api->start(reply_.self);
    }
    ~Loaded() {
        EXPECT_EQ(reply_.api->stop(reply_.self, 1'000'000'000), CTSP_OK);
        reply_.api->destroy(reply_.self);
    }
    Loaded(const Loaded&) = delete;

    ctsp_status status() const { return status_; }
    std::uint32_t buys(const ctsp_user& user) {
        ctsp_request request{};
        request.size = sizeof request;
        request.action = CTSP_ACT_MARKET;
        request.login = user.login;
        request.volume = 100;
        ctsp_ctx context{};
        context.size = sizeof context;
        context.stage = 2;
        context.user = &user;
        ctsp_verdict verdict{};
        verdict.size = sizeof verdict;
        EXPECT_EQ(reply_.api->on_trade(reply_.self, &request, &context, &verdict), CTSP_OK);
        return verdict.reject;
    }
    void tells(std::uint16_t type, std::uint64_t login) {
        ctsp_event event{};
        event.size = sizeof event;
        event.type = type;
        event.login = login;
        reply_.api->on_event(reply_.self, &event);
    }
    void tells(const ctsp_deal& deal) {
        struct {
            ctsp_event event;
            ctsp_deal deal;
        } told{};
        told.event.size = sizeof told;
        told.event.type = CTSP_EV_DEAL_ADD;
        told.event.login = deal.login;
        told.deal = deal;
        reply_.api->on_event(reply_.self, &told.event);
    }
    std::string commands(const std::string& words) {
        std::string out(100'000, '\0');
        std::uint32_t length = 0;
        const ctsp_status status = reply_.api->on_command(
            reply_.self, 1, reinterpret_cast<const std::uint8_t*>(words.data()),
            static_cast<std::uint32_t>(words.size()), reinterpret_cast<std::uint8_t*>(out.data()),
            static_cast<std::uint32_t>(out.size()), &length);
        return status == CTSP_OK ? out.substr(0, length) : "status " + std::to_string(status);
    }

  private:
    ctsp_reply reply_{};
    ctsp_status status_ = CTSP_E_GENERIC;
};

class PluginTest : public testing::Test {
  protected:
    PluginTest() {
        write_bytes(folder_.path() + "/bridge.pub", std::string(40, 'a'));
        write_bytes(folder_.path() + "/server.key", std::string(40, 'b'));
        std::filesystem::permissions(folder_.path() + "/server.key",
                                     std::filesystem::perms::owner_read);
        host_.parameters = {{"server_id", "1"},
                            {"data_dir", folder_.path()},
                            {"bridge_endpoints", "memory"},
                            {"bridge_public_key_file", folder_.path() + "/bridge.pub"},
                            {"secret_key_file", folder_.path() + "/server.key"},
                            {"journal_mib", "16"},
                            {"policy_capacity", "1000"}};
        host_.add_group(1, "real/standard");
        host_.add_group(2, "demo/standard");
    }

    static AccountPolicy policy(std::uint64_t login, std::uint32_t version, bool open) {
        return {Login{login},
                version,
                open ? Rights::all() : Rights::all().without(Right::open),
                open ? Reason::none : Reason::restricted,
                0,
                0};
    }
    static Command command(std::uint64_t number, CommandKind kind, std::uint64_t login) {
        Command order;
        order.id = OperationId{77, number};
        order.number = number;
        order.bridge_epoch = 1;
        order.deadline = Instant{INT64_MAX};
        order.kind = kind;
        order.login = Login{login};
        order.currency_digits = 2;
        return order;
    }
    bool mirrored(FakeBridge& bridge) {
        return bridge.run_until([&] { return bridge.snapshot_ended(); });
    }
    bool enforced(FakeBridge& bridge, const AccountPolicy& policy) {
        bridge.send(PolicyBatch{1, 1, {policy}});
        return bridge.run_until([&] {
            for (const auto& answer : bridge.messages<PolicyAcknowledged>())
                for (const auto& applied : answer.accounts)
                    if (applied.login == policy.login && applied.version >= policy.version)
                        return true;
            return false;
        });
    }
    std::optional<CommandResult> result_of(FakeBridge& bridge, const Command& order) {
        std::optional<CommandResult> found;
        bridge.run_until([&] {
            for (const auto& result : bridge.messages<CommandResult>())
                if (result.id == order.id)
                    found = result;
            return found.has_value();
        });
        return found;
    }

    TemporaryFolder folder_;
    FakeHost host_;
};

TEST_F(PluginTest, negotiation_refuses_another_abi_and_takes_older_and_newer_minors) {
    const auto answer = [&](auto change) {
        ctsp_hello hello = hello_of(host_.api());
        change(hello);
        ctsp_reply reply{};
        reply.size = sizeof reply;
        const ctsp_status status = ctsp_plugin_negotiate(&hello, &reply);
        if (status == CTSP_OK) {
            EXPECT_EQ(reply.minor, CTSP_ABI_MINOR);
            reply.api->destroy(reply.self);
        }
        return status;
    };
    EXPECT_EQ(answer([](ctsp_hello&) {}), CTSP_OK);
    EXPECT_EQ(answer([](ctsp_hello& hello) { hello.minor_max = 9; }), CTSP_OK);
    EXPECT_EQ(answer([](ctsp_hello& hello) { hello.size += 64; }), CTSP_OK);
    EXPECT_EQ(answer([](ctsp_hello& hello) { hello.abi_major = 2; }), CTSP_E_ABI);
    EXPECT_EQ(answer([](ctsp_hello& hello) { hello.minor_min = hello.minor_max = 5; }), CTSP_E_ABI);
    EXPECT_EQ(answer([](ctsp_hello& hello) { hello.size = 8; }), CTSP_E_ABI);
    EXPECT_EQ(answer([](ctsp_hello& hello) { hello.fingerprint.deal += 8; }), CTSP_E_ABI);
    EXPECT_EQ(answer([](ctsp_hello& hello) { hello.fingerprint.endian = 0x0201; }), CTSP_E_ABI);
    EXPECT_EQ(answer([](ctsp_hello& hello) { hello.host_api = nullptr; }), CTSP_E_ABI);
}

TEST_F(PluginTest, a_start_without_its_parameters_names_all_of_them) {
    host_.parameters = {{"mode", "perhaps"}, {"journal_mib", "1"}};
    const Loaded plugin(host_);
    EXPECT_NE(plugin.status(), CTSP_OK);
    for (const char* name :
         {"server_id", "data_dir", "bridge_endpoints", "secret_key_file", "mode", "journal_mib"})
        EXPECT_NE(host_.logged().find(name), std::string::npos) << name;
}

TEST_F(PluginTest, a_key_that_others_can_read_is_refused) {
    std::filesystem::permissions(
        folder_.path() + "/server.key",
        std::filesystem::perms::owner_read | std::filesystem::perms::group_read);
    const Loaded plugin(host_);
    EXPECT_NE(plugin.status(), CTSP_OK);
    EXPECT_NE(host_.logged().find("can be read by others"), std::string::npos);
}

TEST_F(PluginTest, a_first_start_tells_the_whole_server) {
    for (std::uint64_t login = 1; login <= 700; ++login)
        host_.add_user(login, 1, 1000);
    host_.add_deal(5, CTSP_DEAL_BALANCE, 250);
    FakeBridge bridge;
    Loaded plugin(host_);
    ASSERT_EQ(plugin.status(), CTSP_OK);
    ASSERT_TRUE(mirrored(bridge));
    EXPECT_EQ(bridge.facts<UserRecord>().size(), 700u);
    EXPECT_EQ(bridge.facts<GroupRecord>().size(), 2u);
    EXPECT_EQ(bridge.facts<DealRecord>().size(), 1u);
    EXPECT_EQ(bridge.facts<ResyncRecord>().front().cause, ResyncCause::first_start);
    EXPECT_NE(plugin.commands("status").find("connected=1"), std::string::npos);
    EXPECT_NE(plugin.commands("metrics").find("cambist_gate_decisions_total"), std::string::npos);
    EXPECT_EQ(plugin.commands("sing"), "status " + std::to_string(CTSP_OK_NONE));
}

TEST_F(PluginTest, deals_and_changed_accounts_are_told_once_and_in_order) {
    host_.add_user(5, 1);
    FakeBridge bridge;
    Loaded plugin(host_);
    ASSERT_TRUE(mirrored(bridge));
    for (int at = 0; at < 500; ++at) {
        plugin.tells(host_.add_deal(5, CTSP_DEAL_BALANCE, 1));
        plugin.tells(CTSP_EV_USER_UPDATE, 5);
        plugin.tells(CTSP_EV_USER_UPDATE, 5);
    }
    ASSERT_TRUE(bridge.run_until([&] {
        return bridge.facts<DealRecord>().size() >= 500 &&
               bridge.facts<UserRecord>().back().balance == 500;
    }));
    const auto deals = bridge.facts<DealRecord>();
    ASSERT_EQ(deals.size(), 500u);
    for (std::size_t at = 1; at < deals.size(); ++at)
        EXPECT_EQ(deals[at].ticket.value, deals[at - 1].ticket.value + 1);
}

TEST_F(PluginTest, a_restriction_is_enforced_once_acknowledged_and_outlives_a_restart) {
    const ctsp_user user = host_.add_user(5, 1);
    FakeBridge bridge;
    {
        Loaded plugin(host_);
        ASSERT_TRUE(mirrored(bridge));
        ASSERT_TRUE(enforced(bridge, policy(5, 1, true)));
        EXPECT_EQ(plugin.buys(user), 0u);
        ASSERT_TRUE(enforced(bridge, policy(5, 2, false)));
        EXPECT_NE(plugin.buys(user), 0u);
        ASSERT_TRUE(enforced(bridge, policy(5, 1, true))) << "an older version is answered as held";
        EXPECT_NE(plugin.buys(user), 0u);
    }
    bridge.cut();
    Loaded again(host_);
    EXPECT_NE(again.buys(user), 0u);
    host_.add_user(6, 1);
    EXPECT_NE(again.buys(host_.user(6)), 0u) << "nobody sent a policy for it";
}

TEST_F(PluginTest, a_flood_of_policies_is_applied_in_parts_that_an_answer_can_hold) {
    FakeBridge bridge;
    Loaded plugin(host_);
    ASSERT_TRUE(mirrored(bridge));
    constexpr std::uint64_t frames = 8, a_frame = 4096;
    for (std::uint64_t frame = 0; frame < frames; ++frame) {
        PolicyBatch batch{1, 1, {}};
        for (std::uint64_t at = 1; at <= a_frame; ++at)
            batch.accounts.push_back(policy(frame * a_frame + at, 1, true));
        bridge.send(batch);
    }
    std::size_t applied = 0;
    EXPECT_TRUE(bridge.run_until([&] {
        applied = 0;
        for (const auto& answer : bridge.messages<PolicyAcknowledged>())
            applied += answer.accounts.size();
        return applied == frames * a_frame;
    })) << applied;
}

TEST_F(PluginTest, refusals_of_one_second_are_told_as_one) {
    const ctsp_user user = host_.add_user(5, 1);
    FakeBridge bridge;
    Loaded plugin(host_);
    ASSERT_TRUE(mirrored(bridge));
    for (int at = 0; at < 100; ++at)
        plugin.buys(user);
    host_.set_now(1'002'000'000'000);
    ASSERT_TRUE(bridge.run_until([&] { return !bridge.facts<RefusalRecord>().empty(); }));
    const RefusalRecord record = bridge.facts<RefusalRecord>().front();
    EXPECT_EQ(record.count, 100u);
    EXPECT_EQ(record.refusal, Refusal::no_policy);
    EXPECT_TRUE(record.enforced);
}

TEST_F(PluginTest, unacknowledged_refusals_and_deals_are_told_again_after_a_restart) {
    const ctsp_user user = host_.add_user(5, 1);
    FakeBridge bridge;
    {
        Loaded plugin(host_);
        ASSERT_TRUE(mirrored(bridge));
        bridge.cut();
        plugin.buys(user);
        plugin.tells(host_.add_deal(5, CTSP_DEAL_BALANCE, 7));
    }
    EXPECT_TRUE(bridge.facts<RefusalRecord>().empty());
    bridge.mend();
    Loaded again(host_);
    ASSERT_TRUE(bridge.run_until(
        [&] { return bridge.snapshot_ended() && bridge.facts<ResyncRecord>().size() >= 4; }));
    EXPECT_EQ(bridge.facts<RefusalRecord>().size(), 1u);
    EXPECT_GE(bridge.facts<DealRecord>().size(), 1u);
    EXPECT_EQ(bridge.facts<ResyncRecord>().back().cause, ResyncCause::restart);
}

TEST_F(PluginTest, a_command_is_executed_once_whatever_comes_again) {
    host_.add_user(5, 1);
    FakeBridge bridge;
    Loaded plugin(host_);
    ASSERT_TRUE(mirrored(bridge));
    Command deposit = command(1, CommandKind::balance, 5);
    deposit.amount = 500;
    for (int at = 0; at < 3; ++at)
        bridge.send(deposit);
    const auto result = result_of(bridge, deposit);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->outcome, Outcome::done);
    EXPECT_EQ(result->balance_after, 500);
    ASSERT_TRUE(bridge.run_until([&] { return bridge.messages<CommandResult>().size() == 3; }));
    EXPECT_EQ(host_.operations(), 1);
    EXPECT_EQ(host_.deals().size(), 1u);
    EXPECT_EQ(OperationId::from_tag(host_.deals()[0].comment), deposit.id);
}

TEST_F(PluginTest, a_host_that_cannot_say_is_asked_for_the_evidence) {
    host_.add_user(5, 1);
    FakeBridge bridge;
    Loaded plugin(host_);
    ASSERT_TRUE(mirrored(bridge));
    const auto outcome_with = [&](std::uint64_t number, FakeHost::Fault fault) {
        Command deposit = command(number, CommandKind::balance, 5);
        deposit.amount = 500;
        host_.fail_next(fault);
        bridge.send(deposit);
        const auto result = result_of(bridge, deposit);
        return result ? result->outcome : Outcome::unknown_id;
    };
    EXPECT_EQ(outcome_with(1, FakeHost::Fault::uncertain_after), Outcome::done);
    EXPECT_EQ(outcome_with(2, FakeHost::Fault::uncertain_before), Outcome::not_done);
    EXPECT_EQ(outcome_with(3, FakeHost::Fault::timeout), Outcome::in_doubt);
    EXPECT_EQ(host_.operations(), 3);
    EXPECT_EQ(host_.deals().size(), 1u);
}

TEST_F(PluginTest, each_kind_of_command_does_its_work) {
    host_.add_user(5, 1);
    FakeBridge bridge;
    Loaded plugin(host_);
    ASSERT_TRUE(mirrored(bridge));
    Command leverage = command(1, CommandKind::leverage, 5);
    leverage.leverage_x100 = 30'00;
    Command group = command(2, CommandKind::group, 5);
    group.group = FixedText<64>("demo/standard");
    Command creation = command(3, CommandKind::create_account, 0);
    creation.group = FixedText<64>("real/standard");
    Command overdraft = command(4, CommandKind::balance, 5);
    overdraft.amount = -1;
    for (const Command& order : {leverage, group, creation, overdraft})
        bridge.send(order);
    EXPECT_EQ(result_of(bridge, leverage)->outcome, Outcome::done);
    EXPECT_EQ(host_.user(5).leverage_x100, 30'00u);
    EXPECT_EQ(result_of(bridge, group)->outcome, Outcome::done);
    EXPECT_STREQ(host_.user(5).group, "demo/standard");
    const auto created = result_of(bridge, creation);
    EXPECT_EQ(created->outcome, Outcome::done);
    EXPECT_EQ(host_.user(created->login.value).op_lo, 3u);
    EXPECT_EQ(result_of(bridge, overdraft)->outcome, Outcome::refused);
    EXPECT_EQ(result_of(bridge, overdraft)->failure, CommandFailure::no_money);
}

TEST_F(PluginTest, ten_thousand_strangers_are_observed_and_then_judged_by_scope) {
    for (std::uint64_t login = 1; login <= 10'000; ++login)
        host_.add_user(login, login % 2 ? 1 : 2);
    host_.parameters["mode"] = "observe";
    host_.parameters["policy_capacity"] = "10000";
    FakeBridge bridge;
    bridge.settings = {true, {"real/*"}};
    Loaded plugin(host_);
    ASSERT_TRUE(mirrored(bridge));
    EXPECT_EQ(bridge.facts<UserRecord>().size(), 10'000u);
    for (std::uint64_t login = 1; login <= 10'000; ++login)
        ASSERT_EQ(plugin.buys(host_.user(login)), 0u);
    ASSERT_NE(plugin.commands("mode enforce").find("enforcing=1"), std::string::npos);
    for (std::uint64_t login = 1; login <= 10'000; ++login)
        ASSERT_EQ(plugin.buys(host_.user(login)) != 0, login % 2 == 1);
}

TEST_F(PluginTest, more_accounts_than_expected_are_told_in_a_new_epoch) {
    for (std::uint64_t login = 1; login <= 3000; ++login)
        host_.add_user(login, 1);
    FakeBridge bridge;
    Loaded plugin(host_);
    ASSERT_TRUE(bridge.run_until([&] {
        const auto digests = bridge.facts<AccountDigestRecord>();
        return !digests.empty() && digests.back().accounts == 3000;
    }));
    EXPECT_GT(bridge.epoch, 1u);
}

TEST_F(PluginTest, bad_frames_are_named_and_change_nothing) {
    FakeBridge bridge;
    Loaded plugin(host_);
    ASSERT_TRUE(mirrored(bridge));
    bridge.send_bytes(Bytes(10, std::byte{0xc1}));
    bridge.send_bytes({});
    bridge.send(Hello{});
    bridge.send(PolicyBatch{99, 1, {policy(5, 1, true)}});
    ASSERT_TRUE(bridge.run_until([&] { return bridge.messages<FrameRefused>().size() >= 4; }));
    EXPECT_EQ(bridge.messages<FrameRefused>()[2].error, FrameError::not_expected);
    EXPECT_EQ(bridge.messages<FrameRefused>()[3].error, FrameError::not_owner);
    host_.add_user(5, 1);
    EXPECT_NE(plugin.buys(host_.user(5)), 0u);
}

TEST_F(PluginTest, a_cut_line_resumes_where_it_was) {
    host_.add_user(5, 1);
    FakeBridge bridge;
    Loaded plugin(host_);
    ASSERT_TRUE(mirrored(bridge));
    const std::size_t resyncs = bridge.facts<ResyncRecord>().size();
    bridge.cut();
    for (int at = 0; at < 300; ++at)
        plugin.tells(host_.add_deal(5, CTSP_DEAL_BALANCE, 1));
    host_.set_now(1'010'000'000'000);
    bridge.mend();
    host_.set_now(1'020'000'000'000);
    ASSERT_TRUE(bridge.run_until([&] { return bridge.facts<DealRecord>().size() >= 300; }));
    EXPECT_EQ(bridge.facts<DealRecord>().size(), 300u);
    EXPECT_EQ(bridge.facts<ResyncRecord>().size(), resyncs);
}

TEST_F(PluginTest, a_bridge_that_started_again_is_greeted_again) {
    FakeBridge bridge;
    Loaded plugin(host_);
    ASSERT_TRUE(mirrored(bridge));
    const std::size_t before = bridge.hellos.size();
    bridge.send(FrameRefused{FrameError::not_expected, FixedText<96>("not_expected")});
    EXPECT_TRUE(bridge.run_until([&] { return bridge.hellos.size() > before; }));
}

TEST_F(PluginTest, an_overrun_of_the_lanes_becomes_a_visible_resync) {
    host_.add_user(5, 1);
    FakeBridge bridge;
    Loaded plugin(host_);
    ASSERT_TRUE(mirrored(bridge));
    const std::uint64_t epoch = bridge.epoch;
    const ctsp_deal deal = host_.add_deal(5, CTSP_DEAL_BALANCE, 1);
    while (plugin.commands("status").find("events_dropped=0") != std::string::npos)
        for (int at = 0; at < 10'000; ++at)
            plugin.tells(deal);
    ASSERT_TRUE(bridge.run_until([&] {
        host_.set_now(host_.api().now_ns(host_.api().host) + 100'000'000);
        return bridge.epoch > epoch && bridge.snapshot_ended() &&
               bridge.facts<ResyncRecord>().back().cause == ResyncCause::overrun;
    }));
    EXPECT_EQ(bridge.facts<UserRecord>().back().balance, 1);
}

TEST_F(PluginTest, a_rescan_answers_with_the_accounts_and_their_check) {
    for (std::uint64_t login = 1; login <= 30; ++login)
        host_.add_user(login, 1);
    host_.add_deal(7, CTSP_DEAL_BALANCE, 90);
    FakeBridge bridge;
    Loaded plugin(host_);
    ASSERT_TRUE(mirrored(bridge));
    bridge.send(RescanAccountsAsked{1, 4, Login{0}, 20});
    bridge.send(RescanAccountsAsked{1, 5, Login{20}, 20});
    bridge.send(RescanDealsAsked{1, 6, Instant{0}, Ticket{0}, 10});
    ASSERT_TRUE(bridge.run_until([&] {
        return bridge.messages<RescannedAccounts>().size() == 2 &&
               bridge.messages<RescannedDeals>().size() == 1;
    }));
    const auto pages = bridge.messages<RescannedAccounts>();
    EXPECT_EQ(pages[0].accounts.size(), 20u);
    EXPECT_EQ(pages[0].accounts[6].balance_from_deals, 90);
    EXPECT_EQ(pages[1].accounts.size(), 10u);
    EXPECT_EQ(bridge.messages<RescannedDeals>()[0].deals.size(), 1u);
}

}  // namespace
}  // namespace cambist::plugin
