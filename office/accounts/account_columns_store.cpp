#include "office/accounts/account_columns_store.hpp"

#include "office/accounts/name_table.hpp"
#include "office/accounts/reason_name.hpp"

namespace cambist::office::accounts {

namespace {

PolicyFacts facts_of(const pg::Row& row) {
    PolicyFacts facts;
    facts.kind = known(account_kind_of(row.get<std::string_view>(3)));
    facts.state = known(account_state_of(row.get<std::string_view>(4)));
    if (!row.is_null(5))
        facts.client = known(client_status_of(row.get<std::string_view>(5)));
    for (const std::string& cause : row.get<std::vector<std::string>>(6))
        facts.causes.impose(known(cause_of(cause)));
    facts.withdrawal_hold = row.get<bool>(7);
    facts.trading_hold = row.get<bool>(8);
    facts.reserved = row.get<std::int64_t>(9);
    facts.classification_cap_x100 = row.get<std::int64_t>(10);
    facts.client_cap_x100 = row.get<std::int64_t>(11);
    facts.account_cap_x100 = row.get<std::int64_t>(12);
    return facts;
}

}  // namespace

AccountKey key_of(const pg::Row& row) {
    return {row.get<ServerId>(0), row.get<Login>(1)};
}

AccountFacts policy_facts_of(const pg::Row& row, const RightsMatrices& matrices) {
    AccountFacts facts;
    facts.key = key_of(row);
    facts.client = row.get<std::optional<OperationId>>(2);
    facts.policy = facts_of(row);
    facts.accepted = {.rights = {row.get<std::uint16_t>(13)},
                      .reason = reason_of(row.get<std::string_view>(14)),
                      .leverage_cap_x100 = row.get<std::int64_t>(15),
                      .reserved = row.get<std::int64_t>(16)};
    facts.accepted_version = row.get<std::int64_t>(17);
    facts.matrix = matrices.of(row.get<std::string_view>(18));
    return facts;
}

pg::Parameters columns_of(const std::vector<AccountKey>& keys) {
    std::vector<std::int32_t> servers;
    std::vector<std::uint64_t> logins;
    for (const AccountKey key : keys) {
        servers.push_back(static_cast<std::int32_t>(key.server.value));
        logins.push_back(key.login.value);
    }
    return pg::Parameters::of(servers, logins);
}

}  // namespace cambist::office::accounts
