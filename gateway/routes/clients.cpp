#include <boost/json/array.hpp>

#include "gateway/http/fields.hpp"
#include "gateway/routes/client_shape.hpp"
#include "gateway/routes/shape.hpp"
#include "gateway/routes/table.hpp"
#include "office/accounts/assignment_service.hpp"
#include "office/accounts/client_batch_service.hpp"
#include "office/accounts/client_service.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;
using office::Client;
using office::ClientStatus;

constexpr std::string_view first_statuses[] = {"registered", "approved"};
constexpr std::string_view account_kinds[] = {"live", "demo"};
constexpr std::string_view classifications[] = {"retail", "professional", "eligible_counterparty"};
constexpr std::size_t longest_reason = 500;
constexpr std::size_t largest_batch = 1000, most_accounts = 20;
constexpr std::size_t batch_body_limit = 1024 * 1024;

void read_person(FieldReader& fields, Client& client) {
    fields.object("person", true, [&](FieldReader& person) {
        client.person = person.uuid("id");
        client.name = office::PersonName(person.text("name", 200));
        client.legal_person = person.word("kind", person_kinds) == 1;
        client.country = person.optional_text("country", 2).value_or("");
        const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
        if (client.country.size() == 1 || !std::ranges::all_of(client.country, is_letter))
            person.refuse("country", "not_a_country");
    });
}

/// The fields of a new client, whether alone or in a batch.
Client read_client(FieldReader& fields) {
    Client client;
    client.id = fields.uuid("id");
    read_person(fields, client);
    client.legal_entity = fields.optional_text("legal_entity", 50).value_or("main");
    if (fields.word("status", first_statuses) == 1)
        client.status = ClientStatus::approved;
    client.assignment.region = fields.optional_text("region", longest_region).value_or("");
    client.assignment.manager = fields.optional_uuid("manager_id");
    return client;
}

std::optional<ServerId> read_server(FieldReader& fields) {
    const std::string text = fields.text("server_id", 10);
    const auto number = number_of(text, INT32_MAX);
    if (!text.empty() && !number)
        fields.refuse("server_id", "not_a_server_id");
    if (!number)
        return std::nullopt;
    return ServerId{static_cast<std::uint32_t>(*number)};
}

awaitable<Answer> add_client(Call& call) {
    FieldReader fields(call.body);
    Client client = read_client(fields);
    read_reason(fields);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    co_return answer_with(
        co_await office::register_client(call.tx, std::move(client), call.authority), 201);
}

std::vector<office::NewClient> read_batch(FieldReader& fields) {
    std::vector<office::NewClient> batch;
    fields.objects("items", largest_batch, [&](FieldReader& item) {
        office::NewClient added;
        added.client = read_client(item);
        item.objects("accounts", most_accounts, [&](FieldReader& account) {
            const auto server = read_server(account);
            const Login login = account.login("login");
            const auto kind = static_cast<office::AccountKind>(account.word("kind", account_kinds));
            added.accounts.push_back({{server.value_or(ServerId{}), login}, kind});
        });
        batch.push_back(std::move(added));
    });
    return batch;
}

awaitable<Answer> add_clients(Call& call) {
    FieldReader fields(call.body);
    auto batch = read_batch(fields);
    read_reason(fields);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    std::vector<std::string> ids;
    for (const auto& item : batch)
        ids.push_back(item.client.id.uuid());
    const auto registered =
        co_await office::register_clients(call.tx, std::move(batch), call.authority);
    if (!registered)
        co_return std::unexpected(problem_of(registered.error()));
    json::array items;
    std::size_t created = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto& refused = registered->items[i];
        created += !refused;
        if (refused)
            items.push_back(json::object{{"id", ids[i]}, {"code", refused->code}});
        else
            items.push_back(json::object{{"id", ids[i]}, {"code", nullptr}});
    }
    Reply reply;
    reply.body = json::object{{"created", created},
                              {"policies_accepted", registered->policies.size()},
                              {"items", std::move(items)}};
    reply.policies_changed = !registered->policies.empty();
    co_return reply;
}

awaitable<Answer> get_client(Call& call) {
    const auto id = path_uuid(call, "client", "unknown_client");
    if (!id)
        co_return std::unexpected(id.error());
    const auto view = co_await office::clients::view(call.tx, *id);
    if (!view)
        co_return std::unexpected(Problem{404, "unknown_client", "", {}, {}});
    Reply reply;
    reply.body = described(*view);
    reply.etag = etag_of(view->client);
    co_return reply;
}

awaitable<Answer> list_clients(Call& call) {
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
    PageWriter writer(*page);
    for (const auto& view :
         co_await office::clients::views(call.tx, *filter, after, writer.rows_wanted()))
        writer.add(described(view), view.client.id.uuid());
    co_return std::move(writer).reply();
}

awaitable<Answer> count_clients(Call& call) {
    const auto filter = client_filter_of(call);
    if (!filter)
        co_return std::unexpected(filter.error());
    Reply reply;
    reply.body = json::object{{"count", co_await office::clients::count(call.tx, *filter)}};
    co_return reply;
}

awaitable<Answer> change_status(Call& call) {
    const auto id = path_uuid(call, "client", "unknown_client");
    if (!id)
        co_return std::unexpected(id.error());
    const auto version = version_wanted(call.request);
    if (!version)
        co_return std::unexpected(version.error());
    FieldReader fields(call.body);
    office::StatusChange change;
    change.if_version = *version;
    const std::string to = fields.text("to", 64);
    const auto status = office::client_status_of(to);
    if (!to.empty() && !status)
        fields.refuse("to", "unknown_word");
    if (const auto word = fields.optional_text("cause", 64)) {
        change.cause = office::cause_of(*word);
        if (!word->empty() && !change.cause)
            fields.refuse("cause", "unknown_word");
    }
    change.to = status.value_or(ClientStatus::registered);
    change.reason = fields.optional_text("reason", longest_reason).value_or("");
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    co_return answer_with(
        co_await office::change_status(call.tx, *id, std::move(change), call.authority), 200);
}

awaitable<Answer> set_cap(Call& call) {
    const auto id = path_uuid(call, "client", "unknown_client");
    if (!id)
        co_return std::unexpected(id.error());
    FieldReader fields(call.body);
    const std::int64_t cap = fields.integer("leverage_cap_x100", 0, UINT32_MAX);
    auto reason = fields.text("reason", longest_reason);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    co_return answer_with(co_await office::set_client_leverage_cap(
                              call.tx, *id, cap, std::move(reason), call.authority),
                          200);
}

awaitable<Answer> set_classification(Call& call) {
    const auto id = path_uuid(call, "client", "unknown_client");
    if (!id)
        co_return std::unexpected(id.error());
    FieldReader fields(call.body);
    const auto classification =
        static_cast<office::Classification>(fields.word("classification", classifications));
    auto reason = fields.text("reason", longest_reason);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    co_return answer_with(
        co_await office::classify(call.tx, *id, classification, std::move(reason), call.authority),
        200);
}

}  // namespace

std::vector<Route> client_routes() {
    using enum Verb;
    using enum KeyRule;
    return {
        {get,
         "/v1/clients",
         "client.read",
         none,
         {"limit", "after", "status", "legal_entity", "region", "manager", "partner"},
         list_clients},
        {get,
         "/v1/clients/count",
         "client.read",
         none,
         {"status", "legal_entity", "region", "manager", "partner"},
         count_clients},
        {post, "/v1/clients", "client.register", required, {}, add_client, "client:{.id}"},
        {post,
         "/v1/clients/batch",
         "client.register",
         required,
         {},
         add_clients,
         "batch:{request}",
         batch_body_limit},
        looked_up({get, "/v1/clients/{client}", "client.read", none, {}, get_client}),
        {post,
         "/v1/clients/{client}/status",
         "client.change_status",
         optional,
         {},
         change_status,
         "client:{client}"},
        {post,
         "/v1/clients/{client}/leverage-cap",
         "client.set_cap",
         optional,
         {},
         set_cap,
         "client:{client}"},
        {post,
         "/v1/clients/{client}/classification",
         "client.classify",
         optional,
         {},
         set_classification,
         "client:{client}"},
    };
}

}  // namespace cambist::gateway
