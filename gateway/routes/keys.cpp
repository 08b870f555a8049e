#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "gateway/http/fields.hpp"
#include "gateway/routes/shape.hpp"
#include "gateway/routes/table.hpp"
#include "office/administration/key_service.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;
using office::api_keys::ListedKey;

constexpr std::size_t longest_name = 100, longest_reason = 500, most_permissions = 100,
                      longest_permission = 100;
constexpr std::int64_t most_days = 365;

std::string_view state_of(const ListedKey& listed, Instant now) {
    if (listed.revoked_at)
        return "revoked";
    if (listed.key.expires_at && *listed.key.expires_at <= now)
        return "expired";
    if (listed.collect_until && !listed.collected_at)
        return *listed.collect_until > now ? "to_be_collected" : "never_collected";
    return listed.key.ended ? "suspended" : "valid";
}

json::object described(const ListedKey& listed, Instant now) {
    const office::ApiKey& key = listed.key;
    json::value owner = nullptr;
    if (key.owner)
        owner = json::object{{"id", key.owner->uuid()}, {"username", listed.owner_username}};
    return {{"id", key.id},
            {"name", key.name},
            {"state", state_of(listed, now)},
            {"owner", std::move(owner)},
            {"permissions", json::array(key.permissions.begin(), key.permissions.end())},
            {"clients", words_of(listed.scope)},
            {"created_by", listed.created_by},
            {"created_at", rfc3339(listed.created_at)},
            {"expires_at", rfc3339(key.expires_at)},
            {"used_at", rfc3339(listed.used_at)},
            {"collect_until", rfc3339(listed.collect_until)},
            {"revoked_at", rfc3339(listed.revoked_at)},
            {"revoked_by", listed.revoked_by}};
}

Answer answer_with(const office::Outcome<ListedKey>& outcome, int status, Instant now) {
    if (!outcome)
        return std::unexpected(problem_of(outcome.error()));
    Reply reply;
    reply.status = status;
    reply.body = described(*outcome, now);
    return reply;
}

awaitable<Answer> list_keys(Call& call) {
    json::array items;
    for (const auto& listed : co_await office::api_keys::list(call.tx))
        items.push_back(described(listed, call.now));
    Reply reply;
    reply.body = json::object{{"items", std::move(items)}, {"next", nullptr}};
    co_return reply;
}

awaitable<Answer> make_key(Call& call) {
    FieldReader fields(call.body);
    office::NewKey key;
    key.name = fields.text("name", longest_name);
    key.owner = fields.uuid("owner_id");
    key.permissions = fields.texts("permissions", most_permissions, longest_permission);
    key.scope = read_scope(fields);
    const auto days = fields.integer("days", 1, most_days);
    auto reason = fields.text("reason", longest_reason);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    key.expires_at = call.now + std::chrono::hours(24 * days);
    co_return answer_with(co_await office::make_key(call.tx, std::move(key), std::move(reason),
                                                    call.now, call.authority),
                          201, call.now);
}

awaitable<Answer> collect_key(Call& call) {
    FieldReader fields(call.body);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    const auto text = co_await office::collect_key(call.tx, call.value("key"), call.actor);
    if (!text)
        co_return std::unexpected(problem_of(text.error()));
    Reply reply;
    reply.body = json::object{{"id", text->id}, {"key", text->text()}};
    co_return reply;
}

awaitable<Answer> revoke_key(Call& call) {
    FieldReader fields(call.body);
    auto reason = fields.text("reason", longest_reason);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    co_return answer_with(
        co_await office::revoke_key(call.tx, call.value("key"), std::move(reason), call.actor), 200,
        call.now);
}

/// For people who showed a code lately.
Route sensitive(Route route) {
    route.callers = Callers::people;
    return stepped_up(route);
}

}  // namespace

std::vector<Route> key_routes() {
    using enum Verb;
    using enum KeyRule;
    return {
        {get, "/v1/keys", "key.read", none, {}, list_keys},
        sensitive({post, "/v1/keys", "key.manage", required, {}, make_key, "key:{request}"}),
        sensitive({post, "/v1/keys/{key}/collect", office::no_permission, none, {}, collect_key}),
        sensitive({post, "/v1/keys/{key}/revoke", "key.manage", optional, {}, revoke_key}),
    };
}

}  // namespace cambist::gateway
