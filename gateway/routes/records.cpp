#include <boost/json/value.hpp>

#include "gateway/http/fields.hpp"
#include "gateway/routes/shape.hpp"
#include "gateway/routes/table.hpp"
#include "office/trading/quarantine_service.hpp"
#include "office/trading/trading_view_store.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_reason = 500;

std::expected<std::optional<ServerId>, Problem> server_parameter(const Call& call) {
    const std::string* text = call.request.target.parameter("server");
    if (!text)
        return std::nullopt;
    const auto number = number_of(*text, INT32_MAX);
    if (!number)
        return std::unexpected(Problem{400, "bad_parameter", "server is an id", {}, {}});
    return ServerId{static_cast<std::uint32_t>(*number)};
}

awaitable<Answer> list_drift(Call& call) {
    const auto page = page_of(call);
    if (!page)
        co_return std::unexpected(page.error());
    const auto server = server_parameter(call);
    if (!server)
        co_return std::unexpected(server.error());
    const auto open = flag_of(call, "open", false);
    if (!open)
        co_return std::unexpected(open.error());
    const auto after = page->after.empty() ? 0 : number_of(page->after, INT64_MAX);
    if (!after)
        co_return std::unexpected(bad_cursor());
    PageWriter writer(*page);
    for (const auto& drift : co_await office::trading::drift(
             call.tx, *server, *open, static_cast<std::int64_t>(*after), writer.rows_wanted()))
        writer.add({{"id", std::to_string(drift.id)},
                    {"server_id", std::to_string(drift.server.value)},
                    {"login", std::to_string(drift.login.value)},
                    {"field", drift.field},
                    {"office_value", drift.office_value},
                    {"server_value", drift.server_value},
                    {"found_by", drift.found_by},
                    {"since", rfc3339(drift.since)},
                    {"resolved_at", rfc3339(drift.resolved_at)},
                    {"repaired", drift.repaired}},
                   std::to_string(drift.id));
    co_return std::move(writer).reply();
}

awaitable<Answer> list_quarantine(Call& call) {
    const auto server = path_server(call);
    if (!server)
        co_return std::unexpected(server.error());
    const auto page = page_of(call);
    if (!page)
        co_return std::unexpected(page.error());
    const auto open = flag_of(call, "open", false);
    if (!open)
        co_return std::unexpected(open.error());
    const auto after = pair_place(page->after);
    if (!after)
        co_return std::unexpected(bad_cursor());
    PageWriter writer(*page);
    for (const auto& event : co_await office::trading::quarantine(
             call.tx, *server, *open, static_cast<std::int64_t>(after->first),
             static_cast<std::int64_t>(after->second), writer.rows_wanted())) {
        json::value login = nullptr;
        if (event.login)
            login = json::string(std::to_string(event.login->value));
        writer.add({{"server_id", std::to_string(event.server.value)},
                    {"epoch", std::to_string(event.epoch)},
                    {"seq", std::to_string(event.seq)},
                    {"login", std::move(login)},
                    {"reason", event.reason},
                    {"at", rfc3339(event.at)},
                    {"resolved_at", rfc3339(event.resolved_at)}},
                   place_text(event.epoch, event.seq));
    }
    co_return std::move(writer).reply();
}

awaitable<Answer> resolve_quarantine(Call& call) {
    const auto server = path_server(call);
    const auto epoch = number_of(call.value("epoch"), INT64_MAX);
    const auto seq = number_of(call.value("seq"), INT64_MAX);
    if (!server || !epoch || !seq)
        co_return std::unexpected(Problem{404, "unknown_event", "", {}, {}});
    FieldReader fields(call.body);
    auto reason = fields.text("reason", longest_reason);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    const office::QuarantinedEvent event{*server, static_cast<std::int64_t>(*epoch),
                                         static_cast<std::int64_t>(*seq)};
    const auto outcome =
        co_await office::resolve_quarantine(call.tx, event, std::move(reason), call.authority);
    if (!outcome)
        co_return std::unexpected(problem_of(outcome.error()));
    Reply reply;
    reply.body = json::object{{"server_id", std::to_string(event.server.value)},
                              {"epoch", std::to_string(event.epoch)},
                              {"seq", std::to_string(event.seq)},
                              {"changed", *outcome}};
    co_return reply;
}

}  // namespace

std::vector<Route> record_routes() {
    using enum Verb;
    using enum KeyRule;
    return {
        {get, "/v1/drift", "drift.read", none, {"limit", "after", "server", "open"}, list_drift},
        {get,
         "/v1/servers/{server}/quarantine",
         "quarantine.read",
         none,
         {"limit", "after", "open"},
         list_quarantine},
        {post,
         "/v1/servers/{server}/quarantine/{epoch}/{seq}/resolve",
         "quarantine.resolve",
         optional,
         {},
         resolve_quarantine,
         "quarantine:{server}/{epoch}/{seq}"},
    };
}

}  // namespace cambist::gateway
