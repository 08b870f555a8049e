#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <set>

#include "gateway/auth/cookies.hpp"
#include "gateway/http/fields.hpp"
#include "gateway/routes/shape.hpp"
#include "gateway/routes/sign_in.hpp"
#include "gateway/routes/table.hpp"
#include "office/staff/scope_store.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;
using office::Own;

constexpr std::size_t longest_code = 64, small_body = 8 * 1024;

json::value described(const Own& own, const Door& door) {
    const auto& session = own.session;
    json::value stepped_up_until = nullptr;
    if (session.standing.stepped_up_at)
        stepped_up_until =
            rfc3339(*session.standing.stepped_up_at + door.settings().session.step_up);
    return json::object{{"id", session.id.uuid()},
                        {"device_id", session.device.uuid()},
                        {"state", name_of(session.standing.state)},
                        {"csrf_token", office::csrf_token_of(*own.visitor.session)},
                        {"created_at", rfc3339(session.created_at)},
                        {"idle_expires_at", rfc3339(session.standing.idle_expires_at)},
                        {"absolute_expires_at", rfc3339(session.standing.absolute_expires_at)},
                        {"stepped_up_until", std::move(stepped_up_until)}};
}

json::object described(const office::access::HeldScope& scope) {
    return {{"role", scope.role},
            {"clients", words_of(scope.clients)},
            {"on_behalf_of", scope.on_behalf_of}};
}

awaitable<Answer> who_am_i(Call& call) {
    json::array scopes, permissions;
    std::set<std::string> held;
    for (const auto& scope : co_await office::access::scopes_of(call.tx, call.actor.principal)) {
        scopes.push_back(described(scope));
        held.insert(scope.permissions.begin(), scope.permissions.end());
    }
    for (const auto& permission : held)
        permissions.emplace_back(permission);
    json::value staff = nullptr, session = nullptr;
    if (const auto& own = call.caller->own) {
        staff = json::object{{"id", own->session.staff.id.uuid()},
                             {"username", own->session.staff.username},
                             {"name", own->session.staff.name}};
        session = described(*own, *call.door);
    }
    Reply reply;
    reply.body = json::object{{"name", call.actor.name},
                              {"staff", std::move(staff)},
                              {"session", std::move(session)},
                              {"scopes", std::move(scopes)},
                              {"permissions", std::move(permissions)}};
    co_return reply;
}

/// The body is an empty object.
std::optional<Problem> check_empty(const Call& call) {
    FieldReader fields(call.body);
    return fields.problem();
}

awaitable<Answer> end_session(Call& call) {
    if (auto problem = check_empty(call))
        co_return std::unexpected(std::move(*problem));
    office::sign_out(call.tx, *call.caller->own);
    Reply reply;
    reply.body = json::object{{"ended", true}};
    reply.headers.emplace_back("Set-Cookie",
                               cookie_text(office::session_cookie, "", std::chrono::seconds(0)));
    co_return reply;
}

awaitable<Answer> offer_second_factor(Call& call) {
    if (auto problem = check_empty(call))
        co_return std::unexpected(std::move(*problem));
    const auto secret =
        co_await office::offer_second_factor(call.tx, call.door->rules(), *call.caller->own);
    if (!secret)
        co_return std::unexpected(problem_of_session(secret.error()));
    Reply reply;
    reply.status = 201;
    reply.body = json::object{
        {"secret", secret->base32()},
        {"otpauth_uri", otpauth_uri(*secret, call.caller->own->session.staff.username)}};
    co_return reply;
}

awaitable<Answer> confirm_second_factor(Call& call) {
    FieldReader fields(call.body);
    auto code = fields.text("code", longest_code);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    const auto renewed = co_await office::confirm_second_factor(call.tx, call.door->rules(),
                                                                *call.caller->own, std::move(code));
    if (!renewed)
        co_return std::unexpected(problem_of_session(renewed.error()));
    co_return reply_with(*renewed);
}

awaitable<Answer> list_devices(Call& call) {
    const auto& own = *call.caller->own;
    json::array items;
    for (const auto& device : co_await office::sessions::devices(call.tx, own.session.staff.id))
        items.push_back(json::object{{"id", device.id.uuid()},
                                     {"user_agent", device.user_agent},
                                     {"address", device.address},
                                     {"country", device.country},
                                     {"first_seen_at", rfc3339(device.first_seen_at)},
                                     {"last_seen_at", rfc3339(device.last_seen_at)},
                                     {"sessions", device.sessions},
                                     {"current", device.id == own.session.device}});
    Reply reply;
    reply.body = json::object{{"items", std::move(items)}, {"next", nullptr}};
    co_return reply;
}

awaitable<Answer> revoke_device(Call& call) {
    const auto id = path_uuid(call, "device", "unknown_device");
    if (!id)
        co_return std::unexpected(id.error());
    if (auto problem = check_empty(call))
        co_return std::unexpected(std::move(*problem));
    const auto ended = co_await office::revoke_own_device(call.tx, *call.caller->own, *id);
    if (!ended)
        co_return std::unexpected(problem_of_session(ended.error()));
    Reply reply;
    reply.body = json::object{{"ended_sessions", *ended}};
    co_return reply;
}

/// A route of somebody's own session.
Route own(Verb verb, std::string_view pattern, Handler handler, Callers callers) {
    Route route{verb, pattern, office::no_permission, KeyRule::none, {}, handler};
    route.body_limit = small_body;
    route.callers = callers;
    return route;
}

Route at_desk(std::string_view pattern, DeskHandler desk, Callers callers) {
    Route route = own(Verb::post, pattern, nullptr, callers);
    route.desk = desk;
    return route;
}

}  // namespace

std::vector<Route> session_routes() {
    using enum Callers;
    Route who = own(Verb::get, "/v1/session", who_am_i, all_enrolling);
    who.by_itself = true;
    return {
        at_desk("/v1/session", sign_in, anybody),
        who,
        own(Verb::post, "/v1/session/end", end_session, enrolling),
        at_desk("/v1/session/step-up", show_code, people),
        at_desk("/v1/session/password", change_password, enrolling),
        own(Verb::post, "/v1/session/totp", offer_second_factor, enrolling),
        own(Verb::post, "/v1/session/totp/confirm", confirm_second_factor, enrolling),
        own(Verb::get, "/v1/session/devices", list_devices, people),
        own(Verb::post, "/v1/session/devices/{device}/revoke", revoke_device, people),
    };
}

}  // namespace cambist::gateway
