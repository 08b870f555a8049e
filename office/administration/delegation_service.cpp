#include "office/administration/delegation_service.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "office/administration/delegation_store.hpp"
#include "office/administration/grant_store.hpp"
#include "office/audit/audit_store.hpp"
#include "office/outbox/outbox_store.hpp"
#include "office/staff/staff_store.hpp"

namespace cambist::office {
namespace {

namespace json = boost::json;

void record(pg::Transaction& tx, const Actor& actor, std::string_view action,
            const Delegation& delegation, std::string reason) {
    const Change change{
        .action = std::string(action),
        .subject = "staff:" + delegation.from.uuid(),
        .before = {},
        .after = json::serialize(json::object{{"delegation", delegation.id.uuid()},
                                              {"to", delegation.to.uuid()},
                                              {"from_ns", delegation.valid_from.ns},
                                              {"until_ns", delegation.valid_until.ns}}),
        .reason = std::move(reason)};
    audit::append(tx, actor, change);
    outbox::append(tx, action, change.subject, change.after);
}

awaitable<NewDelegationFacts> facts_of(pg::Transaction& tx, const NewDelegation& delegation,
                                       const std::string& asked_by, Instant now) {
    NewDelegationFacts facts;
    facts.now = now;
    facts.from = co_await staff::find_by_name(tx, asked_by);
    facts.to = co_await staff::find_for_update(tx, delegation.to);
    if (facts.from && facts.to)
        facts.conflicts = co_await grants::conflicts_between(tx, facts.from->id, facts.to->id);
    const auto same = co_await delegations::find_for_update(tx, delegation.id);
    facts.id_taken = same.has_value();
    co_return facts;
}

}  // namespace

awaitable<Outcome<Delegation>> delegate(pg::Transaction& tx, NewDelegation delegation, Instant now,
                                        Authority authority) {
    const auto facts = co_await facts_of(tx, delegation, authority.asked_by(), now);
    const auto allowed = review_new_delegation(delegation, facts);
    if (!allowed)
        co_return refused(allowed.error());
    if (!authority.may_widen())
        co_return refused(DelegationRefusal::needs_approval);
    co_await delegations::insert(tx, delegation, facts.from->id, authority.actor().approval);
    const auto given = co_await delegations::find_for_update(tx, delegation.id);
    record(tx, authority.actor(), "delegated", *given, delegation.reason);
    co_return *given;
}

awaitable<Outcome<Delegation>> end_delegation(pg::Transaction& tx, OperationId id,
                                              std::string reason, Actor actor) {
    const auto found = co_await delegations::find_for_update(tx, id);
    if (!found)
        co_return refused(DelegationRefusal::unknown_delegation);
    const bool theirs = found->from == actor.principal || found->to == actor.principal;
    if (!theirs && !co_await delegations::manages_staff(tx, actor.principal))
        co_return refused(DelegationRefusal::not_yours);
    if (found->ended_at)
        co_return *found;
    delegations::end(tx, id, actor.name);
    record(tx, actor, "delegation_ended", *found, std::move(reason));
    const auto ended = co_await delegations::find_for_update(tx, id);
    co_return *ended;
}

}  // namespace cambist::office
