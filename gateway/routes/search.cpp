#include <algorithm>
#include <boost/json/array.hpp>

#include "gateway/routes/account_shape.hpp"
#include "gateway/routes/client_shape.hpp"
#include "gateway/routes/shape.hpp"
#include "office/staff/access_store.hpp"
#include "sync/messages/text.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;
using office::clients::ClientView;

constexpr int most_found = 20;
constexpr std::size_t shortest = 2, longest = 100, shortest_id = 8;

/// The first and last id that begin so; nothing when none can.
std::optional<std::pair<OperationId, OperationId>> ids_like(std::string_view text) {
    constexpr std::string_view first = "00000000-0000-0000-0000-000000000000",
                               last = "ffffffff-ffff-ffff-ffff-ffffffffffff";
    if (text.size() < shortest_id || text.size() > first.size())
        return std::nullopt;
    std::string prefix(text);
    std::ranges::transform(prefix, prefix.begin(), [](char c) {
        return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const auto from = OperationId::from_uuid(prefix + std::string(first.substr(prefix.size())));
    const auto to = OperationId::from_uuid(prefix + std::string(last.substr(prefix.size())));
    if (!from || !to)
        return std::nullopt;
    return std::pair{*from, *to};
}

awaitable<json::array> clients_like(Call& call, std::string text) {
    std::vector<ClientView> found;
    if (const auto ids = ids_like(text))
        found = co_await office::clients::with_id(call.tx, ids->first, ids->second, most_found);
    if (found.empty())
        found = co_await office::clients::with_name(call.tx, std::move(text), most_found);
    json::array list;
    for (const ClientView& view : found)
        list.push_back(described(view));
    co_return list;
}

/// As far as the caller may see accounts, whatever it may see of clients.
awaitable<json::array> accounts_like(Call& call, std::string text) {
    json::array list;
    const auto login = number_of(text, INT64_MAX);
    if (!login || !co_await office::access::enter(call.tx, call.actor, "account.read"))
        co_return list;
    for (const auto& view :
         co_await office::accounts::views_of_login(call.tx, Login{*login}, most_found))
        list.push_back(described(view));
    co_return list;
}

awaitable<Answer> search(Call& call) {
    const std::string* text = call.request.target.parameter("q");
    if (!text || characters_of(*text) < shortest || text->size() > longest)
        co_return std::unexpected(
            Problem{400, "bad_parameter", "q has 2 to 100 characters", {}, {}});
    Reply reply;
    json::object body;
    body["clients"] = co_await clients_like(call, *text);
    body["accounts"] = co_await accounts_like(call, *text);
    reply.body = std::move(body);
    co_return reply;
}

}  // namespace

std::vector<Route> search_routes() {
    return {{Verb::get, "/v1/search", "client.read", KeyRule::none, {"q"}, search}};
}

}  // namespace cambist::gateway
