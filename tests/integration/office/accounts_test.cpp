#include <functional>

#include "tests/integration/office/office_desk.hpp"

namespace cambist::tests {

namespace {

class Accounts : public OfficeDesk {
  protected:
    using Part = std::function<awaitable<void>(pg::Transaction&)>;

    /// May only connect: an account that is given to them gives no rights.
    Client registered_client() {
        Client client;
        client.id = {7, 1000 + ++registered_};
        client.person = {8, 1000 + registered_};
        client.name = PersonName("Bob");
        committed([&](pg::Transaction& tx) { return register_client(tx, client, back_office); });
        return client;
    }

    /// `second` starts when `first` has done its part; `first` commits when `second` waits for it.
    void at_the_same_moment(Part first, Part second) {
        await(context, [&]() -> awaitable<void> {
            auto tx = co_await gateway.begin();
            co_await first(tx);
            bool done = false, failed = false, ended = false;
            boost::asio::co_spawn(
                context,
                [&]() -> awaitable<void> {
                    auto other = co_await gateway.begin();
                    co_await second(other);
                    co_await other.commit();
                    done = true;
                },
                [&](std::exception_ptr failure) {
                    failed = failure != nullptr;
                    ended = true;
                });
            auto watcher = co_await bridge.begin();
            while (!ended && (co_await watcher.execute(waits)).one().get<std::int64_t>(0) == 0) {
            }
            EXPECT_FALSE(ended) << "it did not wait";
            co_await tx.commit();
            while (!ended)
                co_await watcher.execute(waits);
            EXPECT_TRUE(done && !failed);
        }());
    }

  private:
    std::uint64_t registered_ = 0;
    static constexpr pg::Query waits{"waits",
                                     "select count(*) from pg_locks where not granted and "
                                     "(database = (select oid from pg_database where datname = "
                                     "current_database()) or locktype = 'transactionid')"};
};

TEST_F(Accounts, of_an_approved_client_get_all_rights_as_their_first_version) {
    approved_client({100});
    EXPECT_EQ(account(100, "accepted_version, rights, reason, leverage_cap_x100, enforced_version"),
              "1|31|none|50000|0");
    EXPECT_EQ(database.psql("select version, rights, enforced_at is null from policy_version"),
              "1|31|t");
}

TEST_F(Accounts, a_restriction_reaches_every_account_of_the_client_and_nobody_elses) {
    const Client ada = approved_client({100, 101});
    approved_client({102});
    const auto changed = set_status(ada, ClientStatus::restricted, back_office, Cause::review);
    ASSERT_TRUE(changed.has_value());
    EXPECT_EQ(changed->policies.size(), 2u);
    EXPECT_EQ(changed->policies[1].version, 2);
    EXPECT_EQ(account(100, "accepted_version, rights, reason"), "2|1|restricted");
    EXPECT_EQ(account(101, "accepted_version, rights, reason"), "2|1|restricted");
    EXPECT_EQ(account(102, "accepted_version, rights, reason"), "1|31|none");
    EXPECT_EQ(
        database.psql("select status, version from client where id = '" + ada.id.uuid() + "'"),
        "restricted|2");
}

TEST_F(Accounts, a_change_leaves_one_audit_record_and_one_event_with_it) {
    const Client ada = approved_client({100});
    const std::string before = count("audit");
    set_status(ada, ClientStatus::restricted, back_office, Cause::sanctions_match);
    EXPECT_EQ(std::stoi(count("audit")), std::stoi(before) + 1);
    EXPECT_EQ(database.psql("select actor, action, before ->> 'status', after ->> 'status', reason "
                            "from audit order by id desc limit 1"),
              "key:backoffice|status_changed|approved|restricted|because");
    EXPECT_EQ(
        database.psql("select payload -> 'causes' from outbox where topic = 'status_changed'"),
        "[\"review\"]")
        << "a confidential cause left the office";
}

TEST_F(Accounts, nobody_gives_rights_alone_and_a_refusal_writes_nothing) {
    const Client ada = approved_client({100});
    set_status(ada, ClientStatus::restricted, back_office, Cause::review);
    const std::string audit = count("audit"), outbox = count("outbox");
    const auto refused = set_status(ada, ClientStatus::approved, back_office);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, "needs_approval");
    EXPECT_EQ(refused.error().kind, Refused::Kind::forbidden);
    EXPECT_EQ(count("audit"), audit);
    EXPECT_EQ(count("outbox"), outbox);
    EXPECT_TRUE(set_status_with_approval(ada, ClientStatus::approved).has_value());
    EXPECT_EQ(account(100, "accepted_version, rights"), "3|31");
}

TEST_F(Accounts, lifting_one_cause_leaves_the_others_in_force) {
    const Client ada = approved_client({100});
    set_status(ada, ClientStatus::restricted, back_office, Cause::review);
    set_status(ada, ClientStatus::restricted, back_office, Cause::authority_freeze);
    EXPECT_EQ(account(100, "reason"), "frozen");
    const auto still =
        set_status_with_approval(ada, ClientStatus::approved, Cause::authority_freeze);
    EXPECT_EQ(still->client.status, ClientStatus::restricted);
    EXPECT_EQ(account(100, "reason"), "restricted");
    EXPECT_EQ(count("restriction_cause where lifted_at is null"), "1");
}

TEST_F(Accounts, the_same_status_again_changes_nothing) {
    const Client ada = approved_client({100});
    const std::string audit = count("audit");
    const auto again = set_status(ada, ClientStatus::approved, back_office);
    ASSERT_TRUE(again.has_value());
    EXPECT_FALSE(again->changed);
    EXPECT_EQ(count("audit"), audit);
}

TEST_F(Accounts, a_client_with_money_is_not_closed) {
    const Client ada = approved_client({100});
    EXPECT_EQ(set_status(ada, ClientStatus::closed, back_office).error().code, "money_left");
    database.psql("update account set balance = 0 where login = 100");
    EXPECT_TRUE(set_status(ada, ClientStatus::closed, back_office).has_value());
    EXPECT_EQ(account(100, "rights, reason"), "0|account_closed");
}

TEST_F(Accounts, holds_narrow_at_once_and_are_released_with_an_approval) {
    approved_client({100});
    const Hold reserve{{9, 1}, {{1}, {100}}, HoldKind::reserve, 2'500, "dispute"};
    const Hold withdrawal{{9, 2}, {{1}, {100}}, HoldKind::withdrawal, 0, "check"};
    for (const Hold& hold : {reserve, withdrawal})
        EXPECT_TRUE(committed([&](auto& tx) { return place_hold(tx, hold, back_office); }));
    EXPECT_EQ(account(100, "rights, reason, reserved"), "7|withdrawal_hold|2500");

    const auto again = committed([&](auto& tx) { return place_hold(tx, reserve, back_office); });
    EXPECT_TRUE(again.has_value());
    Hold other = reserve;
    other.amount = 1;
    EXPECT_EQ(committed([&](auto& tx) { return place_hold(tx, other, back_office); }).error().code,
              "id_taken");

    const auto release = [&] {
        return with_approval([&](auto& tx, const Authority& authority) {
            return release_hold(tx, {9, 2}, "done", authority);
        });
    };
    const auto alone =
        committed([&](auto& tx) { return release_hold(tx, {9, 2}, "done", back_office); });
    EXPECT_EQ(alone.error().code, "needs_approval");
    EXPECT_TRUE(release().has_value());
    EXPECT_EQ(account(100, "rights, reason, reserved"), "31|none|2500");
    EXPECT_TRUE(release()->empty()) << "released already: nothing changes";
}

TEST_F(Accounts, leverage_caps_of_client_and_account_meet_in_the_lower_one) {
    const Client ada = approved_client({100});
    committed(
        [&](auto& tx) { return set_client_leverage_cap(tx, ada.id, 20'000, "", back_office); });
    EXPECT_EQ(account(100, "leverage_cap_x100"), "20000");
    committed([&](auto& tx) { return set_leverage_cap(tx, {{1}, {100}}, 3'000, "", back_office); });
    EXPECT_EQ(account(100, "leverage_cap_x100"), "3000");
    const auto raised =
        committed([&](auto& tx) { return set_leverage_cap(tx, {{1}, {100}}, 0, "", back_office); });
    EXPECT_EQ(raised.error().code, "needs_approval");
}

TEST_F(Accounts, an_account_can_be_given_before_the_server_shows_it_and_to_one_client_only) {
    const Client ada = approved_client({500});
    EXPECT_EQ(account(500, "accepted_version, server_version"), "1|0");
    const Client bob = approved_client({});
    const auto taken = with_approval([&](auto& tx, const Authority& authority) {
        return attach_account(tx, bob.id, {{1}, {500}}, AccountKind::live, authority);
    });
    EXPECT_EQ(taken.error().code, "account_taken");
}

TEST_F(Accounts,
       are_given_with_an_approval_where_rights_come_with_them_and_as_what_the_server_says) {
    const Client ada = approved_client({101});
    const auto give = [&](std::uint64_t login, AccountKind kind) {
        const auto given = committed([&](auto& tx) {
            return attach_account(tx, ada.id, {{1}, {login}}, kind, back_office);
        });
        return given ? "given" : std::string(given.error().code);
    };
    EXPECT_EQ(give(100, AccountKind::demo), "kind_differs");
    EXPECT_EQ(give(100, AccountKind::live), "needs_approval");
    EXPECT_EQ(give(700, AccountKind::demo), "needs_approval") << "nobody has seen it yet";
    EXPECT_EQ(give(101, AccountKind::demo), "needs_approval");
    EXPECT_EQ(give(101, AccountKind::live), "given") << "it is so already";
    with_approval([&](auto& tx, const Authority& authority) {
        return attach_account(tx, ada.id, {{1}, {101}}, AccountKind::demo, authority);
    });
    EXPECT_EQ(database.psql("select before ->> 'kind', after ->> 'kind' from audit "
                            "where action = 'account_attached' order by id desc limit 1"),
              "live|demo");
}

TEST_F(Accounts, a_hold_that_was_released_is_not_placed_again_under_its_id) {
    approved_client({100});
    const Hold hold{{9, 1}, {{1}, {100}}, HoldKind::withdrawal, 0, "dispute"};
    const auto place = [&] {
        return committed([&](auto& tx) { return place_hold(tx, hold, back_office); });
    };
    EXPECT_TRUE(place().has_value());
    with_approval([&](auto& tx, const Authority& authority) {
        return release_hold(tx, hold.id, "done", authority);
    });
    EXPECT_EQ(place().error().code, "id_taken");
}

TEST_F(Accounts, reserves_beyond_every_amount_reserve_every_amount) {
    approved_client({100});
    for (const std::uint64_t id : {1, 2}) {
        const Hold hold{{9, id}, {{1}, {100}}, HoldKind::reserve, INT64_MAX, "all"};
        EXPECT_TRUE(committed([&](auto& tx) { return place_hold(tx, hold, back_office); }));
    }
    EXPECT_EQ(account(100, "reserved"), std::to_string(INT64_MAX));
}

TEST_F(Accounts, a_stale_edit_is_refused) {
    const Client ada = approved_client({});
    const auto stale = committed([&](auto& tx) {
        const StatusChange change{.to = ClientStatus::restricted, .reason = "r", .if_version = 9};
        return change_status(tx, ada.id, change, back_office);
    });
    EXPECT_EQ(stale.error().code, "stale_version");
}

TEST_F(Accounts, a_hold_and_a_restriction_at_the_same_moment_both_count) {
    const Client ada = approved_client({100});
    const auto hold = [&](pg::Transaction& tx) -> awaitable<void> {
        const Hold reserve{{9, 1}, {{1}, {100}}, HoldKind::reserve, 700, "dispute"};
        co_await place_hold(tx, reserve, back_office);
    };
    const auto restrict = [&](pg::Transaction& tx) -> awaitable<void> {
        const StatusChange change{.to = ClientStatus::restricted, .reason = "r"};
        co_await change_status(tx, ada.id, change, back_office);
    };
    at_the_same_moment(hold, restrict);
    EXPECT_EQ(account(100, "accepted_version, rights, reserved"), "3|1|700");
}

TEST_F(Accounts, an_account_given_to_two_clients_at_the_same_moment_is_the_firsts) {
    const Client ada = registered_client(), bob = registered_client();
    const AccountKey key{{1}, {600}};
    const auto give_to_ada = [&](pg::Transaction& tx) -> awaitable<void> {
        co_await attach_account(tx, ada.id, key, AccountKind::live, back_office);
    };
    std::string refusal;
    at_the_same_moment(give_to_ada, [&](pg::Transaction& tx) -> awaitable<void> {
        const auto taken = co_await attach_account(tx, bob.id, key, AccountKind::live, back_office);
        refusal = taken ? "given" : taken.error().code;
    });
    EXPECT_EQ(refusal, "account_taken");
    EXPECT_EQ(count("account where login = 600 and client_id = '" + ada.id.uuid() + "'"), "1");
    EXPECT_EQ(count("audit where action = 'account_attached' and subject = 'account:1/600'"), "1");
}

}  // namespace
}  // namespace cambist::tests
