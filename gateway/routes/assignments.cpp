#include "gateway/http/fields.hpp"
#include "gateway/routes/client_shape.hpp"
#include "gateway/routes/shape.hpp"
#include "office/accounts/assignment_service.hpp"
#include "office/accounts/assignment_store.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;
using office::AssignmentChange;
using office::assignments::PastAssignment;

constexpr std::size_t longest_reason = 500;

/// Absent: stays; null: nobody.
std::optional<std::optional<OperationId>> read_holder(FieldReader& fields, std::string_view name) {
    if (fields.is_null(name))
        return std::optional<OperationId>();
    if (const auto id = fields.optional_uuid(name))
        return id;
    return std::nullopt;
}

awaitable<Answer> assign(Call& call) {
    const auto id = path_uuid(call, "client", "unknown_client");
    if (!id)
        co_return std::unexpected(id.error());
    FieldReader fields(call.body);
    AssignmentChange change;
    if (fields.is_null("region"))
        change.region = "";
    else
        change.region = fields.optional_text("region", longest_region);
    change.manager = read_holder(fields, "manager_id");
    change.partner = read_holder(fields, "partner_id");
    change.from = fields.optional_time("from");
    change.reason = fields.text("reason", longest_reason);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    co_return answer_with(
        co_await office::assign_client(call.tx, *id, std::move(change), call.now, call.authority),
        200);
}

json::value holder(const std::optional<OperationId>& id, const std::string& name) {
    if (!id)
        return nullptr;
    return json::object{{"id", id->uuid()}, {"name", name}};
}

json::object described(const PastAssignment& past) {
    return {{"region", past.assignment.region},
            {"manager", holder(past.assignment.manager, past.manager_name)},
            {"partner", holder(past.assignment.partner, past.partner_name)},
            {"since", rfc3339(past.since)},
            {"until", rfc3339(past.until)}};
}

awaitable<Answer> list_assignments(Call& call) {
    const auto id = path_uuid(call, "client", "unknown_client");
    if (!id)
        co_return std::unexpected(id.error());
    const auto page = page_of(call);
    if (!page)
        co_return std::unexpected(page.error());
    std::optional<Instant> before;
    if (!page->after.empty()) {
        const auto place = number_of(page->after, INT64_MAX);
        if (!place)
            co_return std::unexpected(bad_cursor());
        before = Instant{static_cast<std::int64_t>(*place)};
    }
    if (!co_await office::clients::view(call.tx, *id))
        co_return std::unexpected(Problem{404, "unknown_client", "", {}, {}});
    PageWriter writer(*page);
    for (const auto& past :
         co_await office::assignments::history(call.tx, *id, before, writer.rows_wanted()))
        writer.add(described(past), std::to_string(past.since.ns));
    co_return std::move(writer).reply();
}

}  // namespace

std::vector<Route> assignment_routes() {
    using enum Verb;
    using enum KeyRule;
    return {
        {post,
         "/v1/clients/{client}/assignment",
         "client.assign",
         optional,
         {},
         assign,
         "client:{client}"},
        {get,
         "/v1/clients/{client}/assignments",
         "client.read",
         none,
         {"limit", "after"},
         list_assignments},
    };
}

}  // namespace cambist::gateway
