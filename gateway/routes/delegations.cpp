#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "gateway/http/fields.hpp"
#include "gateway/http/instant.hpp"
#include "gateway/routes/shape.hpp"
#include "gateway/routes/table.hpp"
#include "office/administration/delegation_service.hpp"
#include "office/administration/delegation_store.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;
using office::Delegation;

constexpr std::size_t longest_reason = 500, longest_time = 40;
constexpr int most_shown = 1000;

std::string_view state_of(const Delegation& delegation, Instant now) {
    if (delegation.ended_at)
        return "ended";
    if (delegation.valid_until <= now)
        return "over";
    return delegation.valid_from <= now ? "in_force" : "to_come";
}

json::object described(const Delegation& delegation, Instant now) {
    json::value approval = nullptr;
    if (delegation.approval)
        approval = json::string(delegation.approval->uuid());
    return {{"id", delegation.id.uuid()},
            {"from_id", delegation.from.uuid()},
            {"from_username", delegation.from_username},
            {"to_id", delegation.to.uuid()},
            {"to_username", delegation.to_username},
            {"state", state_of(delegation, now)},
            {"valid_from", rfc3339(delegation.valid_from)},
            {"valid_until", rfc3339(delegation.valid_until)},
            {"reason", delegation.reason},
            {"approval_id", std::move(approval)},
            {"ended_by", delegation.ended_by},
            {"ended_at", rfc3339(delegation.ended_at)}};
}

Answer answer_with(const office::Outcome<Delegation>& outcome, int status, Instant now) {
    if (!outcome)
        return std::unexpected(problem_of(outcome.error()));
    Reply reply;
    reply.status = status;
    reply.body = described(*outcome, now);
    return reply;
}

awaitable<Answer> list_delegations(Call& call) {
    json::array items;
    for (const auto& delegation : co_await office::delegations::list(call.tx, most_shown))
        items.push_back(described(delegation, call.now));
    Reply reply;
    reply.body = json::object{{"items", std::move(items)}, {"next", nullptr}};
    co_return reply;
}

Instant time_in(FieldReader& fields, std::string_view name) {
    const auto time = instant_of(fields.text(name, longest_time));
    if (!time)
        fields.refuse(name, "time");
    return time.value_or(Instant{});
}

awaitable<Answer> delegate(Call& call) {
    FieldReader fields(call.body);
    office::NewDelegation delegation;
    delegation.id = fields.uuid("id");
    delegation.to = fields.uuid("to_id");
    delegation.valid_from = time_in(fields, "valid_from");
    delegation.valid_until = time_in(fields, "valid_until");
    delegation.reason = fields.text("reason", longest_reason);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    co_return answer_with(
        co_await office::delegate(call.tx, std::move(delegation), call.now, call.authority), 201,
        call.now);
}

awaitable<Answer> end_delegation(Call& call) {
    const auto id = path_uuid(call, "delegation", "unknown_delegation");
    if (!id)
        co_return std::unexpected(id.error());
    FieldReader fields(call.body);
    auto reason = fields.text("reason", longest_reason);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    co_return answer_with(
        co_await office::end_delegation(call.tx, *id, std::move(reason), call.actor), 200,
        call.now);
}

Route of_people(Route route) {
    route.callers = Callers::people;
    return route;
}

}  // namespace

std::vector<Route> delegation_routes() {
    using enum Verb;
    using enum KeyRule;
    return {
        {get, "/v1/delegations", "approval.read", none, {}, list_delegations},
        of_people(stepped_up({post,
                              "/v1/delegations",
                              "delegation.create",
                              required,
                              {},
                              delegate,
                              "delegation:{.id}"})),
        of_people({post,
                   "/v1/delegations/{delegation}/end",
                   "delegation.create",
                   optional,
                   {},
                   end_delegation}),
    };
}

}  // namespace cambist::gateway
