#include "office/trading/policy_store.hpp"

#include <algorithm>

#include "office/accounts/reason_name.hpp"

namespace cambist::office::policies {

namespace {

using pg::Query;

#define POLICY_COLUMNS \
    "select login, accepted_version, rights, reason, leverage_cap_x100, reserved from account "
constexpr Query pending_policies{
    "policy_pending", POLICY_COLUMNS
    "where server_id = $1 and accepted_version <> enforced_version order by login limit $2"};
constexpr Query all_policies{"policy_all", POLICY_COLUMNS
                             "where server_id = $1 and login > $2 and accepted_version > 0 "
                             "order by login limit $3"};
#undef POLICY_COLUMNS
constexpr Query enforce{
    "policy_mark_enforced",
    "with e as (select * from unnest($2::bigint[], $3::bigint[], $4::timestamptz[]) "
    "             as e(login, version, at)), "
    "history as (update policy_version p set enforced_at = e.at from e "
    "  where p.server_id = $1 and p.login = e.login and p.version = e.version "
    "    and p.enforced_at is null) "
    "update account a set enforced_version = e.version, enforced_at = e.at from e "
    "where a.server_id = $1 and a.login = e.login and a.enforced_version < e.version "
    "  and e.version <= a.accepted_version"};
constexpr Query forget{"policy_forget_enforced",
                       "update account a set enforced_version = 0, enforced_at = null "
                       "from unnest($2::bigint[]) as f(login) "
                       "where a.server_id = $1 and a.login = f.login"};

std::vector<VersionedPolicy> read(const pg::Result& rows) {
    std::vector<VersionedPolicy> policies;
    policies.reserve(static_cast<std::size_t>(rows.size()));
    for (const pg::Row row : rows)
        policies.push_back({row.get<Login>(0),
                            row.get<std::int64_t>(1),
                            {.rights = {row.get<std::uint16_t>(2)},
                             .reason = reason_of(row.get<std::string_view>(3)),
                             .leverage_cap_x100 = row.get<std::int64_t>(4),
                             .reserved = row.get<std::int64_t>(5)}});
    return policies;
}

}  // namespace

void ask_pending(pg::Transaction& tx, ServerId server, int limit) {
    tx.send(pending_policies, server, limit);
}

std::vector<VersionedPolicy> pending_in(const pg::Result& answer) {
    return read(answer);
}

awaitable<std::vector<VersionedPolicy>> all(pg::Transaction& tx, ServerId server, Login after,
                                            int limit) {
    const auto rows = co_await tx.execute(all_policies, server, after, limit);
    co_return read(rows);
}

awaitable<std::int64_t> mark_enforced(pg::Transaction& tx, ServerId server,
                                      std::vector<Enforced> enforced) {
    // In order of login, as everybody who locks several accounts; the newest of each login wins.
    std::ranges::sort(enforced, [](const Enforced& a, const Enforced& b) {
        return a.login != b.login ? a.login < b.login : a.version > b.version;
    });
    const auto repeated = std::ranges::unique(enforced, {}, &Enforced::login);
    enforced.erase(repeated.begin(), repeated.end());
    std::vector<std::uint64_t> logins;
    std::vector<std::int64_t> versions;
    std::vector<Instant> times;
    for (const Enforced& one : enforced) {
        logins.push_back(one.login.value);
        versions.push_back(one.version);
        times.push_back(one.at);
    }
    const auto marked = co_await tx.execute(enforce, server, logins, versions, times);
    co_return marked.affected();
}

void forget_enforced(pg::Transaction& tx, ServerId server, const std::vector<Login>& logins) {
    std::vector<std::uint64_t> numbers;
    for (const Login login : logins)
        numbers.push_back(login.value);
    tx.send(forget, server, numbers);
}

}  // namespace cambist::office::policies
