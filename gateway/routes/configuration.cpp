#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "gateway/http/fields.hpp"
#include "gateway/routes/shape.hpp"
#include "gateway/routes/table.hpp"
#include "office/accounts/deadlines.hpp"
#include "office/accounts/recompute_service.hpp"
#include "office/accounts/recompute_store.hpp"
#include "office/configuration/approval_levels.hpp"
#include "office/configuration/calendar.hpp"
#include "office/configuration/configuration_service.hpp"
#include "office/configuration/configuration_store.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;
using office::ConfigurationKind;
using office::ConfigurationRefusal;
using office::ConfigurationVersion;
using office::DocumentProblems;
using office::KnownNames;
using office::NotChanged;

constexpr std::size_t longest_reason = 500, longest_document = 256 * 1024, most_problems = 50,
                      longest_path = 200;
constexpr std::string_view rights_document = "rights";

/// What routes can file for approval: each must have somebody who agrees.
KnownNames::Names acts_with_approval() {
    KnownNames::Names names;
    for (const Route& route : routes())
        if (!route.subject.empty())
            names.emplace(route.permission);
    return names;
}

const std::vector<ConfigurationKind>& kinds() {
    static const std::vector<ConfigurationKind> all{
        {"approvals", "who agrees to each act, level by level",
         [](const json::value& document, const KnownNames& known) {
             return office::review_approval_levels(document, known, acts_with_approval());
         }},
        {"deadlines", "who has to do something about a client, and by when",
         office::review_deadlines},
        {"entities", "zone, working hours, holidays and day cut of each legal entity",
         office::review_calendars},
        {rights_document, "what accounts may do, by status, cause and state", office::review_rights,
         office::begin_recompute},
    };
    return all;
}

const ConfigurationKind* kind_of(std::string_view name) {
    const auto found = std::ranges::find(kinds(), name, &ConfigurationKind::name);
    return found == kinds().end() ? nullptr : &*found;
}

Problem unknown(ConfigurationRefusal what) {
    return problem_of(refused_as(what));
}

std::expected<const ConfigurationKind*, Problem> path_kind(const Call& call) {
    const ConfigurationKind* kind = kind_of(call.value("document"));
    if (!kind)
        return std::unexpected(unknown(ConfigurationRefusal::unknown_configuration));
    return kind;
}

std::string etag_of(std::int64_t version) {
    return "\"v" + std::to_string(version) + "\"";
}

json::object summary_of(const ConfigurationVersion& version) {
    json::value approval = nullptr;
    if (version.approval)
        approval = json::string(version.approval->uuid());
    return {{"name", version.name},
            {"version", version.version},
            {"author", version.author},
            {"approval_id", std::move(approval)},
            {"approved_by", json::array(version.approvers.begin(), version.approvers.end())},
            {"reason", version.reason},
            {"at", rfc3339(version.at)}};
}

json::object whole(const ConfigurationVersion& version) {
    json::object body = summary_of(version);
    body["document"] = version.document;
    return body;
}

json::array listed(const std::vector<office::Difference>& differences) {
    json::array words;
    for (const auto& [path, before, after] : differences)
        words.push_back(json::object{{"path", path}, {"before", before}, {"after", after}});
    return words;
}

/// Not longer than a path is shown; cut where a character begins.
std::string shown_path(std::string path) {
    if (path.size() <= longest_path)
        return path;
    std::size_t end = longest_path;
    while (end > 0 && (static_cast<unsigned char>(path[end]) & 0xc0) == 0x80)
        --end;
    return path.substr(0, end);
}

Problem problem_of_change(const NotChanged& refused) {
    Problem problem = problem_of(refused_as(refused.why));
    if (!refused.problems.empty())
        problem.detail = "each place of the document that cannot be taken is named";
    for (const auto& [path, code] : refused.problems)
        if (problem.errors.size() < most_problems)
            problem.errors.push_back({shown_path(path), std::string(code)});
    return problem;
}

awaitable<Answer> list_configuration(Call& call) {
    json::array items;
    for (const auto& version : co_await office::configuration::all(call.tx))
        if (const ConfigurationKind* kind = kind_of(version.name)) {
            json::object item = summary_of(version);
            item["describe"] = kind->describe;
            items.push_back(std::move(item));
        }
    Reply reply;
    reply.body = json::object{{"items", std::move(items)}, {"next", nullptr}};
    co_return reply;
}

awaitable<Answer> get_configuration(Call& call) {
    const auto kind = path_kind(call);
    if (!kind)
        co_return std::unexpected(kind.error());
    const auto version =
        co_await office::configuration::current(call.tx, std::string((*kind)->name));
    if (!version)
        co_return std::unexpected(unknown(ConfigurationRefusal::unknown_configuration));
    Reply reply;
    reply.body = whole(*version);
    reply.etag = etag_of(version->version);
    co_return reply;
}

awaitable<Answer> list_versions(Call& call) {
    const auto page = page_of(call);
    if (!page)
        co_return std::unexpected(page.error());
    const auto kind = path_kind(call);
    if (!kind)
        co_return std::unexpected(kind.error());
    const auto from = page->after.empty() ? 0 : number_of(page->after, INT64_MAX);
    if (!from)
        co_return std::unexpected(bad_cursor());
    PageWriter writer(*page);
    for (const auto& version : co_await office::configuration::history(
             call.tx, std::string((*kind)->name), static_cast<std::int64_t>(*from),
             writer.rows_wanted()))
        writer.add(summary_of(version), std::to_string(version.version - 1));
    co_return std::move(writer).reply();
}

/// How far the accounts have come that a version of the rights matrix changes.
awaitable<json::value> recompute_of(Call& call, const ConfigurationVersion& version) {
    if (version.name != rights_document)
        co_return nullptr;
    const auto progress = co_await office::recompute::progress(call.tx, version.version);
    if (!progress)
        co_return nullptr;
    co_return json::object{{"state", progress->state},
                           {"accounts_seen", progress->seen},
                           {"accounts_changed", progress->changed},
                           {"began_at", rfc3339(progress->begun_at)},
                           {"ended_at", rfc3339(progress->ended_at)}};
}

awaitable<Answer> get_version(Call& call) {
    const auto kind = path_kind(call);
    if (!kind)
        co_return std::unexpected(kind.error());
    const std::string name((*kind)->name);
    const auto number = number_of(call.value("version"), INT64_MAX);
    const auto version = co_await office::configuration::find(
        call.tx, name, static_cast<std::int64_t>(number.value_or(0)));
    if (!version)
        co_return std::unexpected(Problem{404, "unknown_version", "", {}, {}});
    const auto before = co_await office::configuration::find(call.tx, name, version->version - 1);
    Reply reply;
    json::object body = whole(*version);
    body["differences"] =
        before ? listed(office::differences(before->document, version->document)) : json::array();
    body["recompute"] = co_await recompute_of(call, *version);
    reply.body = std::move(body);
    co_return reply;
}

json::object counts_of(const office::RightCounts& counts) {
    json::object words;
    for (const auto& [right, accounts] : counts)
        words[words_of(Rights::none().with(right)).at(0).as_string()] = accounts;
    return words;
}

json::object effect_of(const office::RightsPreview& preview) {
    json::array sample;
    for (const auto& account : preview.sample) {
        json::value client = nullptr;
        if (account.client)
            client = json::string(account.client->uuid());
        sample.push_back(json::object{{"server_id", std::to_string(account.key.server.value)},
                                      {"login", std::to_string(account.key.login.value)},
                                      {"client_id", std::move(client)},
                                      {"before", words_of(account.before.rights)},
                                      {"after", words_of(account.after.rights)}});
    }
    return {{"clients", preview.clients_affected}, {"accounts", preview.accounts_affected},
            {"gain", counts_of(preview.given)},    {"lose", counts_of(preview.taken)},
            {"sample", std::move(sample)},         {"is_estimate", preview.is_estimate}};
}

json::array listed(const DocumentProblems& problems) {
    json::array words;
    for (const auto& [path, code] : problems)
        if (words.size() < most_problems)
            words.push_back(json::object{{"field", shown_path(path)}, {"code", code}});
    return words;
}

/// What stands against the document is what was asked about; only who asks can be refused.
awaitable<Answer> preview(Call& call) {
    const auto kind = path_kind(call);
    if (!kind)
        co_return std::unexpected(kind.error());
    FieldReader fields(call.body);
    const json::value document = fields.any_object("document");
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    const auto reviewed = co_await office::review_configuration(
        call.tx, **kind, {.document = document, .reason = "preview"});
    json::object body{{"name", (*kind)->name},
                      {"refused", nullptr},
                      {"problems", json::array()},
                      {"differences", json::array()},
                      {"effect", nullptr}};
    if (!reviewed) {
        const office::Refused refused = refused_as(reviewed.error().why);
        if (refused.kind == office::Refused::Kind::forbidden)
            co_return std::unexpected(problem_of(refused));
        body["refused"] = refused.code;
        body["problems"] = listed(reviewed.error().problems);
    } else {
        body["differences"] = listed(reviewed->differences);
        if ((*kind)->name == rights_document)
            body["effect"] = effect_of(co_await office::preview_rights(call.tx, document));
    }
    Reply reply;
    reply.body = std::move(body);
    co_return reply;
}

awaitable<Answer> change(Call& call) {
    const auto kind = path_kind(call);
    if (!kind)
        co_return std::unexpected(kind.error());
    FieldReader fields(call.body);
    office::ConfigurationChange change{.document = fields.any_object("document"),
                                       .reason = fields.text("reason", longest_reason)};
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    // Who carries out what was approved looks at nothing: the approval knows the version.
    if (call.caller) {
        const auto seen = seen_version(call);
        if (!seen)
            co_return std::unexpected(seen.error());
        change.if_version = *seen;
    }
    const auto changed =
        co_await office::change_configuration(call.tx, **kind, std::move(change), call.authority);
    if (!changed)
        co_return std::unexpected(problem_of_change(changed.error()));
    Reply reply;
    reply.body = whole(*changed);
    reply.etag = etag_of(changed->version);
    reply.policies_changed = changed->name == rights_document;
    co_return reply;
}

}  // namespace

std::vector<Route> configuration_routes() {
    using enum Verb;
    using enum KeyRule;
    return {
        {get, "/v1/configuration", "configuration.read", none, {}, list_configuration},
        {get, "/v1/configuration/{document}", "configuration.read", none, {}, get_configuration},
        {get,
         "/v1/configuration/{document}/versions",
         "configuration.read",
         none,
         {"limit", "after"},
         list_versions},
        {get,
         "/v1/configuration/{document}/versions/{version}",
         "configuration.read",
         none,
         {},
         get_version},
        {post,
         "/v1/configuration/{document}/preview",
         "configuration.change",
         none,
         {},
         preview,
         {},
         longest_document},
        stepped_up({post,
                    "/v1/configuration/{document}",
                    "configuration.change",
                    optional,
                    {},
                    change,
                    "configuration:{document}",
                    longest_document}),
    };
}

}  // namespace cambist::gateway
