#include "office/accounts/account_service.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "office/accounts/client_store.hpp"
#include "office/audit/audit_store.hpp"
#include "office/outbox/outbox_store.hpp"

namespace cambist::office {

namespace {

namespace json = boost::json;

awaitable<std::optional<AccountFacts>> locked_facts(pg::Transaction& tx, AccountKey key) {
    const std::vector<AccountKey> wanted{key};
    auto facts = co_await accounts::locked_facts(tx, wanted);
    if (facts.empty())
        co_return std::nullopt;
    co_return std::move(facts.front());
}

json::object described(const Hold& hold) {
    return {{"hold", hold.id.uuid()},
            {"kind", name_of(hold.kind)},
            {"amount", std::to_string(hold.amount)}};
}

json::object described(const AcceptedPolicy& accepted) {
    return {{"version", accepted.version},
            {"rights", accepted.policy.rights.bits},
            {"reason", name_of(accepted.policy.reason)},
            {"leverage_cap_x100", accepted.policy.leverage_cap_x100},
            {"reserved", accepted.policy.reserved}};
}

/// Audit record and outbox event of one change.
void record(pg::Transaction& tx, const Actor& actor, std::string_view action, AccountKey key,
            const json::object& before, const json::object& after, std::string reason) {
    const std::string told = json::serialize(after);
    const Change change{.action = std::string(action),
                        .subject = key.subject(),
                        .before = before.empty() ? "" : json::serialize(before),
                        .after = told,
                        .reason = std::move(reason)};
    audit::append(tx, actor, change);
    outbox::append(tx, action, change.subject, told);
}

/// Beyond what the account may do now; everybody may connect.
bool gives_rights(const Client& owner, const std::optional<AccountFacts>& account, AccountKind kind,
                  const RightsMatrix& matrix) {
    PolicyFacts facts = account ? account->policy : PolicyFacts{};
    facts.kind = kind;
    facts.client = owner.status;
    facts.causes = owner.causes;
    Rights now = Rights::none().with(Right::connect);
    if (account && account->accepted_version != 0)
        now.bits |= account->accepted.rights.bits;
    return (effective_rights(facts, matrix).rights.bits & ~now.bits) != 0;
}

}  // namespace

AcceptedPolicies refresh_policies(pg::Transaction& tx, const std::vector<AccountFacts>& locked) {
    AcceptedPolicies accepted;
    std::vector<outbox::Told> events;
    for (const AccountFacts& facts : locked) {
        const Policy policy = effective_rights(facts.policy, facts.matrix);
        if (policy == facts.accepted && facts.accepted_version != 0)
            continue;
        accepted.push_back({facts.key, facts.accepted_version + 1, policy});
        events.push_back({"policy_accepted", facts.key.subject(),
                          json::serialize(described(accepted.back())), facts.client});
    }
    accounts::accept(tx, accepted);
    outbox::append_all(tx, events);
    return accepted;
}

namespace {

/// Writes that the account is the client's, unless it is so already or is another's by now.
awaitable<Outcome<AcceptedPolicies>> give(pg::Transaction& tx, OperationId client,
                                          AccountKey account, std::optional<AccountFacts> before,
                                          AccountKind kind, Actor actor) {
    if (before && before->client == client && before->policy.kind == kind)
        co_return AcceptedPolicies{};
    accounts::attach(tx, account, client, kind);
    const std::vector<AccountKey> keys{account};
    const auto attached = co_await accounts::locked_facts(tx, keys);
    if (attached.empty() || attached.front().client != client)
        co_return refused(AccountRefusal::account_taken);
    json::object earlier;
    if (before && before->client)
        earlier = {{"client", before->client->uuid()}, {"kind", name_of(before->policy.kind)}};
    const json::object after{{"client", client.uuid()}, {"kind", name_of(kind)}};
    record(tx, actor, "account_attached", account, earlier, after, "");
    co_return refresh_policies(tx, attached);
}

}  // namespace

std::expected<bool, AccountRefusal> attachment_widens(const Client& owner,
                                                      const std::optional<AccountFacts>& facts,
                                                      AccountKind kind,
                                                      const RightsMatrix& matrix) {
    if (facts && facts->client && *facts->client != owner.id)
        return std::unexpected(AccountRefusal::account_taken);
    const bool told = facts && facts->mirrored && !facts->client;
    if (told && facts->policy.kind != kind)
        return std::unexpected(AccountRefusal::kind_differs);
    // What the trading server has not told yet, or somebody has decided before.
    const bool now_differs = facts && facts->client && facts->policy.kind != kind;
    const bool claims_demo = !told && kind == AccountKind::demo;
    return now_differs || claims_demo || gives_rights(owner, facts, kind, matrix);
}

awaitable<Outcome<AcceptedPolicies>> attach_account(pg::Transaction& tx, OperationId client,
                                                    AccountKey account, AccountKind kind,
                                                    Authority authority) {
    const auto owner = co_await clients::find_for_update(tx, client);
    if (!owner)
        co_return refused(AccountRefusal::unknown_client);
    if (owner->status == ClientStatus::closed)
        co_return refused(AccountRefusal::client_closed);
    const auto facts = co_await locked_facts(tx, account);
    if (!facts && (co_await accounts::known_servers(tx, {account.server})).empty())
        co_return refused(AccountRefusal::unknown_server);
    const RightsMatrices matrices = co_await accounts::rights_in_force(tx);
    const auto widens = attachment_widens(*owner, facts, kind, matrices.of(owner->legal_entity));
    if (!widens)
        co_return refused(widens.error());
    if (*widens && !authority.may_widen())
        co_return refused(AccountRefusal::needs_approval);
    co_return co_await give(tx, client, account, facts, kind, authority.actor());
}

awaitable<Outcome<AcceptedPolicies>> attach_created_account(pg::Transaction& tx, OperationId client,
                                                            AccountKey account, AccountKind kind,
                                                            Actor actor) {
    const auto owner = co_await clients::find_for_update(tx, client);
    if (!owner)
        co_return refused(AccountRefusal::unknown_client);
    const auto facts = co_await locked_facts(tx, account);
    co_return co_await give(tx, client, account, facts, kind, actor);
}

awaitable<Outcome<AcceptedPolicies>> place_hold(pg::Transaction& tx, Hold hold, Actor actor) {
    if (const auto sound = review_hold(hold.kind, hold.amount); !sound)
        co_return refused(sound.error());
    const std::vector<AccountKey> keys{hold.account};
    auto locked = co_await accounts::lock(tx, keys);
    if (locked.empty())
        co_return refused(AccountRefusal::unknown_account);
    if (!co_await accounts::insert_hold(tx, hold, actor.name)) {
        const auto other = co_await accounts::find_hold(tx, hold.id);
        if (!other || other->account != hold.account || other->kind != hold.kind ||
            other->amount != hold.amount || other->released)
            co_return refused(AccountRefusal::id_taken);
        co_return AcceptedPolicies{};
    }
    record(tx, actor, "hold_placed", hold.account, {}, described(hold), hold.reason);
    const auto held = co_await accounts::facts(tx, std::move(locked));
    co_return refresh_policies(tx, held);
}

awaitable<Outcome<AcceptedPolicies>> release_hold(pg::Transaction& tx, OperationId id,
                                                  std::string reason, Authority authority) {
    const auto seen = co_await accounts::find_hold(tx, id);
    if (!seen)
        co_return refused(AccountRefusal::unknown_hold);
    const std::vector<AccountKey> keys{seen->account};
    auto locked = co_await accounts::lock(tx, keys);
    const auto hold = co_await accounts::find_hold(tx, id);
    if (hold->released)
        co_return AcceptedPolicies{};
    if (!authority.may_widen())
        co_return refused(AccountRefusal::needs_approval);
    accounts::release_hold(tx, id, authority.actor().name);
    record(tx, authority.actor(), "hold_released", hold->account, described(*hold),
           {{"hold", id.uuid()}}, std::move(reason));
    const auto freed = co_await accounts::facts(tx, std::move(locked));
    co_return refresh_policies(tx, freed);
}

awaitable<Outcome<AcceptedPolicies>> set_leverage_cap(pg::Transaction& tx, AccountKey account,
                                                      std::int64_t cap_x100, std::string reason,
                                                      Authority authority) {
    const auto facts = co_await locked_facts(tx, account);
    if (!facts)
        co_return refused(AccountRefusal::unknown_account);
    const std::int64_t before = facts->policy.account_cap_x100;
    if (before == cap_x100)
        co_return AcceptedPolicies{};
    if (cap_widens(before, cap_x100) && !authority.may_widen())
        co_return refused(AccountRefusal::needs_approval);
    accounts::set_leverage_cap(tx, account, cap_x100);
    record(tx, authority.actor(), "leverage_cap_set", account, {{"cap_x100", before}},
           {{"cap_x100", cap_x100}}, std::move(reason));
    const std::vector<AccountKey> keys{account};
    const auto capped = co_await accounts::facts(tx, keys);
    co_return refresh_policies(tx, capped);
}

awaitable<Outcome<AcceptedPolicies>> set_account_state(pg::Transaction& tx, AccountKey account,
                                                       AccountState state, std::string reason,
                                                       Authority authority) {
    const auto facts = co_await locked_facts(tx, account);
    if (!facts)
        co_return refused(AccountRefusal::unknown_account);
    const AccountState before = facts->policy.state;
    if (before == state)
        co_return AcceptedPolicies{};
    if (!may_become(before, state))
        co_return refused(AccountRefusal::no_such_state);
    if (releases(before, state) && !authority.may_widen())
        co_return refused(AccountRefusal::needs_approval);
    accounts::set_state(tx, account, state);
    record(tx, authority.actor(), "account_state_changed", account, {{"state", name_of(before)}},
           {{"state", name_of(state)}}, std::move(reason));
    const std::vector<AccountKey> keys{account};
    const auto changed = co_await accounts::facts(tx, keys);
    co_return refresh_policies(tx, changed);
}

}  // namespace cambist::office
