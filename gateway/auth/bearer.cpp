#include "gateway/auth/bearer.hpp"

#include <algorithm>

#include "office/staff/api_key_store.hpp"

namespace cambist::gateway {
namespace {

Problem unauthorized() {
    Problem problem{401, "unauthorized", "a valid API key is needed", {}, {}};
    problem.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"cambist\"");
    return problem;
}

std::optional<office::KeyText> shown_key(const Headers& headers) {
    constexpr std::string_view scheme = "Bearer ";
    const std::string* header = headers.find("Authorization");
    if (!header || headers.count("Authorization") != 1 || !header->starts_with(scheme))
        return std::nullopt;
    return office::KeyText::from(std::string_view(*header).substr(scheme.size()));
}

}  // namespace

boost::asio::awaitable<std::expected<office::Actor, Problem>> authenticate(office::pg::Pool& pool,
                                                                           const Request& request,
                                                                           bool release_allowed) {
    const auto shown = shown_key(request.headers);
    if (!shown)
        co_return std::unexpected(unauthorized());
    auto tx = co_await pool.begin();
    const auto kept = co_await office::api_keys::find(tx, shown->id);
    if (!office::opens(*shown, kept))
        co_return std::unexpected(unauthorized());
    office::Actor actor{.name = "key:" + kept->name + ":" + kept->id,
                        .scopes = kept->scopes,
                        .narrow_only = kept->narrow_only,
                        .request_id = request.id,
                        .address = request.peer};
    if (!release_allowed)
        std::erase(actor.scopes, "demo_release");
    co_return actor;
}

}  // namespace cambist::gateway
