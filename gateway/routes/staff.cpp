#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "gateway/http/fields.hpp"
#include "gateway/routes/shape.hpp"
#include "gateway/routes/sign_in.hpp"
#include "gateway/routes/table.hpp"
#include "office/administration/staff_service.hpp"
#include "office/staff/session_store.hpp"
#include "office/staff/sign_in.hpp"
#include "office/staff/sign_in_store.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;
using office::Staff;

constexpr std::size_t longest_name = 200, longest_username = 63, longest_reason = 500;

json::object described(const Staff& staff) {
    return {{"id", staff.id.uuid()},
            {"person_id", staff.person.uuid()},
            {"username", staff.username},
            {"name", staff.name},
            {"status", name_of(staff.status)},
            {"version", staff.version},
            {"created_at", rfc3339(staff.created_at)},
            {"left_at", rfc3339(staff.left_at)}};
}

json::object described(const office::staff::Listed& listed) {
    json::object body = described(listed.staff);
    body["roles"] = json::array(listed.roles.begin(), listed.roles.end());
    body["has_second_factor"] = listed.has_second_factor;
    body["must_change_password"] = listed.must_change_password;
    body["signed_in_at"] = rfc3339(listed.signed_in_at);
    return body;
}

Answer answer_with(const office::Outcome<Staff>& outcome, int status) {
    if (!outcome)
        return std::unexpected(problem_of(outcome.error()));
    Reply reply;
    reply.status = status;
    reply.body = described(*outcome);
    return reply;
}

std::expected<OperationId, Problem> path_staff(const Call& call) {
    return path_uuid(call, "staff", "unknown_staff");
}

awaitable<Answer> list_staff(Call& call) {
    const auto page = page_of(call);
    if (!page)
        co_return std::unexpected(page.error());
    const auto after =
        page->after.empty() ? std::optional(OperationId{}) : OperationId::from_uuid(page->after);
    if (!after)
        co_return std::unexpected(bad_cursor());
    PageWriter writer(*page);
    for (const auto& listed : co_await office::staff::list(call.tx, *after, writer.rows_wanted()))
        writer.add(described(listed), listed.staff.id.uuid());
    co_return std::move(writer).reply();
}

awaitable<Answer> get_staff(Call& call) {
    const auto id = path_staff(call);
    if (!id)
        co_return std::unexpected(id.error());
    const auto listed = co_await office::staff::find(call.tx, *id);
    if (!listed)
        co_return std::unexpected(Problem{404, "unknown_staff", "", {}, {}});
    Reply reply;
    reply.body = described(*listed);
    co_return reply;
}

awaitable<Answer> add_staff(Call& call) {
    FieldReader fields(call.body);
    Staff staff;
    staff.id = fields.uuid("id");
    staff.person = fields.uuid("person_id");
    staff.username = fields.text("username", longest_username);
    staff.name = fields.text("name", longest_name);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    co_return answer_with(co_await office::add_staff(call.tx, staff, call.actor), 201);
}

struct ForAReason {
    OperationId staff;
    std::string reason;
};

std::expected<ForAReason, Problem> for_a_reason(Call& call, FieldReader& fields) {
    auto id = path_staff(call);
    if (!id)
        return std::unexpected(id.error());
    ForAReason asked{*id, fields.text("reason", longest_reason)};
    if (auto problem = fields.problem())
        return std::unexpected(std::move(*problem));
    return asked;
}

awaitable<Answer> suspend(Call& call) {
    FieldReader fields(call.body);
    auto asked = for_a_reason(call, fields);
    if (!asked)
        co_return std::unexpected(asked.error());
    co_return answer_with(
        co_await office::suspend_staff(call.tx, asked->staff, std::move(asked->reason), call.actor),
        200);
}

awaitable<Answer> resume(Call& call) {
    FieldReader fields(call.body);
    auto asked = for_a_reason(call, fields);
    if (!asked)
        co_return std::unexpected(asked.error());
    co_return answer_with(co_await office::resume_staff(call.tx, asked->staff,
                                                        std::move(asked->reason), call.authority),
                          200);
}

awaitable<Answer> reset_password(Call& call) {
    FieldReader fields(call.body);
    const bool second_factor_too = fields.optional_flag("second_factor_too").value_or(false);
    auto asked = for_a_reason(call, fields);
    if (!asked)
        co_return std::unexpected(asked.error());
    co_return answer_with(co_await office::reset_password(call.tx, asked->staff, second_factor_too,
                                                          std::move(asked->reason), call.authority),
                          200);
}

json::array ids_of(const std::vector<OperationId>& ids) {
    json::array list;
    for (const OperationId id : ids)
        list.emplace_back(id.uuid());
    return list;
}

awaitable<Answer> leave(Call& call) {
    FieldReader fields(call.body);
    const OperationId successor = fields.uuid("successor_id");
    auto asked = for_a_reason(call, fields);
    if (!asked)
        co_return std::unexpected(asked.error());
    const auto left = co_await office::dismiss_staff(call.tx, asked->staff, successor,
                                                     std::move(asked->reason), call.actor);
    if (!left)
        co_return std::unexpected(problem_of(left.error()));
    Reply reply;
    reply.body = json::object{{"staff", described(left->staff)},
                              {"ended_sessions", left->handed.sessions},
                              {"ended_keys", left->handed.keys},
                              {"ended_grants", left->handed.grants},
                              {"ended_delegations", left->handed.delegations},
                              {"reassigned_clients", ids_of(left->handed.clients)},
                              {"reassigned_approvals", ids_of(left->handed.approvals)}};
    co_return reply;
}

awaitable<Answer> list_sessions(Call& call) {
    const auto id = path_staff(call);
    if (!id)
        co_return std::unexpected(id.error());
    if (!co_await office::staff::find(call.tx, *id))
        co_return std::unexpected(Problem{404, "unknown_staff", "", {}, {}});
    json::array items;
    for (const auto& session : co_await office::sessions::list(call.tx, *id))
        items.push_back(
            json::object{{"id", session.id.uuid()},
                         {"device_id", session.device.uuid()},
                         {"state", name_of(session.state)},
                         {"address", session.address},
                         {"country", session.country},
                         {"user_agent", session.user_agent},
                         {"created_at", rfc3339(session.created_at)},
                         {"last_seen_at", rfc3339(session.last_seen_at)},
                         {"idle_expires_at", rfc3339(session.idle_expires_at)},
                         {"absolute_expires_at", rfc3339(session.absolute_expires_at)}});
    Reply reply;
    reply.body = json::object{{"items", std::move(items)}, {"next", nullptr}};
    co_return reply;
}

awaitable<Answer> revoke_session(Call& call) {
    const auto session = path_uuid(call, "session", "unknown_session");
    if (!session)
        co_return std::unexpected(session.error());
    FieldReader fields(call.body);
    auto asked = for_a_reason(call, fields);
    if (!asked)
        co_return std::unexpected(asked.error());
    const auto ended = co_await office::end_session_of(call.tx, asked->staff, *session,
                                                       std::move(asked->reason), call.actor);
    if (!ended)
        co_return std::unexpected(problem_of(ended.error()));
    Reply reply;
    reply.body = json::object{{"ended", true}};
    co_return reply;
}

json::value optional_id(const std::optional<OperationId>& id) {
    if (!id)
        return nullptr;
    return json::string(id->uuid());
}

std::expected<office::sign_ins::Filter, Problem> filter_of(const Call& call) {
    office::sign_ins::Filter filter;
    const Target& target = call.request.target;
    const Problem bad{400, "bad_parameter", "no such value", {}, {}};
    if (const std::string* staff = target.parameter("staff")) {
        filter.staff = OperationId::from_uuid(*staff);
        if (!filter.staff)
            return std::unexpected(bad);
    }
    const auto abnormal = flag_of(call, "abnormal", false);
    if (!abnormal)
        return std::unexpected(abnormal.error());
    filter.abnormal_only = *abnormal;
    if (const std::string* flag = target.parameter("flag")) {
        if (std::ranges::find(office::sign_in_flags, *flag) == std::end(office::sign_in_flags))
            return std::unexpected(bad);
        filter.flag = *flag;
    }
    return filter;
}

awaitable<Answer> list_sign_ins(Call& call) {
    const auto page = page_of(call);
    if (!page)
        co_return std::unexpected(page.error());
    auto filter = filter_of(call);
    if (!filter)
        co_return std::unexpected(filter.error());
    const auto before = page->after.empty() ? 0 : number_of(page->after, INT64_MAX);
    if (!before)
        co_return std::unexpected(bad_cursor());
    filter->before = static_cast<std::int64_t>(*before);
    PageWriter writer(*page);
    for (const auto& tried :
         co_await office::sign_ins::list(call.tx, *filter, writer.rows_wanted()))
        writer.add({{"id", std::to_string(tried.id)},
                    {"at", rfc3339(tried.at)},
                    {"staff_id", optional_id(tried.staff)},
                    {"username", tried.username},
                    {"session_id", optional_id(tried.session)},
                    {"device_id", optional_id(tried.device)},
                    {"address", tried.address},
                    {"country", tried.country},
                    {"user_agent", tried.user_agent},
                    {"outcome", tried.outcome},
                    {"cause", tried.cause},
                    {"flags", json::array(tried.flags.begin(), tried.flags.end())},
                    {"request_id", tried.request_id}},
                   std::to_string(tried.id));
    co_return std::move(writer).reply();
}

constexpr std::string_view about_staff = "staff:{staff}";

Route sensitive(std::string_view pattern, KeyRule key, Handler handler,
                std::string_view subject = {}) {
    Route route{Verb::post, pattern, "staff.manage", key, {}, handler, subject};
    route.callers = Callers::people;
    return stepped_up(route);
}

Route temporary_password() {
    Route route = sensitive("/v1/staff/{staff}/temporary-password", KeyRule::none, nullptr);
    route.desk = issue_temporary_password;
    return route;
}

}  // namespace

std::vector<Route> staff_routes() {
    using enum Verb;
    using enum KeyRule;
    return {
        {get, "/v1/staff", "staff.read", none, {"limit", "after"}, list_staff},
        {get, "/v1/staff/{staff}", "staff.read", none, {}, get_staff},
        sensitive("/v1/staff", required, add_staff),
        sensitive("/v1/staff/{staff}/suspend", optional, suspend),
        sensitive("/v1/staff/{staff}/resume", optional, resume, about_staff),
        sensitive("/v1/staff/{staff}/leave", optional, leave),
        sensitive("/v1/staff/{staff}/password-reset", optional, reset_password, about_staff),
        temporary_password(),
        {get, "/v1/staff/{staff}/sessions", "staff.read", none, {}, list_sessions},
        sensitive("/v1/staff/{staff}/sessions/{session}/revoke", optional, revoke_session),
        {get,
         "/v1/sign-ins",
         "staff.read",
         none,
         {"limit", "after", "staff", "abnormal", "flag"},
         list_sign_ins},
    };
}

}  // namespace cambist::gateway
