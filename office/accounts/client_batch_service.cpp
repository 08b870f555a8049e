#include "office/accounts/client_batch_service.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <set>

#include "office/accounts/client_store.hpp"
#include "office/audit/audit_store.hpp"
#include "office/outbox/outbox_store.hpp"
#include "office/pg/error.hpp"
#include "office/staff/access_store.hpp"

namespace cambist::office {
namespace {

namespace json = boost::json;

/// What already stands in the way of a batch; read under locks.
struct BatchFacts {
    std::set<OperationId> clients;
    std::map<AccountKey, AccountFacts> accounts;  ///< those that exist
    std::set<AccountKey> given;                   ///< by earlier items of the batch
    std::set<ServerId> servers;
    std::set<std::string, std::less<>> entities;
    RightsMatrices rights;
    std::set<OperationId> managers;          ///< active members of staff
    std::set<access::ClientPlace> in_scope;  ///< where whoever asks may have clients
    bool widens = false;                     ///< some item gives rights
};

access::ClientPlace place_of(const Client& client) {
    const auto& [region, manager, partner] = client.assignment;
    return {client.legal_entity, region, manager, partner};
}

awaitable<void> add_assignment_facts(pg::Transaction& tx, std::span<const NewClient> batch,
                                     BatchFacts& facts) {
    std::set<OperationId> managers;
    std::set<access::ClientPlace> wanted;
    for (const NewClient& item : batch) {
        wanted.insert(place_of(item.client));
        if (item.client.assignment.manager)
            managers.insert(*item.client.assignment.manager);
    }
    for (const OperationId manager : managers)
        if (co_await clients::knows_manager(tx, manager))
            facts.managers.insert(manager);
    std::vector<access::ClientPlace> places(wanted.begin(), wanted.end());
    const auto covered = co_await access::covers(tx, places);
    for (std::size_t i = 0; i < places.size(); ++i)
        if (covered[i])
            facts.in_scope.insert(places[i]);
}

awaitable<BatchFacts> facts_of(pg::Transaction& tx, std::span<const NewClient> batch) {
    std::vector<OperationId> ids;
    std::vector<AccountKey> keys;
    std::set<std::string, std::less<>> entities;
    std::set<ServerId> servers;
    for (const NewClient& item : batch) {
        ids.push_back(item.client.id);
        entities.insert(item.client.legal_entity);
        for (const NewAccount& account : item.accounts) {
            keys.push_back(account.key);
            servers.insert(account.key.server);
        }
    }
    BatchFacts facts;
    facts.servers = co_await accounts::known_servers(tx, std::move(servers));
    for (const OperationId id : co_await clients::existing(tx, ids))
        facts.clients.insert(id);
    for (const std::string& entity : entities)
        if (co_await clients::knows_entity(tx, entity))
            facts.entities.insert(entity);
    co_await add_assignment_facts(tx, batch, facts);
    const auto known = co_await accounts::locked_facts(tx, std::move(keys));
    facts.rights = co_await accounts::rights_in_force(tx);
    for (const AccountFacts& account : known)
        facts.accounts.emplace(account.key, account);
    co_return facts;
}

/// As attach_account would judge it: does it widen rights?
std::expected<bool, AccountRefusal> review_account(const NewClient& item, const NewAccount& account,
                                                   const BatchFacts& facts) {
    if (!facts.servers.contains(account.key.server))
        return std::unexpected(AccountRefusal::unknown_server);
    if (facts.given.contains(account.key))
        return std::unexpected(AccountRefusal::account_taken);
    const auto known = facts.accounts.find(account.key);
    return attachment_widens(
        item.client, known == facts.accounts.end() ? std::nullopt : std::optional(known->second),
        account.kind, facts.rights.of(item.client.legal_entity));
}

BatchItem review(const NewClient& item, BatchFacts& facts) {
    const Client& client = item.client;
    if (client.status != ClientStatus::registered && client.status != ClientStatus::approved)
        return refused_as(AccountRefusal::no_such_transition);
    if (!facts.entities.contains(client.legal_entity))
        return refused_as(AccountRefusal::unknown_legal_entity);
    if (client.assignment.manager && !facts.managers.contains(*client.assignment.manager))
        return refused_as(AccountRefusal::unknown_manager);
    if (facts.clients.contains(client.id))
        return refused_as(AccountRefusal::id_taken);
    if (!facts.in_scope.contains(place_of(client)))
        return refused_as(AccountRefusal::out_of_scope);
    bool widens = client.status == ClientStatus::approved;
    for (const NewAccount& account : item.accounts) {
        const auto given = review_account(item, account, facts);
        if (!given)
            return refused_as(given.error());
        widens = widens || *given;
    }
    std::set<AccountKey> own;
    for (const NewAccount& account : item.accounts)
        if (!own.insert(account.key).second)
            return refused_as(AccountRefusal::account_taken);
    facts.clients.insert(client.id);
    facts.given.insert(own.begin(), own.end());
    facts.widens = facts.widens || widens;
    return std::nullopt;
}

/// Everything that a batch writes, gathered so that each table is written once.
struct BatchRows {
    std::vector<Client> clients;
    std::vector<accounts::Attachment> attachments;
    std::vector<Change> changes;
    std::vector<outbox::Told> events;

    void record(std::string action, std::string subject, const json::object& after) {
        std::string told = json::serialize(after);
        events.push_back({action, subject, told});
        changes.push_back({.action = std::move(action),
                           .subject = std::move(subject),
                           .before = "",
                           .after = std::move(told),
                           .reason = ""});
    }

    void add(const NewClient& item) {
        const Client& client = item.client;
        clients.push_back(client);
        record("client_registered", client.subject(),
               {{"status", name_of(client.status)},
                {"causes", json::array()},
                {"classification", name_of(client.classification)},
                {"leverage_cap_x100", client.leverage_cap_x100}});
        for (const NewAccount& account : item.accounts) {
            attachments.push_back({account.key, client.id, account.kind});
            record("account_attached", account.key.subject(),
                   {{"client", client.id.uuid()}, {"kind", name_of(account.kind)}});
        }
    }

    void write(pg::Transaction& tx, const Actor& actor) const {
        clients::add_all(tx, clients);
        accounts::attach_all(tx, attachments);
        audit::append_all(tx, actor, changes);
        outbox::append_all(tx, events);
    }
};

/// Somebody may have been given an account since it was reviewed: then the batch is tried anew.
void require_theirs(const std::vector<AccountFacts>& attached,
                    const std::vector<accounts::Attachment>& attachments) {
    std::map<AccountKey, OperationId> wanted;
    for (const accounts::Attachment& attachment : attachments)
        wanted.emplace(attachment.key, attachment.client);
    for (const AccountFacts& facts : attached)
        if (facts.client != wanted.at(facts.key))
            throw pg::DatabaseError("an account of the batch was given to another client",
                                    std::string(pg::serialization_failure), "");
}

}  // namespace

awaitable<Outcome<BatchRegistered>> register_clients(pg::Transaction& tx,
                                                     std::vector<NewClient> batch,
                                                     Authority authority) {
    BatchFacts facts = co_await facts_of(tx, batch);
    BatchRegistered registered;
    BatchRows rows;
    for (const NewClient& item : batch) {
        registered.items.push_back(review(item, facts));
        if (!registered.items.back())
            rows.add(item);
    }
    if (facts.widens && !authority.may_widen())
        co_return refused(AccountRefusal::needs_approval);
    rows.write(tx, authority.actor());
    std::vector<AccountKey> keys;
    for (const accounts::Attachment& attachment : rows.attachments)
        keys.push_back(attachment.key);
    const auto attached = co_await accounts::locked_facts(tx, std::move(keys));
    require_theirs(attached, rows.attachments);
    registered.policies = refresh_policies(tx, attached);
    co_return registered;
}

}  // namespace cambist::office
