#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <functional>

#include "gateway/http/fields.hpp"
#include "gateway/routes/four_eyes.hpp"
#include "gateway/routes/shape.hpp"
#include "gateway/routes/table.hpp"
#include "office/accounts/person_name.hpp"
#include "office/approvals/approval_store.hpp"
#include "office/staff/access_store.hpp"
#include "office/staff/permission.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;
using office::Approval;
using office::WantedDecision;
using office::approvals::Engine;

constexpr std::size_t longest_remark = 500, largest_bulk = 200;
constexpr std::string_view decisions[] = {"approve", "reject"};

json::object shown(const office::ApprovalDecision& made) {
    json::value absent = nullptr;
    if (!made.on_behalf_of.empty())
        absent = json::string(made.on_behalf_of);
    return {{"level", made.level + 1},
            {"decision", made.approves ? "approve" : "reject"},
            {"by", made.staff},
            {"on_behalf_of", std::move(absent)},
            {"role", made.role},
            {"remark", made.remark},
            {"void", made.void_since_edited},
            {"at", rfc3339(made.at)}};
}

/// Refusals of the engine are on record.
Problem recorded(const office::Refused& refused) {
    Problem problem = problem_of(refused);
    problem.recorded = refused.kind != office::Refused::Kind::not_found;
    return problem;
}

Answer answer_with(const office::Outcome<Approval>& outcome) {
    if (!outcome)
        return std::unexpected(problem_of(outcome.error()));
    Reply reply;
    reply.body = described(*outcome);
    reply.etag = etag_of(*outcome);
    return reply;
}

std::expected<OperationId, Problem> path_approval(const Call& call) {
    return path_uuid(call, "approval", "unknown_approval");
}

/// Calls `found` with each name of a person in the words of an approval.
void for_each_name(json::value& body, const std::function<void(json::value&)>& found) {
    auto* object = body.if_object();
    if (!object)
        return;
    auto* person = object->if_contains("person");
    if (person && person->is_object() && person->as_object().contains("name"))
        found(person->as_object()["name"]);
    if (auto* items = object->if_contains("items"); items && items->is_array())
        for (json::value& item : items->as_array())
            for_each_name(item, found);
}

/// Nobody is a client yet whom an approval names: its maker knows them, and who may read anybody.
awaitable<bool> may_read_names(Call& call, const Approval& approval) {
    if (approval.maker_id == call.actor.principal)
        co_return true;
    co_return co_await office::access::holds_everywhere(call.tx, "person.read");
}

awaitable<json::value> words_shown(Call& call, const Approval& approval) {
    json::value words = json::parse(approval.request.payload);
    if (co_await may_read_names(call, approval))
        co_return words;
    for_each_name(words.at("body"), [](json::value& name) {
        if (name.is_string())
            name =
                shown(office::PersonName(std::string(name.as_string())), office::Masking::masked);
    });
    co_return words;
}

awaitable<Answer> get_approval(Call& call) {
    const auto id = path_approval(call);
    if (!id)
        co_return std::unexpected(id.error());
    const auto approval = co_await office::approvals::find(call.tx, *id);
    if (!approval)
        co_return std::unexpected(Problem{404, "unknown_approval", "", {}, {}});
    json::object body = described(*approval);
    body["request"] = co_await words_shown(call, *approval);
    json::array made;
    for (const auto& decision : co_await office::approvals::decisions(call.tx, *id))
        made.push_back(shown(decision));
    body["decisions"] = std::move(made);
    Reply reply;
    reply.body = std::move(body);
    reply.etag = etag_of(*approval);
    co_return reply;
}

/// A cursor of approvals is `<requested at, ns>.<id>`.
std::optional<std::pair<Instant, OperationId>> cursor_of(std::string_view text) {
    if (text.empty())
        return std::pair<Instant, OperationId>{};
    const auto point = text.find('.');
    const auto at = number_of(text.substr(0, point), INT64_MAX);
    const auto id = point == std::string_view::npos
                        ? std::nullopt
                        : OperationId::from_uuid(text.substr(point + 1));
    if (!at || !id)
        return std::nullopt;
    return std::pair{Instant{static_cast<std::int64_t>(*at)}, *id};
}

std::expected<office::approvals::ApprovalFilter, Problem> filter_of(const Call& call) {
    office::approvals::ApprovalFilter filter;
    const Target& target = call.request.target;
    if (const std::string* word = target.parameter("state")) {
        filter.state = office::approval_state_of(*word);
        if (!filter.state)
            return std::unexpected(Problem{400, "bad_parameter", "no such state", {}, {}});
    }
    const auto mine = flag_of(call, "mine", false);
    if (!mine)
        return std::unexpected(mine.error());
    filter.mine = *mine;
    if (const std::string* action = target.parameter("action")) {
        if (!office::is_known_permission(*action))
            return std::unexpected(Problem{400, "bad_parameter", "no such action", {}, {}});
        filter.action = *action;
    }
    const auto subject = subject_of(call);
    if (!subject)
        return std::unexpected(subject.error());
    filter.subject = *subject;
    return filter;
}

awaitable<Answer> list_approvals(Call& call) {
    const auto page = page_of(call);
    if (!page)
        co_return std::unexpected(page.error());
    const auto filter = filter_of(call);
    if (!filter)
        co_return std::unexpected(filter.error());
    const auto after = cursor_of(page->after);
    if (!after)
        co_return std::unexpected(bad_cursor());
    PageWriter writer(*page);
    for (const auto& approval : co_await office::approvals::list(
             call.tx, *filter, after->first, after->second, writer.rows_wanted()))
        writer.add(described(approval),
                   std::to_string(approval.requested_at.ns) + "." + approval.request.id.uuid());
    co_return std::move(writer).reply();
}

awaitable<Answer> decide(Call& call, bool approves) {
    const auto id = path_approval(call);
    if (!id)
        co_return std::unexpected(id.error());
    FieldReader fields(call.body);
    WantedDecision wanted{.approves = approves, .remark = fields.text("remark", longest_remark)};
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    const auto version = seen_version(call);
    if (!version)
        co_return std::unexpected(version.error());
    wanted.if_version = *version;
    Reply done;
    const auto decided = co_await Engine::decide(call.tx, *id, wanted, call.actor, call.now,
                                                 carrying_out(call, done));
    if (!decided)
        co_return std::unexpected(recorded(decided.error()));
    json::object body = described(decided->approval);
    body["result"] = std::move(done.body);
    done.status = 200;
    done.body = std::move(body);
    done.etag = etag_of(decided->approval);
    co_return done;
}

awaitable<Answer> approve(Call& call) {
    return decide(call, true);
}

awaitable<Answer> reject(Call& call) {
    return decide(call, false);
}

struct BulkItem {
    OperationId id;
    std::int64_t version = 0;
};

/// Each item is decided for itself; one that is refused does not keep the others from it.
awaitable<Answer> decide_many(Call& call) {
    FieldReader fields(call.body);
    const bool approves = fields.word("decision", decisions) == 0;
    const std::string remark = fields.text("remark", longest_remark);
    std::vector<BulkItem> items;
    fields.objects("items", largest_bulk, [&](FieldReader& item) {
        const OperationId id = item.uuid("id");
        items.push_back({id, item.integer("version", 1, INT64_MAX)});
    });
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    Reply reply;
    json::array results;
    for (const BulkItem& item : items) {
        Reply done;
        const WantedDecision wanted{
            .approves = approves, .remark = remark, .if_version = item.version};
        const auto decided = co_await Engine::decide(call.tx, item.id, wanted, call.actor, call.now,
                                                     carrying_out(call, done));
        json::object result{{"id", item.id.uuid()}, {"code", nullptr}, {"state", nullptr}};
        if (decided)
            result["state"] = name_of(decided->approval.state);
        else
            result["code"] = decided.error().code;
        results.push_back(std::move(result));
        reply.policies_changed = reply.policies_changed || done.policies_changed;
        reply.command_ordered = reply.command_ordered || done.command_ordered;
    }
    reply.body = json::object{{"items", std::move(results)}};
    co_return reply;
}

awaitable<Answer> claim(Call& call) {
    const auto id = path_approval(call);
    if (!id)
        co_return std::unexpected(id.error());
    FieldReader fields(call.body);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    co_return answer_with(co_await Engine::claim(call.tx, *id, call.actor, call.now));
}

awaitable<Answer> release(Call& call) {
    const auto id = path_approval(call);
    if (!id)
        co_return std::unexpected(id.error());
    FieldReader fields(call.body);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    co_return answer_with(co_await Engine::release(call.tx, *id, call.actor, call.now));
}

awaitable<Answer> withdraw(Call& call) {
    const auto id = path_approval(call);
    if (!id)
        co_return std::unexpected(id.error());
    FieldReader fields(call.body);
    auto reason = fields.text("reason", longest_remark);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    co_return answer_with(
        co_await Engine::withdraw(call.tx, *id, std::move(reason), call.actor, call.now));
}

/// Whoever edits must be able to ask for the same: the handler judges the new words first.
awaitable<std::optional<Problem>> review_words(Call& call, const Approval& approval,
                                               const std::string& payload) {
    const Route& route = route_of(approval);
    if (!co_await office::access::enter(call.tx, call.actor, std::string(route.permission)))
        co_return Problem{403,
                          "permission_missing",
                          "this needs the permission " + std::string(route.permission),
                          {},
                          {}};
    const json::value kept = json::parse(payload);
    PathValues path;
    for (const auto& item : kept.at("path").as_object())
        path.emplace_back(item.key(), std::string(item.value().as_string()));
    const Request request{.id = call.request.id,
                          .method = "POST",
                          .target = {},
                          .headers = {},
                          .peer = call.request.peer};
    Call asked{request,    path,     kept.at("body"), call.authority,
               call.actor, call.now, call.tx,         call.cursors};
    co_await office::approvals::begin_trial(call.tx);
    const Answer answer = co_await route.handler(asked);
    co_await office::approvals::undo_trial(call.tx);
    if (answer)
        co_return Problem{409, "no_approval_needed", "ask for it directly", {}, {}};
    if (answer.error().code != "needs_approval")
        co_return answer.error();
    co_return std::nullopt;
}

/// Whoever sees no names would write the masks of them.
awaitable<bool> hides_names(Call& call, const Approval& approval) {
    json::value words = json::parse(approval.request.payload);
    bool named = false;
    for_each_name(words.at("body"), [&](json::value&) { named = true; });
    co_return named && !co_await may_read_names(call, approval);
}

awaitable<Answer> edit(Call& call) {
    const auto id = path_approval(call);
    if (!id)
        co_return std::unexpected(id.error());
    FieldReader fields(call.body);
    const json::value body = fields.any_object("body");
    auto reason = fields.text("reason", longest_remark);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    const auto version = seen_version(call);
    if (!version)
        co_return std::unexpected(version.error());
    const auto approval = co_await office::approvals::find(call.tx, *id);
    if (!approval)
        co_return std::unexpected(Problem{404, "unknown_approval", "", {}, {}});
    if (co_await hides_names(call, *approval))
        co_return std::unexpected(
            Problem{403, "permission_missing", "this needs the permission person.read", {}, {}});
    auto payload = with_body(*approval, body);
    if (!payload)
        co_return std::unexpected(payload.error());
    if (auto problem = co_await review_words(call, *approval, *payload))
        co_return std::unexpected(std::move(*problem));
    office::access::act(call.tx, call.actor, "approval.read");
    co_return answer_with(co_await Engine::edit(call.tx, *id, std::move(*payload),
                                                std::move(reason), *version, call.actor, call.now));
}

}  // namespace

std::vector<Route> approval_routes() {
    using enum Verb;
    using enum KeyRule;
    return {
        {get,
         "/v1/approvals",
         "approval.read",
         none,
         {"limit", "after", "state", "mine", "action", "subject"},
         list_approvals},
        {get, "/v1/approvals/{approval}", "approval.read", none, {}, get_approval},
        stepped_up(
            {post, "/v1/approvals/{approval}/approve", "approval.decide", optional, {}, approve}),
        stepped_up(
            {post, "/v1/approvals/{approval}/reject", "approval.decide", optional, {}, reject}),
        stepped_up({post, "/v1/approvals/decisions", "approval.decide", optional, {}, decide_many}),
        {post, "/v1/approvals/{approval}/claim", "approval.decide", optional, {}, claim},
        {post, "/v1/approvals/{approval}/release", "approval.decide", optional, {}, release},
        {post, "/v1/approvals/{approval}/withdraw", "approval.read", optional, {}, withdraw},
        {post, "/v1/approvals/{approval}/edit", "approval.read", optional, {}, edit},
    };
}

}  // namespace cambist::gateway
