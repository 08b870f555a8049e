#include "office/accounts/assignment_service.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "office/accounts/assignment_store.hpp"
#include "office/accounts/client_store.hpp"
#include "office/audit/audit_store.hpp"
#include "office/outbox/outbox_store.hpp"

namespace cambist::office {

namespace {

namespace json = boost::json;

json::value id_or_null(const std::optional<OperationId>& id) {
    if (!id)
        return nullptr;
    return json::value(id->uuid());
}

json::object described(const Assignment& assignment) {
    return {{"region", assignment.region},
            {"manager_id", id_or_null(assignment.manager)},
            {"partner_id", id_or_null(assignment.partner)}};
}

}  // namespace

awaitable<Outcome<ClientChanged>> assign_client(pg::Transaction& tx, OperationId id,
                                                AssignmentChange change, Instant now,
                                                Authority authority) {
    auto client = co_await clients::find_for_update(tx, id);
    if (!client)
        co_return refused(AccountRefusal::unknown_client);
    AssignmentFacts facts = co_await assignments::facts(tx, *client, change);
    facts.clock = now;
    const auto plan = review_assignment(change, facts);
    if (!plan)
        co_return refused(plan.error());
    if (!plan->changes)
        co_return ClientChanged{std::move(*client), {}, false};
    if (plan->widens && !authority.may_widen())
        co_return refused(AccountRefusal::needs_approval);
    assignments::assign(tx, id, plan->to, change.from);
    const Change told{.action = "client_assigned",
                      .subject = client->subject(),
                      .before = json::serialize(described(client->assignment)),
                      .after = json::serialize(described(plan->to)),
                      .reason = std::move(change.reason)};
    audit::append(tx, authority.actor(), told);
    outbox::append(tx, told.action, told.subject, told.after);
    client->assignment = plan->to;
    ++client->version;
    co_return ClientChanged{std::move(*client), {}, true};
}

}  // namespace cambist::office
