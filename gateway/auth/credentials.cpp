#include "gateway/auth/credentials.hpp"

#include "office/staff/api_key_store.hpp"

namespace cambist::gateway {
namespace {

Problem unauthorized() {
    Problem problem{401, "unauthorized", "a valid API key is needed", {}, {}};
    problem.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"cambist\"");
    return problem;
}

Problem missing(std::string_view permission) {
    return {
        403, "permission_missing", "this needs the permission " + std::string(permission), {}, {}};
}

std::optional<office::KeyText> shown_key(const Headers& headers) {
    constexpr std::string_view scheme = "Bearer ";
    const std::string* header = headers.find("Authorization");
    if (!header || headers.count("Authorization") != 1 || !header->starts_with(scheme))
        return std::nullopt;
    return office::KeyText::from(std::string_view(*header).substr(scheme.size()));
}

}  // namespace

boost::asio::awaitable<std::expected<office::Actor, Problem>> authenticate(
    office::pg::Transaction& tx, const Request& request, std::string_view permission) {
    const auto shown = shown_key(request.headers);
    if (!shown)
        co_return std::unexpected(unauthorized());
    const auto entered = co_await office::api_keys::enter(tx, shown->id, std::string(permission));
    if (!office::opens(*shown, entered.key))
        co_return std::unexpected(unauthorized());
    if (!entered.holds_permission)
        co_return std::unexpected(missing(permission));
    const office::ApiKey& key = *entered.key;
    co_return office::Actor{.name = "key:" + key.name + ":" + key.id,
                            .principal = key.principal,
                            .person = key.owner_person.value_or(OperationId{}),
                            .request_id = request.id,
                            .address = request.peer};
}

}  // namespace cambist::gateway
