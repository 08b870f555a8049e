#include "office/staff/permission.hpp"

namespace cambist::office {

std::span<const Permission> known_permissions() {
    return permissions;
}

bool is_for_people_alone(std::string_view name) {
    return name == "approval.decide" || name == "delegation.create";
}

}  // namespace cambist::office
