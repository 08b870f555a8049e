#include <boost/json/array.hpp>
#include <ranges>

#include "gateway/http/fields.hpp"
#include "gateway/routes/shape.hpp"
#include "gateway/routes/table.hpp"
#include "office/trading/server_service.hpp"
#include "office/trading/server_store.hpp"
#include "office/trading/trading_view_store.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;
using office::TradingServer;

constexpr std::string_view kinds[] = {"in_process", "remote"};
constexpr std::string_view modes[] = {"observe", "enforce"};
constexpr std::size_t most_patterns = 200, longest_pattern = 200, longest_reason = 500;
constexpr std::size_t most_groups_shown = 200;

json::object described(const TradingServer& server) {
    json::object lease{{"holder", server.lease_holder},
                       {"bridge_epoch", std::to_string(server.bridge_epoch)},
                       {"until", rfc3339(server.lease_until)}};
    json::array scope;
    for (const auto& pattern : server.scope)
        scope.emplace_back(pattern);
    return {{"id", std::to_string(server.id.value)},
            {"name", server.name},
            {"kind", name_of(server.kind)},
            {"mode", name_of(server.mode)},
            {"scope", std::move(scope)},
            {"config_version", server.config_version},
            {"policy_era", server.policy_era},
            {"money_out_stopped", server.money_out_stopped},
            {"money_out_stop_reason", server.money_out_stop_reason},
            {"lease", std::move(lease)}};
}

Answer answer_with(const office::Outcome<TradingServer>& outcome, int status) {
    if (!outcome)
        return std::unexpected(problem_of(outcome.error()));
    Reply reply;
    reply.status = status;
    reply.body = described(*outcome);
    reply.etag = etag_of(*outcome);
    reply.policies_changed = true;
    return reply;
}

awaitable<Answer> list_servers(Call& call) {
    json::array items;
    for (const auto& server : co_await office::servers::list(call.tx))
        items.push_back(described(server));
    Reply reply;
    reply.body = json::object{{"items", std::move(items)}, {"next", nullptr}};
    co_return reply;
}

awaitable<Answer> get_server(Call& call) {
    const auto id = path_server(call);
    if (!id)
        co_return std::unexpected(id.error());
    const auto server = co_await office::servers::find(call.tx, *id);
    if (!server)
        co_return std::unexpected(Problem{404, "unknown_server", "", {}, {}});
    Reply reply;
    reply.body = described(*server);
    reply.etag = etag_of(*server);
    co_return reply;
}

awaitable<Answer> add_server(Call& call) {
    FieldReader fields(call.body);
    TradingServer server;
    const std::string id = fields.text("id", 10);
    const auto number = number_of(id, INT32_MAX);
    if (!id.empty() && !number)
        fields.refuse("id", "not_a_server_id");
    server.id = {static_cast<std::uint32_t>(number.value_or(0))};
    server.name = fields.text("name", 100);
    server.kind = static_cast<office::ServerKind>(fields.word("kind", kinds));
    server.mode = static_cast<office::ServerMode>(fields.word("mode", modes));
    server.scope = fields.texts("scope", most_patterns, longest_pattern);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    co_return answer_with(co_await office::register_server(call.tx, server, call.actor), 201);
}

awaitable<Answer> change_mode(Call& call) {
    const auto id = path_server(call);
    if (!id)
        co_return std::unexpected(id.error());
    FieldReader fields(call.body);
    const auto mode = static_cast<office::ServerMode>(fields.word("mode", modes));
    auto scope = fields.texts("scope", most_patterns, longest_pattern);
    auto reason = fields.text("reason", longest_reason);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    co_return answer_with(co_await office::change_mode(call.tx, *id, mode, std::move(scope),
                                                       std::move(reason), call.authority),
                          200);
}

json::object counts_of(const std::array<std::int64_t, office::judging_count>& accounts) {
    json::object counts;
    for (int at = 0; at < office::judging_count; ++at)
        counts[name_of(static_cast<office::Judging>(at))] = accounts[static_cast<std::size_t>(at)];
    return counts;
}

json::object described(const office::ModePreview& preview) {
    json::array groups;
    for (const auto& change : preview.changed | std::views::take(most_groups_shown))
        groups.push_back(json::object{{"name", change.group.name},
                                      {"accounts", change.group.accounts},
                                      {"clients", change.group.clients},
                                      {"before", name_of(change.before)},
                                      {"after", name_of(change.after)}});
    return {{"before", counts_of(preview.before)},
            {"after", counts_of(preview.after)},
            {"groups_changed", preview.changed.size()},
            {"groups", std::move(groups)}};
}

awaitable<Answer> preview_mode(Call& call) {
    const auto id = path_server(call);
    if (!id)
        co_return std::unexpected(id.error());
    FieldReader fields(call.body);
    const auto mode = static_cast<office::ServerMode>(fields.word("mode", modes));
    auto scope = fields.texts("scope", most_patterns, longest_pattern);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    const auto preview = co_await office::preview_mode_change(call.tx, *id, mode, std::move(scope));
    if (!preview)
        co_return std::unexpected(problem_of(preview.error()));
    Reply reply;
    reply.body = described(*preview);
    co_return reply;
}

template <class Change, class By>
awaitable<Answer> change_for_a_reason(Call& call, Change change, const By& by) {
    const auto id = path_server(call);
    if (!id)
        co_return std::unexpected(id.error());
    FieldReader fields(call.body);
    auto reason = fields.text("reason", longest_reason);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    co_return answer_with(co_await change(call.tx, *id, std::move(reason), by), 200);
}

awaitable<Answer> stop_money_out(Call& call) {
    return change_for_a_reason(call, office::stop_money_out, call.actor);
}

awaitable<Answer> resume_money_out(Call& call) {
    return change_for_a_reason(call, office::resume_money_out, call.authority);
}

awaitable<Answer> begin_policy_era(Call& call) {
    return change_for_a_reason(call, office::begin_policy_era, call.authority);
}

awaitable<Answer> list_groups(Call& call) {
    const auto server = path_server(call);
    if (!server)
        co_return std::unexpected(server.error());
    const auto page = page_of(call);
    if (!page)
        co_return std::unexpected(page.error());
    const auto after = page->after.empty() ? 0 : number_of(page->after, UINT32_MAX);
    if (!after)
        co_return std::unexpected(bad_cursor());
    PageWriter writer(*page);
    const GroupId beyond{static_cast<std::uint32_t>(*after)};
    for (const auto& group :
         co_await office::trading::groups(call.tx, *server, beyond, writer.rows_wanted()))
        writer.add({{"id", std::to_string(group.id.value)},
                    {"name", group.name},
                    {"currency", group.currency},
                    {"currency_digits", group.currency_digits},
                    {"default_leverage_x100", group.default_leverage_x100},
                    {"demo", group.demo},
                    {"deleted", group.deleted}},
                   std::to_string(group.id.value));
    co_return std::move(writer).reply();
}

}  // namespace

std::vector<Route> server_routes() {
    using enum Verb;
    using enum KeyRule;
    return {
        {get, "/v1/servers", "server.read", none, {}, list_servers},
        {post, "/v1/servers", "server.register", required, {}, add_server},
        looked_up({get, "/v1/servers/{server}", "server.read", none, {}, get_server}),
        {post,
         "/v1/servers/{server}/mode",
         "server.change_mode",
         optional,
         {},
         change_mode,
         "server:{server}"},
        {post, "/v1/servers/{server}/mode/preview", "server.change_mode", none, {}, preview_mode},
        {post,
         "/v1/servers/{server}/money-out-stop",
         "server.stop_money",
         optional,
         {},
         stop_money_out},
        {post,
         "/v1/servers/{server}/money-out-resume",
         "server.resume_money",
         optional,
         {},
         resume_money_out,
         "server:{server}"},
        {post,
         "/v1/servers/{server}/policy-era",
         "server.begin_era",
         required,
         {},
         begin_policy_era,
         "server:{server}"},
        {get, "/v1/servers/{server}/groups", "server.read", none, {"limit", "after"}, list_groups},
    };
}

}  // namespace cambist::gateway
