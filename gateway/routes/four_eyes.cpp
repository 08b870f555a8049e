#include "gateway/routes/four_eyes.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "gateway/routes/shape.hpp"
#include "office/approvals/approval_store.hpp"
#include "sync/vocabulary/assertion.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;
using office::Approval;

/// A request's id is 32 random hexadecimal digits; the approval that it files bears it.
OperationId id_of(const Request& request) {
    std::string uuid = request.id;
    for (const std::size_t dash : {8u, 13u, 18u, 23u})
        uuid.insert(dash, "-");
    const auto id = OperationId::from_uuid(uuid);
    CAMBIST_ASSERT(id.has_value());
    return *id;
}

std::string field_of(const json::value& body, std::string_view name) {
    const auto* value = body.is_object() ? body.as_object().if_contains(name) : nullptr;
    return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::string value_of(std::string_view name, const PathValues& path, const json::value& body,
                     const Request& request) {
    if (name == "request")
        return id_of(request).uuid();
    if (name.starts_with('.'))
        return field_of(body, name.substr(1));
    const auto found = std::ranges::find(path, name, &PathValues::value_type::first);
    CAMBIST_ASSERT(found != path.end());
    return found->second;
}

/// The template of the route with the request's own values in it.
std::string subject_of(std::string_view pattern, const PathValues& path, const json::value& body,
                       const Request& request) {
    std::string subject;
    while (!pattern.empty()) {
        const auto open = pattern.find('{');
        subject += pattern.substr(0, open);
        if (open == std::string_view::npos)
            break;
        const auto close = pattern.find('}', open);
        subject += value_of(pattern.substr(open + 1, close - open - 1), path, body, request);
        pattern.remove_prefix(close + 1);
    }
    return subject;
}

std::string payload_of(const Route& route, const PathValues& path, const json::value& body) {
    json::object values;
    for (const auto& [name, value] : path)
        values[name] = value;
    return json::serialize(
        json::object{{"route", route.pattern}, {"path", std::move(values)}, {"body", body}});
}

PathValues path_of(const json::value& payload) {
    PathValues path;
    for (const auto& item : payload.at("path").as_object())
        path.emplace_back(item.key(), std::string(item.value().as_string()));
    return path;
}

awaitable<Problem> pending_problem(Call& call, const office::ApprovalRequest& request) {
    Problem problem{409, "approval_pending", "the same waits for approval already", {}, {}};
    const auto other =
        co_await office::approvals::waiting(call.tx, request.action, request.subject);
    if (other)
        problem.headers.emplace_back("Location", "/v1/approvals/" + other->uuid());
    co_return problem;
}

}  // namespace

json::object described(const Approval& approval) {
    json::array levels;
    for (const auto& level : approval.levels) {
        json::array roles;
        for (const auto& role : level.roles)
            roles.emplace_back(role);
        levels.push_back(json::object{{"roles", std::move(roles)}});
    }
    json::value client = nullptr, claim = nullptr, closed = nullptr;
    if (approval.client)
        client = json::string(approval.client->uuid());
    if (approval.claimed_by)
        claim = json::object{{"by", approval.claimed_by_name},
                             {"until", rfc3339(approval.claimed_until)}};
    if (approval.closed_at)
        closed = json::object{{"at", rfc3339(approval.closed_at)},
                              {"by", approval.closed_by},
                              {"code", approval.closed_code}};
    return {{"id", approval.request.id.uuid()},
            {"action", approval.request.action},
            {"subject", approval.request.subject},
            {"client_id", std::move(client)},
            {"state", name_of(approval.state)},
            {"reason", approval.request.reason},
            {"maker", approval.maker},
            {"levels", std::move(levels)},
            {"level", approval.level},
            {"version", approval.version},
            {"claim", std::move(claim)},
            {"requested_at", rfc3339(approval.requested_at)},
            {"expires_at", rfc3339(approval.expires_at)},
            {"closed", std::move(closed)}};
}

std::string etag_of(const Approval& approval) {
    return "\"v" + std::to_string(approval.version) + "\"";
}

const Route& route_of(const Approval& approval) {
    const json::value payload = json::parse(approval.request.payload);
    const auto& all = routes();
    const auto found = std::ranges::find_if(all, [&](const Route& route) {
        return route.writes() && route.pattern == payload.at("route").as_string();
    });
    CAMBIST_ASSERT(found != all.end());
    return *found;
}

awaitable<Answer> file_for_approval(Call& call, const Route& route) {
    office::ApprovalRequest request{
        .id = id_of(call.request),
        .action = std::string(route.permission),
        .subject = subject_of(route.subject, call.path, call.body, call.request),
        .payload = payload_of(route, call.path, call.body),
        .reason = field_of(call.body, "reason")};
    const auto filed = co_await office::approvals::Engine::submit(call.tx, request, call.actor);
    if (!filed && filed.error().code == "approval_pending")
        co_return std::unexpected(co_await pending_problem(call, request));
    if (!filed)
        co_return std::unexpected(problem_of(filed.error()));
    Reply reply;
    reply.status = 202;
    reply.body = json::object{{"approval", described(*filed)}};
    reply.etag = etag_of(*filed);
    reply.location = "/v1/approvals/" + filed->request.id.uuid();
    co_return reply;
}

office::approvals::CarryOut carrying_out(Call& call, Reply& reply) {
    return [&call, &reply](const office::Approved& approved,
                           const Approval& approval) -> awaitable<office::approvals::CarriedOut> {
        const json::value payload = json::parse(approval.request.payload);
        const PathValues path = path_of(payload);
        const office::Authority authority(approved);
        // The header fields of whoever decides are not the request's.
        Request request;
        request.id = call.request.id;
        request.method = "POST";
        request.peer = call.request.peer;
        Call kept{request,  path,    payload.at("body"), authority, authority.actor(),
                  call.now, call.tx, call.cursors};
        Answer answer = co_await route_of(approval).handler(kept);
        if (!answer)
            co_return answer.error().code;
        reply = std::move(*answer);
        co_return std::nullopt;
    };
}

std::expected<std::string, Problem> with_body(const Approval& approval, const json::value& body) {
    const Route& route = route_of(approval);
    const json::value payload = json::parse(approval.request.payload);
    const PathValues path = path_of(payload);
    const Request none;
    const bool named_by_path = route.subject.find("{.") == std::string_view::npos &&
                               route.subject.find("{request}") == std::string_view::npos;
    if (!named_by_path && route.subject.find("{request}") == std::string_view::npos &&
        subject_of(route.subject, path, body, none) != approval.request.subject)
        return std::unexpected(
            problem_of(office::refused_as(office::ApprovalRefusal::edit_changes_subject)));
    return payload_of(route, path, body);
}

}  // namespace cambist::gateway
