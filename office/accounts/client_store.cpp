#include "office/accounts/client_store.hpp"

#include "office/accounts/name_table.hpp"

namespace cambist::office::clients {

namespace {

using pg::Query;

constexpr Query lock_client{"client_lock", "select lock_client($1)"};
// The person is not read: the bridge may not see persons, and no rule asks who it is.
constexpr Query get_client{
    "client_find",
    "select id, person_id, legal_entity, status, classification, coalesce(leverage_cap_x100, 0), "
    "version, array(select cause from restriction_cause r "
    "               where r.client_id = client.id and lifted_at is null), "
    "region, manager_id, partner_id from client where id = $1"};
constexpr Query get_entity{"legal_entity_find", "select from legal_entity where code = $1"};
constexpr Query get_manager{"client_find_manager",
                            "select from staff where id = $1 and status = 'active'"};
constexpr Query add_person{
    "person_insert",
    "insert into person (id, kind, name, country) values ($1, $2, $3, $4) on conflict do nothing"};
constexpr Query add_client{
    "client_insert",
    "insert into client (id, person_id, legal_entity, status, classification, leverage_cap_x100, "
    "  region, manager_id, partner_id) "
    "values ($1, $2, $3, $4, $5, nullif($6, 0), $7, $8, $9) on conflict (id) do nothing"};
constexpr Query begin_assignment{
    "client_begin_assignment",
    "insert into client_assignment (client_id, region, manager_id, partner_id, since) "
    "select id, region, manager_id, partner_id, created_at from client where id = any($1::uuid[])"};
constexpr Query add_persons{
    "person_insert_all",
    "insert into person (id, kind, name, country) select * from "
    "unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) on conflict do nothing"};
constexpr Query add_clients{
    "client_insert_all",
    "insert into client (id, person_id, legal_entity, status, classification, leverage_cap_x100, "
    "  region, manager_id, partner_id) "
    "select id, person, entity, status, classification, nullif(cap, 0), region, manager, partner "
    "from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], "
    "  $7::text[], $8::uuid[], $9::uuid[]) "
    "as c(id, person, entity, status, classification, cap, region, manager, partner)"};
constexpr Query find_existing{"client_existing",
                              "select id from client where id = any($1::uuid[])"};
constexpr Query update_client{
    "client_update",
    "update client set status = $2, classification = $3, leverage_cap_x100 = nullif($4, 0), "
    "version = version + 1, status_since = case when status = $2 then status_since else now() end "
    "where id = $1"};
constexpr Query add_cause{
    "restriction_impose",
    "insert into restriction_cause (client_id, cause, reason, imposed_by) values ($1, $2, $3, $4) "
    "on conflict (client_id, cause) where lifted_at is null do nothing"};
constexpr Query end_cause{"restriction_lift",
                          "update restriction_cause set lifted_by = $3, lifted_at = now() "
                          "where client_id = $1 and cause = $2 and lifted_at is null"};

Client client_of(const pg::Row& row) {
    Client client;
    client.id = row.get<OperationId>(0);
    client.person = row.get<OperationId>(1);
    client.legal_entity = row.get<std::string>(2);
    client.status = known(client_status_of(row.get<std::string_view>(3)));
    client.classification = known(classification_of(row.get<std::string_view>(4)));
    client.leverage_cap_x100 = row.get<std::int64_t>(5);
    client.version = row.get<std::int64_t>(6);
    for (const std::string& cause : row.get<std::vector<std::string>>(7))
        client.causes.impose(known(cause_of(cause)));
    client.assignment = {row.get<std::string>(8), row.get<std::optional<OperationId>>(9),
                         row.get<std::optional<OperationId>>(10)};
    return client;
}

}  // namespace

awaitable<std::optional<Client>> find(pg::Transaction& tx, OperationId id) {
    const auto rows = co_await tx.execute(get_client, id);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return client_of(*row);
}

awaitable<std::optional<Client>> find_for_update(pg::Transaction& tx, OperationId id) {
    tx.send(lock_client, id);
    co_return co_await find(tx, id);
}

void ask_for_update(pg::Transaction& tx, OperationId id) {
    tx.send_ahead(lock_client, id);
    tx.send_ahead(get_client, id);
}

std::optional<Client> asked_for(pg::Transaction& tx) {
    const auto results = tx.take_ahead();
    const auto row = results.back().first();
    if (!row)
        return std::nullopt;
    return client_of(*row);
}

awaitable<bool> knows_entity(pg::Transaction& tx, std::string code) {
    const auto rows = co_await tx.execute(get_entity, code);
    co_return !rows.empty();
}

awaitable<bool> knows_manager(pg::Transaction& tx, OperationId staff) {
    const auto rows = co_await tx.execute(get_manager, staff);
    co_return !rows.empty();
}

awaitable<bool> insert(pg::Transaction& tx, Client client) {
    tx.send(add_person, client.person, client.legal_person ? "legal" : "natural",
            client.name.as_kept(), client.country);
    const auto added = co_await tx.execute(
        add_client, client.id, client.person, client.legal_entity, name_of(client.status),
        name_of(client.classification), client.leverage_cap_x100, client.assignment.region,
        client.assignment.manager, client.assignment.partner);
    if (added.affected() == 0)
        co_return false;
    const std::vector<OperationId> ids{client.id};
    tx.send(begin_assignment, ids);
    co_return true;
}

void add_all(pg::Transaction& tx, const std::vector<Client>& clients) {
    std::vector<OperationId> ids, persons, managers, partners;
    std::vector<std::string_view> kinds, names, countries, entities, statuses, classifications,
        regions;
    std::vector<std::int64_t> caps;
    for (const Client& client : clients) {
        ids.push_back(client.id);
        persons.push_back(client.person);
        kinds.push_back(client.legal_person ? "legal" : "natural");
        names.push_back(client.name.as_kept());
        countries.push_back(client.country);
        entities.push_back(client.legal_entity);
        statuses.push_back(name_of(client.status));
        classifications.push_back(name_of(client.classification));
        caps.push_back(client.leverage_cap_x100);
        regions.push_back(client.assignment.region);
        managers.push_back(client.assignment.manager.value_or(OperationId{}));
        partners.push_back(client.assignment.partner.value_or(OperationId{}));
    }
    tx.send(add_persons, persons, kinds, names, countries);
    tx.send(add_clients, ids, persons, entities, statuses, classifications, caps, regions, managers,
            partners);
    tx.send(begin_assignment, ids);
}

awaitable<std::vector<OperationId>> existing(pg::Transaction& tx, std::vector<OperationId> ids) {
    const auto rows = co_await tx.execute(find_existing, ids);
    std::vector<OperationId> taken;
    for (const pg::Row row : rows)
        taken.push_back(row.get<OperationId>(0));
    co_return taken;
}

void update(pg::Transaction& tx, const Client& client) {
    tx.send(update_client, client.id, name_of(client.status), name_of(client.classification),
            client.leverage_cap_x100);
}

void impose(pg::Transaction& tx, OperationId client, Cause cause, const std::string& reason,
            const std::string& by) {
    tx.send(add_cause, client, name_of(cause), reason, by);
}

void lift(pg::Transaction& tx, OperationId client, Cause cause, const std::string& by) {
    tx.send(end_cause, client, name_of(cause), by);
}

}  // namespace cambist::office::clients
