#include "gateway/routes/table.hpp"

#include <algorithm>

#include "sync/vocabulary/assertion.hpp"

namespace cambist::gateway {

namespace {

const std::string& value_of(const PathValues& path, std::string_view name) {
    const auto found = std::ranges::find(path, name, &std::pair<std::string, std::string>::first);
    CAMBIST_ASSERT(found != path.end());
    return found->second;
}

}  // namespace

const std::string& Call::value(std::string_view name) const {
    return value_of(path, name);
}

const std::string& DeskCall::value(std::string_view name) const {
    return value_of(path, name);
}

Route stepped_up(Route route) {
    route.step_up = true;
    return route;
}

Route looked_up(Route route) {
    CAMBIST_ASSERT(route.verb == Verb::get && route.handler);
    route.one_look = true;
    return route;
}

const std::vector<Route>& routes() {
    static const std::vector<Route> table = [] {
        std::vector<Route> all;
        for (auto part :
             {server_routes(), client_routes(), account_routes(), command_routes(), record_routes(),
              event_routes(), audit_routes(), approval_routes(), session_routes(), staff_routes(),
              key_routes(), grant_routes(), delegation_routes(), configuration_routes(),
              assignment_routes(), client_export_routes(), person_routes(), search_routes()})
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
