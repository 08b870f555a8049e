#pragma once

#include <gtest/gtest.h>

#include "office/accounts/account_service.hpp"
#include "office/accounts/client_service.hpp"
#include "office/pg/pool.hpp"
#include "tests/integration/test_database.hpp"

namespace cambist::tests {

using boost::asio::awaitable;
using namespace office;

/// A broker with server 1, where logins 100..109 are mirrored with 100.00 USD each, and a pool that
/// works as the gateway does; `bridge` works as the bridge does.
class OfficeDesk : public ::testing::Test {
  protected:
    OfficeDesk() {
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

    Client approved_client(std::initializer_list<std::uint64_t> logins) {
        Client client;
        client.id = {7, ++clients_};
        client.person = {8, clients_};
        client.name = "Ada";
        client.status = ClientStatus::approved;
        committed([&](pg::Transaction& tx) { return register_client(tx, client, demo); });
        for (const std::uint64_t login : logins)
            committed([&](pg::Transaction& tx) {
                return attach_account(tx, client.id, {{1}, {login}}, AccountKind::live, demo);
            });
        return client;
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

    TestDatabase database;
    boost::asio::io_context context;
    pg::Pool gateway{{.connection = database.settings("cambist_gateway")}};
    pg::Pool bridge{{.connection = database.settings("cambist_bridge")}};
    const Actor demo{.name = "key:demo", .scopes = {"demo_release", "server_admin"}};
    const Actor back_office{.name = "key:backoffice", .narrow_only = true};
    const Actor bridge_actor{.name = "system:bridge"};

  private:
    std::uint64_t clients_ = 0;
};

}  // namespace cambist::tests
