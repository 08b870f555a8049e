#include "office/accounts/assignment_store.hpp"

#include "office/staff/access_store.hpp"

namespace cambist::office::assignments {

namespace {

using pg::Query;

constexpr Query get_facts{
    "assignment_facts",
    "select coalesce((select since from client_assignment "
    "                  where client_id = $1 and until is null), "
    "                (select created_at from client where id = $1)), "
    "  $2::uuid is null or exists (select from staff where id = $2 and status = 'active'), "
    "  $3::uuid is null or exists (select from partner where id = $3)"};
constexpr Query end_assignment{"assignment_end",
                               "update client_assignment set until = coalesce($2, now()) "
                               "where client_id = $1 and until is null"};
constexpr Query begin_assignment{
    "assignment_begin",
    "insert into client_assignment (client_id, region, manager_id, partner_id, since) "
    "values ($1, $2, $3, $4, coalesce($5, now()))"};
constexpr Query assign_client{"assignment_set",
                              "update client set region = $2, manager_id = $3, partner_id = $4, "
                              "version = version + 1 where id = $1"};
constexpr Query list_history{
    "assignment_history",
    "select a.region, a.manager_id, a.partner_id, coalesce(s.username, ''), coalesce(p.name, ''), "
    "  a.since, a.until "
    "from client_assignment a left join staff s on s.id = a.manager_id "
    "left join partner p on p.id = a.partner_id "
    "where a.client_id = $1 and ($2::timestamptz is null or a.since < $2) "
    "order by a.since desc limit $3"};

}  // namespace

awaitable<AssignmentFacts> facts(pg::Transaction& tx, Client client, AssignmentChange change) {
    const Assignment to = with(client.assignment, change);
    std::vector<access::ClientPlace> places;
    places.push_back({client.legal_entity, to.region, to.manager, to.partner});
    const auto in_scope = co_await access::covers(tx, std::move(places));
    const auto rows = co_await tx.execute(get_facts, client.id, to.manager, to.partner);
    const pg::Row row = rows.one();
    AssignmentFacts facts;
    facts.now = client.assignment;
    facts.since = row.get<Instant>(0);
    facts.manager_works = to.manager == client.assignment.manager || row.get<bool>(1);
    facts.partner_known = row.get<bool>(2);
    facts.lands_in_scope = in_scope.front();
    co_return facts;
}

void assign(pg::Transaction& tx, OperationId client, const Assignment& to,
            std::optional<Instant> from) {
    tx.send(end_assignment, client, from);
    tx.send(begin_assignment, client, to.region, to.manager, to.partner, from);
    tx.send(assign_client, client, to.region, to.manager, to.partner);
}

awaitable<std::vector<PastAssignment>> history(pg::Transaction& tx, OperationId client,
                                               std::optional<Instant> before, int limit) {
    const auto rows = co_await tx.execute(list_history, client, before, std::int64_t{limit});
    std::vector<PastAssignment> list;
    for (const pg::Row row : rows)
        list.push_back(
            {.assignment = {row.get<std::string>(0), row.get<std::optional<OperationId>>(1),
                            row.get<std::optional<OperationId>>(2)},
             .manager_name = row.get<std::string>(3),
             .partner_name = row.get<std::string>(4),
             .since = row.get<Instant>(5),
             .until = row.get<std::optional<Instant>>(6)});
    co_return list;
}

}  // namespace cambist::office::assignments
