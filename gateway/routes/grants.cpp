#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "gateway/http/fields.hpp"
#include "gateway/routes/shape.hpp"
#include "gateway/routes/table.hpp"
#include "office/administration/grant_service.hpp"
#include "office/administration/grant_store.hpp"
#include "office/staff/staff_store.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;
using office::Grant;

constexpr std::size_t longest_role = 64, longest_reason = 500;
constexpr std::int64_t most_days = 3650;

json::array array_of(const std::vector<std::string>& words) {
    return json::array(words.begin(), words.end());
}

json::object described(const office::Role& role) {
    return {{"name", role.name},
            {"description", role.describe},
            {"permissions", array_of(role.permissions)},
            {"grantable", array_of(role.grantable)},
            {"conflicts", array_of(role.conflicts)}};
}

std::string_view state_of(const Grant& grant, Instant now) {
    if (grant.revoked_at)
        return "revoked";
    return grant.expires_at && *grant.expires_at <= now ? "expired" : "in_force";
}

json::object described(const Grant& grant, Instant now) {
    json::value approval = nullptr;
    if (grant.approval)
        approval = json::string(grant.approval->uuid());
    return {{"id", grant.id.uuid()},
            {"staff_id", grant.staff.uuid()},
            {"role", grant.role},
            {"state", state_of(grant, now)},
            {"clients", words_of(grant.scope)},
            {"granted_by", grant.granted_by},
            {"granted_at", rfc3339(grant.granted_at)},
            {"approval_id", std::move(approval)},
            {"expires_at", rfc3339(grant.expires_at)},
            {"revoked_by", grant.revoked_by},
            {"revoked_at", rfc3339(grant.revoked_at)}};
}

Answer answer_with(const office::Outcome<Grant>& outcome, int status, Instant now) {
    if (!outcome)
        return std::unexpected(problem_of(outcome.error()));
    Reply reply;
    reply.status = status;
    reply.body = described(*outcome, now);
    return reply;
}

awaitable<Answer> list_roles(Call& call) {
    json::array items;
    for (const auto& role : co_await office::grants::roles(call.tx))
        items.push_back(described(role));
    Reply reply;
    reply.body = json::object{{"items", std::move(items)}, {"next", nullptr}};
    co_return reply;
}

awaitable<Answer> list_grants(Call& call) {
    const auto staff = path_uuid(call, "staff", "unknown_staff");
    if (!staff)
        co_return std::unexpected(staff.error());
    if (!co_await office::staff::find(call.tx, *staff))
        co_return std::unexpected(Problem{404, "unknown_staff", "", {}, {}});
    json::array items;
    for (const auto& grant : co_await office::grants::of_staff(call.tx, *staff))
        items.push_back(described(grant, call.now));
    Reply reply;
    reply.body = json::object{{"items", std::move(items)}, {"next", nullptr}};
    co_return reply;
}

awaitable<Answer> give_role(Call& call) {
    const auto staff = path_uuid(call, "staff", "unknown_staff");
    if (!staff)
        co_return std::unexpected(staff.error());
    FieldReader fields(call.body);
    office::NewGrant grant;
    grant.id = fields.uuid("id");
    grant.staff = *staff;
    grant.role = fields.text("role", longest_role);
    grant.scope = read_scope(fields);
    const auto days = fields.optional_integer("days", 1, most_days);
    auto reason = fields.text("reason", longest_reason);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    if (days)
        grant.expires_at = call.now + std::chrono::hours(24 * *days);
    co_return answer_with(co_await office::give_role(call.tx, std::move(grant), std::move(reason),
                                                     call.now, call.authority),
                          201, call.now);
}

awaitable<Answer> revoke_role(Call& call) {
    const auto id = path_uuid(call, "grant", "unknown_grant");
    if (!id)
        co_return std::unexpected(id.error());
    FieldReader fields(call.body);
    auto reason = fields.text("reason", longest_reason);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    co_return answer_with(co_await office::revoke_role(call.tx, *id, std::move(reason), call.actor),
                          200, call.now);
}

/// For people who showed a code lately.
Route sensitive(Route route) {
    route.callers = Callers::people;
    return stepped_up(route);
}

}  // namespace

std::vector<Route> grant_routes() {
    using enum Verb;
    using enum KeyRule;
    return {
        {get, "/v1/roles", "role.read", none, {}, list_roles},
        {get, "/v1/staff/{staff}/grants", "role.read", none, {}, list_grants},
        sensitive({post,
                   "/v1/staff/{staff}/grants",
                   "role.grant",
                   required,
                   {},
                   give_role,
                   "role_grant:{staff}/{.role}"}),
        sensitive({post, "/v1/grants/{grant}/revoke", "role.grant", optional, {}, revoke_role}),
    };
}

}  // namespace cambist::gateway
