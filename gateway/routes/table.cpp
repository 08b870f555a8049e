#include "gateway/routes/table.hpp"

#include <algorithm>

#include "sync/vocabulary/assertion.hpp"

namespace cambist::gateway {

const std::string& Call::value(std::string_view name) const {
    const auto found = std::ranges::find(path, name, &std::pair<std::string, std::string>::first);
    CAMBIST_ASSERT(found != path.end());
    return found->second;
}

const std::vector<Route>& routes() {
    static const std::vector<Route> table = [] {
        std::vector<Route> all;
        for (auto part : {server_routes(), client_routes(), account_routes(), command_routes(),
                          record_routes(), approval_routes()})
            all.insert(all.end(), part.begin(), part.end());
        return all;
    }();
    return table;
}

const std::vector<std::string_view>& open_routes() {
    static const std::vector<std::string_view> patterns{"/livez", "/readyz", "/metrics"};
    return patterns;
}

}  // namespace cambist::gateway
