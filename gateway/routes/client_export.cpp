#include <boost/json/serialize.hpp>

#include "gateway/http/csv.hpp"
#include "gateway/routes/client_shape.hpp"
#include "gateway/routes/shape.hpp"
#include "office/audit/audit_store.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;
using office::clients::ClientFilter;
using office::clients::ClientView;

/// As many as one answer holds; the next ones follow the Link.
constexpr int rows_of_one_export = 5000;

std::string uuid_or_nothing(const std::optional<OperationId>& id) {
    return id ? id->uuid() : std::string();
}

std::string line_of(const ClientView& view) {
    const office::Client& client = view.client;
    return csv_line(
        {client.id.uuid(), client.person.uuid(), person_kinds[client.legal_person ? 1 : 0],
         shown(client.name, view.masking), client.country, client.legal_entity,
         name_of(client.status), name_of(client.classification), client.assignment.region,
         uuid_or_nothing(client.assignment.manager), uuid_or_nothing(client.assignment.partner),
         rfc3339(view.status_since), rfc3339(view.created_at)});
}

std::string head_line() {
    return csv_line({"id", "person_id", "kind", "name", "country", "legal_entity", "status",
                     "classification", "region", "manager_id", "partner_id", "status_since",
                     "created_at"});
}

/// The same address, further on.
std::string next_link(const Target& target, const std::string& cursor) {
    std::string link = "<?";
    for (const auto& [name, value] : target.query)
        if (name != "after")
            link += name + "=" + percent_encoded(value) + "&";
    return link + "after=" + cursor + ">; rel=\"next\"";
}

void record(Call& call, std::size_t rows) {
    json::object filter;
    for (const auto& [name, value] : call.request.target.query)
        if (name != "after")
            filter[name] = value;
    const office::Change change{
        .action = "clients_exported",
        .subject = "clients",
        .before = {},
        .after = json::serialize(json::object{{"filter", std::move(filter)}, {"count", rows}}),
        .reason = ""};
    office::audit::append(call.tx, call.actor, change);
}

awaitable<Answer> export_clients(Call& call) {
    const auto page = page_of(call);
    if (!page)
        co_return std::unexpected(page.error());
    const auto filter = client_filter_of(call);
    if (!filter)
        co_return std::unexpected(filter.error());
    OperationId after;
    if (!page->after.empty()) {
        const auto id = OperationId::from_uuid(page->after);
        if (!id)
            co_return std::unexpected(bad_cursor());
        after = *id;
    }
    auto views = co_await office::clients::views(call.tx, *filter, after, rows_of_one_export + 1);
    const bool more = views.size() > rows_of_one_export;
    if (more)
        views.resize(rows_of_one_export);
    Reply reply;
    reply.content_type = "text/csv; charset=utf-8";
    reply.text = head_line();
    for (const ClientView& view : views)
        reply.text += line_of(view);
    reply.headers.emplace_back("Content-Disposition", "attachment; filename=\"clients.csv\"");
    if (more)
        reply.headers.emplace_back(
            "Link", next_link(call.request.target, page->cursor_of(views.back().client.id.uuid())));
    record(call, views.size());
    reply.recorded = true;
    co_return reply;
}

}  // namespace

std::vector<Route> client_export_routes() {
    return {{Verb::get,
             "/v1/clients/export",
             "client.export",
             KeyRule::none,
             {"after", "status", "legal_entity", "region", "manager", "partner"},
             export_clients}};
}

}  // namespace cambist::gateway
