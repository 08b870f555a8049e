#include <boost/json/object.hpp>

#include "office/accounts/recompute_service.hpp"
#include "office/accounts/recompute_store.hpp"
#include "office/accounts/rights_matrix.hpp"
#include "office/configuration/configuration_service.hpp"
#include "office/configuration/configuration_store.hpp"
#include "tests/integration/office/office_desk.hpp"

namespace cambist::tests {
namespace {

namespace json = boost::json;
using State = RecomputeStep::State;

constexpr pg::Query take_a_number{"take_a_number", "select pg_current_xact_id()::text"};
const ConfigurationKind rights{"rights", "what accounts may do", review_rights, begin_recompute};

/// Ten accounts of one approved client.
class Recompute : public OfficeDesk {
  protected:
    Recompute() { client = approved_client({100, 101, 102, 103, 104, 105, 106, 107, 108, 109}); }

    ConfigurationVersion in_force() {
        return *committed([](pg::Transaction& tx) { return configuration::current(tx, "rights"); });
    }
    /// The document in force, but for one right of who is approved.
    json::value approved_may(std::string_view right, std::string_view word) {
        json::value document = in_force().document;
        document.at("default").at("status").at("approved").as_object()[right] = word;
        return document;
    }
    std::expected<ConfigurationVersion, NotChanged> change(const json::value& document,
                                                           std::optional<std::int64_t> seen = {}) {
        return with_approval([&](pg::Transaction& tx, const Authority& authority) {
            return change_configuration(
                tx, rights, {.document = document, .reason = "because", .if_version = seen},
                authority);
        });
    }
    awaitable<RecomputeStep> committed_step(int limit) {
        auto tx = co_await bridge.begin();
        const auto done = co_await recompute_some(tx, limit, bridge_actor);
        co_await tx.commit();
        co_return done;
    }
    awaitable<void> begin_in_another_transaction() {
        auto tx = co_await gateway.begin();
        recompute::begin(tx, 1);
        co_await tx.commit();
    }
    /// One step of the bridge; when `dies`, nothing of it is committed.
    RecomputeStep step(int limit, bool dies = false) {
        return await(context, [&]() -> awaitable<RecomputeStep> {
            auto tx = co_await bridge.begin();
            const auto done = co_await recompute_some(tx, limit, bridge_actor);
            if (!dies)
                co_await tx.commit();
            co_return done;
        }());
    }
    RecomputeStep first_step(int limit, bool dies = false) {
        auto done = step(limit);
        while (done.state == State::waiting)
            done = step(limit, dies);
        return done;
    }
    std::string with_right_to_open() { return count("account where rights & 2 <> 0"); }

    Client client;
};

TEST_F(Recompute, gives_every_account_what_the_new_matrix_says_batch_by_batch) {
    EXPECT_EQ(with_right_to_open(), "10");
    ASSERT_TRUE(change(approved_may("open", "no")).has_value());
    EXPECT_EQ(with_right_to_open(), "10") << "nothing changes in the transaction of the version";
    EXPECT_EQ(first_step(4).state, State::moved);
    EXPECT_EQ(with_right_to_open(), "6");
    EXPECT_EQ(step(4).state, State::moved);
    const auto last = step(4);
    EXPECT_EQ(last.state, State::finished);
    EXPECT_EQ(last.seen, 10);
    EXPECT_EQ(last.changed, 10);
    EXPECT_EQ(with_right_to_open(), "0");
    EXPECT_EQ(count("account where accepted_version = 2"), "10");
    EXPECT_EQ(count("policy_version where version = 2"), "10");
    EXPECT_EQ(step(4).state, State::idle);
    EXPECT_EQ(count("audit where action = 'policies_recomputed' and actor = 'system:bridge'"), "1");
}

TEST_F(Recompute, goes_on_where_the_last_commit_was_when_it_dies_in_the_middle) {
    ASSERT_TRUE(change(approved_may("open", "no")).has_value());
    first_step(4);
    EXPECT_EQ(step(4, true).state, State::moved);
    EXPECT_EQ(with_right_to_open(), "6") << "what was not committed was not done";
    EXPECT_EQ(step(4).state, State::moved);
    EXPECT_EQ(step(4).state, State::finished);
    EXPECT_EQ(with_right_to_open(), "0");
    EXPECT_EQ(count("policy_version where version = 2"), "10") << "each account once";
}

TEST_F(Recompute, begins_anew_with_a_newer_matrix_and_changes_what_differs_alone) {
    ASSERT_TRUE(change(approved_may("open", "no")).has_value());
    first_step(4);
    ASSERT_TRUE(change(approved_may("open", "yes")).has_value());
    auto done = first_step(100);
    EXPECT_EQ(done.state, State::finished);
    EXPECT_EQ(done.seen, 10);
    EXPECT_EQ(done.changed, 4);
    EXPECT_EQ(with_right_to_open(), "10");
    EXPECT_EQ(database.psql("select string_agg(outcome, ' ' order by version) "
                            "from policy_recompute"),
              "overtaken finished");
}

TEST_F(Recompute, waits_for_whoever_may_have_read_the_matrix_before) {
    await(context, [&]() -> awaitable<void> {
        auto slow = co_await gateway.begin();
        co_await slow.execute(take_a_number);
        co_await begin_in_another_transaction();
        for (int tries = 0; tries < 3; ++tries)
            EXPECT_EQ((co_await committed_step(4)).state, State::waiting);
        co_await slow.commit();
        auto done = co_await committed_step(4);
        while (done.state == State::waiting)
            done = co_await committed_step(4);
        EXPECT_EQ(done.state, State::moved);
    }());
}

TEST_F(Recompute, is_done_by_one_bridge_at_a_time) {
    ASSERT_TRUE(change(approved_may("open", "no")).has_value());
    first_step(2);
    await(context, [&]() -> awaitable<void> {
        auto one = co_await bridge.begin();
        auto other = co_await bridge.begin();
        const auto done = co_await recompute_some(one, 2, bridge_actor);
        EXPECT_EQ(done.state, State::moved);
        const auto nothing = co_await recompute_some(other, 2, bridge_actor);
        EXPECT_EQ(nothing.state, State::idle);
        co_await one.commit();
    }());
}

TEST_F(Recompute, an_account_that_is_touched_meanwhile_is_decided_by_the_new_matrix_already) {
    ASSERT_TRUE(change(approved_may("open", "no")).has_value());
    first_step(4);
    ASSERT_TRUE(set_status(client, ClientStatus::restricted, maker, Cause::review).has_value());
    EXPECT_EQ(with_right_to_open(), "0");
    auto done = step(100);
    EXPECT_EQ(done.state, State::finished);
    EXPECT_EQ(done.changed, 4) << "what was decided by the new matrix is left alone";
}

TEST_F(Recompute, is_what_the_preview_said) {
    const auto document = approved_may("transfer", "no");
    const auto said = committed([&](pg::Transaction& tx) { return preview_rights(tx, document); });
    EXPECT_EQ(said.accounts_affected, 10);
    EXPECT_EQ(said.clients_affected, 1);
    EXPECT_FALSE(said.is_estimate);
    ASSERT_EQ(said.sample.size(), 10u);
    ASSERT_TRUE(change(document).has_value());
    EXPECT_EQ(first_step(100).changed, said.accounts_affected);
    for (const auto& one : said.sample)
        EXPECT_EQ(account(one.key.login.value, "rights"), std::to_string(one.after.rights.bits));
}

TEST_F(Recompute, a_change_of_what_has_changed_since_is_refused_and_nothing_is_written) {
    const auto version = in_force().version;
    ASSERT_TRUE(change(approved_may("open", "no"), version).has_value());
    const auto late = change(approved_may("transfer", "no"), version);
    ASSERT_FALSE(late.has_value());
    EXPECT_EQ(late.error().why, ConfigurationRefusal::stale_version);
    EXPECT_EQ(in_force().version, version + 1);
}

TEST_F(Recompute, one_person_alone_changes_nothing) {
    const auto document = approved_may("open", "no");
    const auto alone = committed([&](pg::Transaction& tx) {
        return change_configuration(tx, rights, {.document = document, .reason = "because"}, maker);
    });
    ASSERT_FALSE(alone.has_value());
    EXPECT_EQ(alone.error().why, ConfigurationRefusal::needs_approval);
    EXPECT_EQ(in_force().document, committed([](pg::Transaction& tx) {
                                       return configuration::find(tx, "rights", 1);
                                   })->document);
    EXPECT_EQ(count("policy_recompute"), "0");
}

TEST_F(Recompute, a_version_keeps_who_asked_who_agreed_and_why) {
    ASSERT_TRUE(change(approved_may("open", "no")).has_value());
    const auto made = in_force();
    EXPECT_EQ(made.author, "staff:maker");
    EXPECT_EQ(made.reason, "because");
    EXPECT_TRUE(made.approval.has_value());
    EXPECT_EQ(count("audit where action = 'configuration_changed' "
                    "and after->'values'->>'/default/status/approved/open' = 'no'"),
              "1");
}

}  // namespace
}  // namespace cambist::tests
