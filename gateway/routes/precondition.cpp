#include "gateway/routes/precondition.hpp"

#include <algorithm>

#include "gateway/http/etag.hpp"
#include "gateway/routes/shape.hpp"
#include "office/accounts/client_store.hpp"
#include "office/trading/server_store.hpp"

namespace cambist::gateway {
namespace {

/// An edit of that object itself, not of something that belongs to it.
bool edits(const Route& route, std::string_view object) {
    return route.pattern.starts_with(object) && route.pattern.size() > object.size() &&
           route.pattern.find('{', object.size()) == std::string_view::npos;
}

constexpr std::string_view server = "/v1/servers/{server}", client = "/v1/clients/{client}";
constexpr std::string_view without_version[] = {"/v1/accounts", "/v1/holds", "/v1/commands",
                                                "/v1/servers/{server}/quarantine"};

/// Nothing when there is none; its route says so better.
awaitable<std::optional<std::string>> etag_now(Call& call, const Route& route) {
    if (edits(route, server)) {
        const auto id = path_server(call);
        if (!id)
            co_return std::nullopt;
        const auto found = co_await office::servers::find_for_update(call.tx, *id);
        if (found)
            co_return etag_of(*found);
        co_return std::nullopt;
    }
    const auto id = path_uuid(call, "client", "unknown_client");
    if (!id)
        co_return std::nullopt;
    const auto found = co_await office::clients::find_for_update(call.tx, *id);
    if (found)
        co_return etag_of(*found);
    co_return std::nullopt;
}

}  // namespace

awaitable<std::optional<Problem>> unmet_precondition(Call& call, const Route& route) {
    if (!route.writes() || call.request.headers.find("If-Match") == nullptr)
        co_return std::nullopt;
    const bool has_none = std::ranges::any_of(
        without_version, [&](auto object) { return route.pattern.starts_with(object); });
    if (has_none)
        co_return Problem{400, "if_match_not_taken", "what is edited has no version", {}, {}};
    if (!edits(route, server) && !edits(route, client))
        co_return std::nullopt;
    const auto seen = etag_looked_at(call.request.headers);
    if (!seen)
        co_return seen.error();
    const auto now = co_await etag_now(call, route);
    if (now && *seen && **seen != *now)
        co_return Problem{412, "stale_version", "it has changed since it was looked at", {}, {}};
    co_return std::nullopt;
}

}  // namespace cambist::gateway
