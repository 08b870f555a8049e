#include "office/administration/grant_service.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "office/administration/grant_store.hpp"
#include "office/audit/audit_store.hpp"
#include "office/outbox/outbox_store.hpp"
#include "office/staff/staff_store.hpp"

namespace cambist::office {
namespace {

namespace json = boost::json;

json::value words_of(const std::vector<std::string>& places) {
    if (places.empty())
        return nullptr;
    return json::array(places.begin(), places.end());
}

/// As the audit shows it; null: all.
std::string written(OperationId id, const std::string& role, const ClientScope& scope) {
    json::value partner = nullptr;
    if (scope.partner)
        partner = json::string(scope.partner->uuid());
    return json::serialize(json::object{{"grant", id.uuid()},
                                        {"role", role},
                                        {"legal_entities", words_of(scope.legal_entities)},
                                        {"regions", words_of(scope.regions)},
                                        {"own_clients", scope.own_clients},
                                        {"partner", std::move(partner)}});
}

void record(pg::Transaction& tx, const Actor& actor, std::string_view action,
            const Change& change) {
    audit::append(tx, actor, change);
    outbox::append(tx, action, change.subject, change.after.empty() ? change.before : change.after);
}

awaitable<NewGrantFacts> facts_of(pg::Transaction& tx, const NewGrant& grant,
                                  const std::string& asked_by, Instant now) {
    auto facts = co_await grants::facts(tx, grant, asked_by);
    facts.staff = co_await staff::find_for_update(tx, grant.staff);
    facts.asked_by = co_await staff::find_by_name(tx, asked_by);
    facts.now = now;
    co_return facts;
}

}  // namespace

awaitable<Outcome<Grant>> give_role(pg::Transaction& tx, NewGrant grant, std::string reason,
                                    Instant now, Authority authority) {
    const auto allowed =
        review_new_grant(grant, co_await facts_of(tx, grant, authority.asked_by(), now));
    if (!allowed)
        co_return refused(allowed.error());
    if (!authority.may_widen())
        co_return refused(GrantRefusal::needs_approval);
    const Actor& actor = authority.actor();
    co_await grants::insert(tx, grant, authority.asked_by(), actor.approval);
    record(tx, actor, "role_granted",
           {.action = "role_granted",
            .subject = "staff:" + grant.staff.uuid(),
            .before = {},
            .after = written(grant.id, grant.role, grant.scope),
            .reason = std::move(reason)});
    const auto given = co_await grants::find_for_update(tx, grant.id);
    co_return *given;
}

awaitable<Outcome<Grant>> revoke_role(pg::Transaction& tx, OperationId id, std::string reason,
                                      Actor actor) {
    auto grant = co_await grants::find_for_update(tx, id);
    if (!grant)
        co_return refused(GrantRefusal::unknown_grant);
    if (grant->revoked_at)
        co_return *grant;
    if (co_await grants::runs_staff(tx, grant->role) &&
        co_await staff::is_last_administrator(tx, grant->staff))
        co_return refused(GrantRefusal::last_administrator);
    grants::revoke(tx, id, actor.name);
    record(tx, actor, "role_revoked",
           {.action = "role_revoked",
            .subject = "staff:" + grant->staff.uuid(),
            .before = written(id, grant->role, grant->scope),
            .after = {},
            .reason = std::move(reason)});
    const auto ended = co_await grants::find_for_update(tx, id);
    co_return *ended;
}

}  // namespace cambist::office
