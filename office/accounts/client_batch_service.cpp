#include "office/accounts/client_batch_service.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <set>

#include "office/accounts/client_store.hpp"
#include "office/audit/audit_store.hpp"
#include "office/outbox/outbox_store.hpp"

namespace cambist::office {
namespace {

namespace json = boost::json;

/// What already stands in the way of a batch; read under locks.
struct BatchFacts {
    std::set<OperationId> clients;
    std::map<AccountKey, bool> accounts;  ///< of those that exist: has it a client?
    std::set<std::string, std::less<>> entities;
};

awaitable<BatchFacts> facts_of(pg::Transaction& tx, std::span<const NewClient> batch) {
    std::vector<OperationId> ids;
    std::vector<AccountKey> keys;
    std::set<std::string, std::less<>> entities;
    for (const NewClient& item : batch) {
        ids.push_back(item.client.id);
        entities.insert(item.client.legal_entity);
        for (const NewAccount& account : item.accounts)
            keys.push_back(account.key);
    }
    BatchFacts facts;
    for (const OperationId id : co_await clients::existing(tx, ids))
        facts.clients.insert(id);
    for (const std::string& entity : entities)
        if (co_await clients::knows_entity(tx, entity))
            facts.entities.insert(entity);
    auto locked = co_await accounts::lock(tx, std::move(keys));
    for (const AccountFacts& account : co_await accounts::facts(tx, std::move(locked)))
        facts.accounts.emplace(account.key, account.client.has_value());
    co_return facts;
}

BatchItem review(const NewClient& item, BatchFacts& facts) {
    const Client& client = item.client;
    if (client.status != ClientStatus::registered && client.status != ClientStatus::approved)
        return refused_as(AccountRefusal::no_such_transition);
    if (!facts.entities.contains(client.legal_entity))
        return refused_as(AccountRefusal::unknown_legal_entity);
    if (facts.clients.contains(client.id))
        return refused_as(AccountRefusal::id_taken);
    for (const NewAccount& account : item.accounts) {
        const auto known = facts.accounts.find(account.key);
        if (known != facts.accounts.end() && known->second)
            return refused_as(AccountRefusal::account_taken);
    }
    facts.clients.insert(client.id);
    for (const NewAccount& account : item.accounts)
        facts.accounts[account.key] = true;
    return std::nullopt;
}

void record(pg::Transaction& tx, const Actor& actor, std::string_view action, std::string subject,
            const json::object& after) {
    const std::string told = json::serialize(after);
    const Change change{.action = std::string(action),
                        .subject = std::move(subject),
                        .before = "",
                        .after = told,
                        .reason = ""};
    audit::append(tx, actor, change);
    outbox::append(tx, action, change.subject, told);
}

/// Everything of one item, sent with the batch's next statement.
void add(pg::Transaction& tx, const NewClient& item, const Actor& actor) {
    const Client& client = item.client;
    clients::add(tx, client);
    record(tx, actor, "client_registered", client.subject(),
           {{"status", name_of(client.status)},
            {"causes", json::array()},
            {"classification", name_of(client.classification)},
            {"leverage_cap_x100", client.leverage_cap_x100}});
    for (const NewAccount& account : item.accounts) {
        accounts::attach(tx, account.key, client.id, account.kind);
        record(tx, actor, "account_attached", account.key.subject(),
               {{"client", client.id.uuid()}, {"kind", name_of(account.kind)}});
    }
}

}  // namespace

awaitable<Outcome<BatchRegistered>> register_clients(pg::Transaction& tx,
                                                     std::vector<NewClient> batch, Actor actor) {
    const bool approves = std::ranges::any_of(
        batch, [](const NewClient& item) { return item.client.status == ClientStatus::approved; });
    if (approves && !actor.may_release())
        co_return refused(AccountRefusal::narrow_only);
    BatchFacts facts = co_await facts_of(tx, batch);
    BatchRegistered registered;
    std::vector<AccountKey> keys;
    for (const NewClient& item : batch) {
        registered.items.push_back(review(item, facts));
        if (registered.items.back())
            continue;
        add(tx, item, actor);
        for (const NewAccount& account : item.accounts)
            keys.push_back(account.key);
    }
    auto locked = co_await accounts::lock(tx, std::move(keys));
    registered.policies = co_await refresh_policies(tx, std::move(locked));
    co_return registered;
}

}  // namespace cambist::office
