#include "office/staff/scope_store.hpp"

namespace cambist::office::access {

namespace {

using pg::Query;

constexpr Query list_scopes{
    "access_scopes",
    "select e.role, coalesce(e.legal_entities, '{}'), coalesce(e.regions, '{}'), e.own_clients, "
    "  e.partner_id, coalesce(s.username, ''), array_agg(distinct e.permission order by "
    "  e.permission) "
    "from effective_scope e left join staff s on s.id = e.on_behalf_of "
    "where e.principal_id = $1 "
    "group by 1, 2, 3, 4, 5, 6 order by 6, 1, 2, 3"};

}  // namespace

awaitable<std::vector<HeldScope>> scopes_of(pg::Transaction& tx, OperationId principal) {
    const auto rows = co_await tx.execute(list_scopes, principal);
    std::vector<HeldScope> scopes;
    for (const pg::Row row : rows) {
        HeldScope scope;
        scope.role = row.get<std::string>(0);
        scope.clients.legal_entities = row.get<std::vector<std::string>>(1);
        scope.clients.regions = row.get<std::vector<std::string>>(2);
        scope.clients.own_clients = row.get<bool>(3);
        scope.clients.partner = row.get<std::optional<OperationId>>(4);
        scope.on_behalf_of = row.get<std::string>(5);
        scope.permissions = row.get<std::vector<std::string>>(6);
        scopes.push_back(std::move(scope));
    }
    co_return scopes;
}

}  // namespace cambist::office::access
