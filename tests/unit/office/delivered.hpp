#pragma once

#include <boost/json/parse.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

#include "office/accounts/rights_matrix.hpp"
#include "office/migrations/migration.hpp"

namespace cambist::office {

/// A document of config/policy, as cambist-migrate seeds it.
inline boost::json::value delivered(std::string_view name) {
    for (const PolicySeed& seed : embedded_policies())
        if (seed.name == name)
            return boost::json::parse(seed.body);
    throw std::runtime_error("config/policy has no " + std::string(name) + ".json");
}

/// Sets the member that the pointer names, of an object that is there.
inline void put(boost::json::value& document, const std::string& pointer,
                const boost::json::value& value) {
    const auto last = pointer.rfind('/');
    document.at_pointer(pointer.substr(0, last)).as_object()[pointer.substr(last + 1)] = value;
}
inline void take_away(boost::json::value& document, const std::string& pointer) {
    const auto last = pointer.rfind('/');
    document.at_pointer(pointer.substr(0, last)).as_object().erase(pointer.substr(last + 1));
}

/// What an entity allows that the broker has not configured.
inline const RightsMatrix& delivered_rights() {
    static const RightsMatrix matrix = RightsMatrices::read(delivered("rights")).otherwise;
    return matrix;
}

}  // namespace cambist::office
