#pragma once

#include <gtest/gtest.h>

#include "office/accounts/account_service.hpp"
#include "office/accounts/client_service.hpp"
#include "office/approvals/approval_service.hpp"
#include "office/pg/pool.hpp"
#include "office/staff/access_store.hpp"
#include "tests/integration/test_database.hpp"

namespace cambist::tests {

using boost::asio::awaitable;
using namespace office;

/// A broker with server 1, where logins 100..109 are mirrored with 100.00 USD each, and a pool that
/// works as the gateway does for somebody who sees all clients; `bridge` works as the bridge does.
class OfficeDesk : public ::testing::Test {
  protected:
    OfficeDesk() {
        add_staff();
        database.psql(
            "insert into server (id, name) values (1, 'one');"
            "insert into trading_group (server_id, group_id, name, currency) "
            "  values (1, 1, 'real', 'USD'), (1, 2, 'vip', 'USD'), (1, 3, 'euro', 'EUR');"
            "insert into trading_group (server_id, group_id, name, currency, is_demo) "
            "  values (1, 4, 'play', 'USD', true);"
            "insert into account (server_id, login, group_name, group_id, leverage_x100, balance, "
            "  currency, server_version) "
            "  select 1, n, 'real', 1, 10000, 10000, 'USD', 1 from generate_series(100, 109) n;");
    }

    /// Runs `body(tx)` and commits it.
    template <class Body>
    auto committed(pg::Pool& as, Body body) {
        using Value = typename decltype(body(std::declval<pg::Transaction&>()))::value_type;
        return await(context, [&]() -> awaitable<Value> {
            auto tx = co_await as.begin();
            Value value = co_await body(tx);
            co_await tx.commit();
            co_return value;
        }());
    }
    template <class Body>
    auto committed(Body body) {
        return committed(gateway, std::move(body));
    }

    /// Runs `body(tx, authority)` with an approval that one of two people asked for and the other
    /// gave, and commits it.
    template <class Body>
    auto with_approval(Body body) {
        using Made =
            decltype(body(std::declval<pg::Transaction&>(), std::declval<const Authority&>()));
        using Value = typename Made::value_type;
        return await(context, [&]() -> awaitable<Value> {
            auto tx = co_await gateway.begin();
            std::optional<Value> value;
            co_await approve(
                tx,
                [&](const Approved& approved, const Approval&) -> awaitable<approvals::CarriedOut> {
                    const Authority authority(approved);
                    value.emplace(co_await body(tx, authority));
                    co_return std::nullopt;
                });
            co_await tx.commit();
            co_return std::move(*value);
        }());
    }

    Client approved_client(std::initializer_list<std::uint64_t> logins) {
        Client client;
        client.id = {7, ++clients_};
        client.person = {8, clients_};
        client.name = PersonName("Ada");
        client.status = ClientStatus::approved;
        with_approval([&](pg::Transaction& tx, const Authority& authority) {
            return register_client(tx, client, authority);
        });
        for (const std::uint64_t login : logins)
            with_approval([&](pg::Transaction& tx, const Authority& authority) {
                return attach_account(tx, client.id, {{1}, {login}}, AccountKind::live, authority);
            });
        return client;
    }

    Outcome<ClientChanged> set_status_with_approval(const Client& client, ClientStatus to,
                                                    std::optional<Cause> cause = {}) {
        return with_approval([&](pg::Transaction& tx, const Authority& authority) {
            const StatusChange change{.to = to, .cause = cause, .reason = "because"};
            return change_status(tx, client.id, change, authority);
        });
    }

    Outcome<ClientChanged> set_status(const Client& client, ClientStatus to, Actor actor,
                                      std::optional<Cause> cause = {}) {
        return committed([&](pg::Transaction& tx) {
            const StatusChange change{.to = to, .cause = cause, .reason = "because"};
            return change_status(tx, client.id, change, actor);
        });
    }

    std::string account(std::uint64_t login, const std::string& columns) {
        return database.psql("select " + columns +
                             " from account where login = " + std::to_string(login));
    }
    std::string count(const std::string& from) {
        return database.psql("select count(*) from " + from);
    }

    const Actor back_office{.name = "key:backoffice"};
    const Actor maker{
        .name = "staff:maker", .principal = {4, 1}, .person = {4, 11}, .is_staff = true};
    const Actor checker{
        .name = "staff:checker", .principal = {4, 2}, .person = {4, 12}, .is_staff = true};
    TestDatabase database;
    boost::asio::io_context context;
    pg::Pool gateway{{.connection = database.settings("cambist_gateway")}};
    pg::Pool bridge{{.connection = database.settings("cambist_bridge")}};
    const Actor bridge_actor{.name = "system:bridge"};

  private:
    void add_staff() {
        for (const Actor& actor : {maker, checker})
            database.psql("insert into person (id, name) values ('" + actor.person.uuid() +
                          "', 'X'); insert into staff (id, person_id, username, name) values ('" +
                          actor.principal.uuid() + "', '" + actor.person.uuid() + "', '" +
                          actor.name.substr(6) + "', 'X');");
        database.psql(
            "insert into role values ('everything', 'of tests');"
            "insert into role_permission select distinct 'everything', permission "
            "  from role_permission;"
            "insert into role_grant (id, staff_id, role, granted_by) "
            "  select gen_random_uuid(), id, 'everything', 'test' from staff;"
            "insert into configuration (name, version, body, author) values ('approvals', 9, "
            "  '{\"actions\":{\"client.change_status\":{\"levels\":"
            "    [{\"roles\":[\"everything\"]}]}}}', 'test');"
            "do $$ begin execute format('alter role cambist_gateway in database %I set "
            "  cambist.principal = %L', current_database(), '" +
            maker.principal.uuid() +
            "'); execute format('alter role cambist_gateway in database %I set "
            "  cambist.permission = %L', current_database(), 'client.read'); "
            "execute format('alter role cambist_gateway in database %I set "
            "  cambist.sees_all = %L', current_database(), 'on'); end $$");
    }

    awaitable<void> approve(pg::Transaction& tx, approvals::CarryOut carry_out) {
        const OperationId id{6, ++approvals_};
        const ApprovalRequest request{.id = id,
                                      .action = "client.change_status",
                                      .subject = "test:" + std::to_string(approvals_),
                                      .payload = "{}",
                                      .reason = "because"};
        const auto filed = co_await approvals::Engine::submit(tx, request, maker);
        EXPECT_TRUE(filed.has_value()) << filed.error().code;
        access::act(tx, checker, "approval.decide");
        const WantedDecision wanted{.approves = true, .remark = "seen", .if_version = 1};
        const auto decided = co_await approvals::Engine::decide(tx, id, wanted, checker, Instant{},
                                                                std::move(carry_out));
        EXPECT_TRUE(decided.has_value()) << decided.error().code;
    }

    std::uint64_t clients_ = 0, approvals_ = 0;
};

}  // namespace cambist::tests
