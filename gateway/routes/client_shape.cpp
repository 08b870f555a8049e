#include "gateway/routes/client_shape.hpp"

#include <boost/json/array.hpp>

#include "gateway/routes/shape.hpp"

namespace cambist::gateway {

namespace json = boost::json;
using office::Client;

const std::string_view person_kinds[2] = {"natural", "legal"};

json::value uuid_or_null(const std::optional<OperationId>& id) {
    if (!id)
        return nullptr;
    return json::value(id->uuid());
}

json::object described(const Client& client) {
    json::array causes;
    for (const auto name : public_names_of(client.causes))
        causes.emplace_back(name);
    return {{"id", client.id.uuid()},
            {"person_id", client.person.uuid()},
            {"legal_entity", client.legal_entity},
            {"status", name_of(client.status)},
            {"causes", std::move(causes)},
            {"classification", name_of(client.classification)},
            {"leverage_cap_x100", client.leverage_cap_x100},
            {"region", client.assignment.region},
            {"manager_id", uuid_or_null(client.assignment.manager)},
            {"partner_id", uuid_or_null(client.assignment.partner)},
            {"version", client.version}};
}

json::object described(const office::clients::ClientView& view) {
    json::object client = described(view.client);
    client["person"] = json::object{{"id", view.client.person.uuid()},
                                    {"kind", person_kinds[view.client.legal_person ? 1 : 0]},
                                    {"name", shown(view.client.name, view.masking)},
                                    {"country", view.client.country},
                                    {"masked", view.masking == office::Masking::masked}};
    client["status_since"] = rfc3339(view.status_since);
    client["created_at"] = rfc3339(view.created_at);
    return client;
}

Answer answer_with(const office::Outcome<office::ClientChanged>& outcome, int status) {
    if (!outcome)
        return std::unexpected(problem_of(outcome.error()));
    json::array policies;
    for (const auto& accepted : outcome->policies)
        policies.push_back(json::object{{"server_id", std::to_string(accepted.key.server.value)},
                                        {"login", std::to_string(accepted.key.login.value)},
                                        {"accepted_version", accepted.version}});
    Reply reply;
    reply.status = status;
    json::object body = described(outcome->client);
    body["changed"] = outcome->changed;
    body["accepted"] = std::move(policies);
    reply.body = std::move(body);
    reply.etag = etag_of(outcome->client);
    reply.policies_changed = !outcome->policies.empty();
    return reply;
}

namespace {

Problem bad(std::string_view name) {
    return {400, "bad_parameter", "no such " + std::string(name), {}, {}};
}

/// A text that may be one of its kind.
std::expected<std::optional<std::string>, Problem> word_parameter(const Call& call,
                                                                  std::string_view name) {
    const std::string* text = call.request.target.parameter(name);
    if (!text)
        return std::nullopt;
    if (text->empty() || text->size() > longest_region)
        return std::unexpected(bad(name));
    return *text;
}

std::expected<std::optional<OperationId>, Problem> id_parameter(const Call& call,
                                                                std::string_view name) {
    const std::string* text = call.request.target.parameter(name);
    if (!text)
        return std::nullopt;
    const auto id = OperationId::from_uuid(*text);
    if (!id || id->empty())
        return std::unexpected(bad(name));
    return *id;
}

}  // namespace

std::expected<office::clients::ClientFilter, Problem> client_filter_of(const Call& call) {
    office::clients::ClientFilter filter;
    if (const std::string* word = call.request.target.parameter("status")) {
        filter.status = office::client_status_of(*word);
        if (!filter.status)
            return std::unexpected(bad("status"));
    }
    auto entity = word_parameter(call, "legal_entity");
    if (!entity)
        return std::unexpected(entity.error());
    filter.legal_entity = std::move(*entity);
    auto region = word_parameter(call, "region");
    if (!region)
        return std::unexpected(region.error());
    filter.region = std::move(*region);
    const auto manager = id_parameter(call, "manager");
    if (!manager)
        return std::unexpected(manager.error());
    filter.manager = *manager;
    const auto partner = id_parameter(call, "partner");
    if (!partner)
        return std::unexpected(partner.error());
    filter.partner = *partner;
    return filter;
}

}  // namespace cambist::gateway
