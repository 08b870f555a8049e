#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace cambist::office {

/// Who acts, with what authority and through which request; every change names one.
struct Actor {
    std::string name;  ///< e.g. key:backoffice, system:bridge
    std::vector<std::string> scopes{};
    bool narrow_only = false;  ///< may take rights away, never give them
    std::string request_id{}, address{};

    bool holds(std::string_view scope) const {
        return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
    }
    /// Giving rights back takes two people; alone, only a demo's key may.
    bool may_release() const { return !narrow_only && holds("demo_release"); }
    /// Mode, scope and money stops of a whole server.
    bool may_administer() const { return !narrow_only && holds("server_admin"); }
};

}  // namespace cambist::office
