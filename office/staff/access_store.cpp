#include "office/staff/access_store.hpp"

namespace cambist::office::access {

namespace {

using pg::Query;

constexpr Query act_as{"access_act", "select act_as($1, $2)"};
constexpr Query held_everywhere{"access_holds_everywhere", "select holds_everywhere($1)"};
constexpr Query places_in_scope{
    "access_covers",
    "select sees_all() or in_acting_scope(entity, region, manager, partner) "
    "from unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[]) with ordinality "
    "  as p(entity, region, manager, partner, place) order by place"};

}  // namespace

void act(pg::Transaction& tx, const Actor& actor, std::string_view permission) {
    tx.send(act_as, actor.principal, permission);
}

awaitable<bool> enter(pg::Transaction& tx, Actor actor, std::string permission) {
    const auto held = co_await tx.execute(act_as, actor.principal, permission);
    co_return held.one().get<bool>(0);
}

awaitable<bool> holds_everywhere(pg::Transaction& tx, std::string permission) {
    const auto held = co_await tx.execute(held_everywhere, permission);
    co_return held.one().get<bool>(0);
}

awaitable<std::vector<bool>> covers(pg::Transaction& tx, std::vector<ClientPlace> places) {
    std::vector<std::string_view> entities, regions;
    std::vector<OperationId> managers, partners;
    for (const ClientPlace& place : places) {
        entities.push_back(place.legal_entity);
        regions.push_back(place.region);
        managers.push_back(place.manager.value_or(OperationId{}));
        partners.push_back(place.partner.value_or(OperationId{}));
    }
    const auto rows = co_await tx.execute(places_in_scope, entities, regions, managers, partners);
    std::vector<bool> covered;
    for (const pg::Row row : rows)
        covered.push_back(row.get<bool>(0));
    co_return covered;
}

}  // namespace cambist::office::access
