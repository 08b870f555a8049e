#include "office/accounts/client_service.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "office/accounts/client_store.hpp"
#include "office/audit/audit_store.hpp"
#include "office/outbox/outbox_store.hpp"
#include "office/staff/access_store.hpp"

namespace cambist::office {

namespace {

namespace json = boost::json;

json::object described(const Client& client) {
    json::array causes;
    for (const Cause cause : client.causes.list())
        causes.emplace_back(name_of(cause));
    return {{"status", name_of(client.status)},
            {"causes", std::move(causes)},
            {"classification", name_of(client.classification)},
            {"leverage_cap_x100", client.leverage_cap_x100}};
}

/// Confidential causes do not leave the office: events name the public ones.
json::object told(const Client& client) {
    json::array causes;
    for (const std::string_view name : public_names_of(client.causes))
        causes.emplace_back(name);
    json::object event = described(client);
    event["causes"] = std::move(causes);
    return event;
}

void record(pg::Transaction& tx, const Actor& actor, std::string_view action, const Client* before,
            const Client& after, std::string reason) {
    const Change change{.action = std::string(action),
                        .subject = after.subject(),
                        .before = before ? json::serialize(described(*before)) : "",
                        .after = json::serialize(described(after)),
                        .reason = std::move(reason)};
    audit::append(tx, actor, change);
    outbox::append(tx, action, change.subject, json::serialize(told(after)));
}

/// A client and its accounts, locked.
struct Locked {
    Client client;
    std::vector<AccountFacts> accounts;
};

awaitable<std::optional<Locked>> lock(pg::Transaction& tx, OperationId id) {
    clients::ask_for_update(tx, id);
    auto accounts = co_await accounts::locked_facts_of_client(tx, id);
    auto client = clients::asked_for(tx);
    if (!client)
        co_return std::nullopt;
    co_return Locked{std::move(*client), std::move(accounts)};
}

/// Writes what changed of a locked client.
void write(pg::Transaction& tx, const Client& before, Client& after, std::string_view action,
           std::string reason, const Actor& actor) {
    clients::update(tx, after);
    ++after.version;
    for (int at = 0; at < cause_count; ++at) {
        const auto cause = static_cast<Cause>(at);
        if (after.causes.has(cause) && !before.causes.has(cause))
            clients::impose(tx, after.id, cause, reason, actor.name);
        if (!after.causes.has(cause) && before.causes.has(cause))
            clients::lift(tx, after.id, cause, actor.name);
    }
    record(tx, actor, action, &before, after, std::move(reason));
}

/// Writes another status, causes or cap, and decides the accounts' policies anew.
ClientChanged apply(pg::Transaction& tx, Locked locked, Client after, std::string_view action,
                    std::string reason, const Actor& actor) {
    write(tx, locked.client, after, action, std::move(reason), actor);
    for (AccountFacts& facts : locked.accounts) {
        facts.policy.client = after.status;
        facts.policy.causes = after.causes;
        facts.policy.client_cap_x100 = after.leverage_cap_x100;
    }
    auto policies = refresh_policies(tx, locked.accounts);
    return {std::move(after), std::move(policies), true};
}

awaitable<bool> lies_in_scope(pg::Transaction& tx, Client client) {
    const auto& [region, manager, partner] = client.assignment;
    std::vector<access::ClientPlace> places;
    places.push_back({client.legal_entity, region, manager, partner});
    const auto covered = co_await access::covers(tx, std::move(places));
    co_return covered.front();
}

ClosingFacts closing_facts(const std::vector<AccountFacts>& accounts) {
    ClosingFacts closing;
    for (const AccountFacts& facts : accounts) {
        const bool live = facts.policy.kind == AccountKind::live;
        closing.money_left = closing.money_left || (live && (facts.balance || facts.credit));
        closing.operation_pending = closing.operation_pending || facts.money_pending;
    }
    return closing;
}

}  // namespace

awaitable<Outcome<ClientChanged>> register_client(pg::Transaction& tx, Client client,
                                                  Authority authority) {
    const bool approved = client.status == ClientStatus::approved;
    if (!approved && client.status != ClientStatus::registered)
        co_return refused(AccountRefusal::no_such_transition);
    if (!co_await clients::knows_entity(tx, client.legal_entity))
        co_return refused(AccountRefusal::unknown_legal_entity);
    if (client.assignment.manager &&
        !co_await clients::knows_manager(tx, *client.assignment.manager))
        co_return refused(AccountRefusal::unknown_manager);
    if (co_await clients::find(tx, client.id))
        co_return refused(AccountRefusal::id_taken);
    if (!co_await lies_in_scope(tx, client))
        co_return refused(AccountRefusal::out_of_scope);
    if (approved && !authority.may_widen())
        co_return refused(AccountRefusal::needs_approval);
    client.version = 1;
    client.causes = {};
    if (!co_await clients::insert(tx, client))
        co_return refused(AccountRefusal::id_taken);
    record(tx, authority.actor(), "client_registered", nullptr, client, "");
    co_return ClientChanged{std::move(client), {}, true};
}

awaitable<Outcome<ClientChanged>> change_status(pg::Transaction& tx, OperationId id,
                                                StatusChange change, Authority authority) {
    auto locked = co_await lock(tx, id);
    if (!locked)
        co_return refused(AccountRefusal::unknown_client);
    const Client& client = locked->client;
    const auto plan = review_status(client, change, closing_facts(locked->accounts));
    if (!plan)
        co_return refused(plan.error());
    if (!plan->changes)
        co_return ClientChanged{client, {}, false};
    if (plan->widens && !authority.may_widen())
        co_return refused(AccountRefusal::needs_approval);
    Client after = client;
    after.status = plan->status;
    after.causes = plan->causes;
    co_return apply(tx, std::move(*locked), std::move(after), "status_changed",
                    std::move(change.reason), authority.actor());
}

awaitable<Outcome<ClientChanged>> set_client_leverage_cap(pg::Transaction& tx, OperationId id,
                                                          std::int64_t cap_x100, std::string reason,
                                                          Authority authority) {
    auto locked = co_await lock(tx, id);
    if (!locked)
        co_return refused(AccountRefusal::unknown_client);
    const Client& client = locked->client;
    if (client.leverage_cap_x100 == cap_x100)
        co_return ClientChanged{client, {}, false};
    if (cap_widens(client.leverage_cap_x100, cap_x100) && !authority.may_widen())
        co_return refused(AccountRefusal::needs_approval);
    Client after = client;
    after.leverage_cap_x100 = cap_x100;
    co_return apply(tx, std::move(*locked), std::move(after), "leverage_cap_set", std::move(reason),
                    authority.actor());
}

awaitable<Outcome<ClientChanged>> classify(pg::Transaction& tx, OperationId id,
                                           Classification classification, std::string reason,
                                           Authority authority) {
    auto client = co_await clients::find_for_update(tx, id);
    if (!client)
        co_return refused(AccountRefusal::unknown_client);
    if (client->classification == classification)
        co_return ClientChanged{std::move(*client), {}, false};
    if (!authority.may_widen())
        co_return refused(AccountRefusal::needs_approval);
    Client after = *client;
    after.classification = classification;
    write(tx, *client, after, "classified", std::move(reason), authority.actor());
    // The cap of another classification is a fact of its own.
    const auto accounts = co_await accounts::locked_facts_of_client(tx, id);
    auto policies = refresh_policies(tx, accounts);
    co_return ClientChanged{std::move(after), std::move(policies), true};
}

}  // namespace cambist::office
