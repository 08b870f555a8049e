#pragma once

#include <span>
#include <string_view>

namespace cambist::office {

/// What a route asks of whoever calls it, as noun.verb. Roles hold them as rows of
/// role_permission; a test keeps the two equal.
struct Permission {
    std::string_view name, allows;
};
std::span<const Permission> known_permissions();
bool is_known_permission(std::string_view name);
/// Never held by an API key: four eyes are people's.
bool is_for_people_alone(std::string_view name);

}  // namespace cambist::office
