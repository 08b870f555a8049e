#include <boost/json/array.hpp>

#include "gateway/routes/client_shape.hpp"
#include "gateway/routes/shape.hpp"
#include "office/audit/audit_store.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;

/// Whoever reads somebody's whole record is on record.
awaitable<Answer> get_person(Call& call) {
    const auto id = path_uuid(call, "person", "unknown_person");
    if (!id)
        co_return std::unexpected(id.error());
    const auto person = co_await office::clients::person(call.tx, *id);
    if (!person)
        co_return std::unexpected(Problem{404, "unknown_person", "", {}, {}});
    office::audit::append(call.tx, call.actor,
                          {.action = "person_read",
                           .subject = "person:" + person->id.uuid(),
                           .before = {},
                           .after = {},
                           .reason = ""});
    Reply reply;
    reply.body =
        json::object{{"id", person->id.uuid()},
                     {"kind", person_kinds[person->legal ? 1 : 0]},
                     {"name", shown(person->name, office::Masking::plain)},
                     {"country", person->country},
                     {"created_at", rfc3339(person->created_at)},
                     {"clients", json::array(person->clients.begin(), person->clients.end())}};
    reply.recorded = true;
    co_return reply;
}

}  // namespace

std::vector<Route> person_routes() {
    return {{Verb::get, "/v1/persons/{person}", "person.read", KeyRule::none, {}, get_person}};
}

}  // namespace cambist::gateway
