#include "office/accounts/account_view_store.hpp"

#include "sync/vocabulary/assertion.hpp"

namespace cambist::office {
namespace {

using pg::Query;

#define ACCOUNT_COLUMNS                                                                          \
    "select server_id, login, client_id, kind, state, in_scope, server_version > 0, deleted, "   \
    "money_out_stopped, group_name, currency, currency_digits, leverage_x100, balance, credit, " \
    "rights, reason, leverage_cap_x100, reserved, accepted_version, enforced_version, "          \
    "enforced_at, coalesce(own_leverage_cap_x100, 0) "
// Whose scope is a few clients has their accounts sorted; all others walk in the list's order.
#define PAGE_OF(condition)                                                                        \
    "with few as materialized (select few_clients() as ids), page as ("                           \
    "(select server_id, login from account where (select ids is null from few) " condition        \
    "  and (server_id, login) > ($1, $2) order by server_id, login limit $3) "                    \
    "union all (select server_id, login from ("                                                   \
    "    select server_id, login from account "                                                   \
    "    where client_id = any((select ids from few)::uuid[]) " condition                         \
    " offset 0) as theirs "                                                                       \
    "  where (server_id, login) > ($1, $2) order by server_id, login limit $3)) " ACCOUNT_COLUMNS \
    "from page join account using (server_id, login) "                                            \
    "order by server_id, login limit $3"
constexpr Query view_account{"account_view",
                             ACCOUNT_COLUMNS "from account where server_id = $1 and login = $2"};
constexpr Query view_accounts{"account_views", PAGE_OF("")};
constexpr Query view_accounts_of_server{"account_views_of_server", PAGE_OF("and server_id = $4")};
constexpr Query view_accounts_of_client{"account_views_of_client", ACCOUNT_COLUMNS
                                        "from account "
                                        "where client_id = $4 and (server_id, login) > ($1, $2) "
                                        "order by server_id, login limit $3"};
constexpr Query view_accounts_pending{"account_views_pending",
                                      PAGE_OF("and accepted_version <> enforced_version")};
constexpr Query view_accounts_of_login{"account_views_of_login", ACCOUNT_COLUMNS
                                       "from account where server_id in (select id from server) "
                                       "and login = $1 order by server_id limit $2"};
#undef PAGE_OF
#undef ACCOUNT_COLUMNS
constexpr Query view_holds{"hold_views",
                           "select id, kind, amount, reason from hold where server_id = $1 "
                           "and login = $2 and released_at is null order by placed_at, id"};

template <class Enum>
Enum known(std::optional<Enum> value) {
    CAMBIST_ASSERT(value.has_value());
    return *value;
}

Reason reason_of(std::string_view name) {
    std::uint8_t at = 0;
    while (at < 32 && name_of(static_cast<Reason>(at)) != name)
        ++at;
    CAMBIST_ASSERT(at < 32);
    return static_cast<Reason>(at);
}

accounts::AccountView account_of(const pg::Row& row) {
    accounts::AccountView view;
    view.key = {row.get<ServerId>(0), row.get<Login>(1)};
    view.client = row.get<std::optional<OperationId>>(2);
    view.kind = known(account_kind_of(row.get<std::string_view>(3)));
    view.state = known(account_state_of(row.get<std::string_view>(4)));
    view.in_scope = row.get<bool>(5);
    view.mirrored = row.get<bool>(6);
    view.deleted = row.get<bool>(7);
    view.money_out_stopped = row.get<bool>(8);
    view.group = row.get<std::string>(9);
    view.currency = row.get<std::string>(10);
    view.currency_digits = row.get<std::int16_t>(11);
    view.leverage_x100 = row.get<std::int64_t>(12);
    view.balance = row.get<std::int64_t>(13);
    view.credit = row.get<std::int64_t>(14);
    view.policy = {.rights = {row.get<std::uint16_t>(15)},
                   .reason = reason_of(row.get<std::string_view>(16)),
                   .leverage_cap_x100 = row.get<std::int64_t>(17),
                   .reserved = row.get<std::int64_t>(18)};
    view.accepted_version = row.get<std::int64_t>(19);
    view.enforced_version = row.get<std::int64_t>(20);
    view.enforced_at = row.get<std::optional<Instant>>(21);
    view.own_cap_x100 = row.get<std::int64_t>(22);
    return view;
}

}  // namespace

namespace accounts {

awaitable<std::optional<AccountView>> view(pg::Transaction& tx, AccountKey key) {
    const auto rows = co_await tx.execute(view_account, key.server, key.login);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return account_of(*row);
}

awaitable<std::vector<AccountView>> views(pg::Transaction& tx, AccountFilter filter,
                                          AccountKey after, int limit) {
    auto parameters = pg::Parameters::of(after.server, after.login, std::int64_t{limit});
    const Query* query = filter.pending ? &view_accounts_pending : &view_accounts;
    if (filter.client) {
        query = &view_accounts_of_client;
        parameters.add(*filter.client);
    } else if (filter.server) {
        query = &view_accounts_of_server;
        parameters.add(*filter.server);
    }
    const auto rows = co_await tx.run(*query, std::move(parameters));
    std::vector<AccountView> list;
    for (const pg::Row row : rows)
        list.push_back(account_of(row));
    co_return list;
}

awaitable<std::vector<AccountView>> views_of_login(pg::Transaction& tx, Login login, int limit) {
    const auto rows = co_await tx.execute(view_accounts_of_login, login, std::int64_t{limit});
    std::vector<AccountView> list;
    for (const pg::Row row : rows)
        list.push_back(account_of(row));
    co_return list;
}

awaitable<std::vector<Hold>> holds_in_force(pg::Transaction& tx, AccountKey key) {
    const auto rows = co_await tx.execute(view_holds, key.server, key.login);
    std::vector<Hold> holds;
    for (const pg::Row row : rows)
        holds.push_back({.id = row.get<OperationId>(0),
                         .account = key,
                         .kind = known(hold_kind_of(row.get<std::string_view>(1))),
                         .amount = row.get<std::int64_t>(2),
                         .reason = row.get<std::string>(3),
                         .released = false});
    co_return holds;
}

}  // namespace accounts
}  // namespace cambist::office
