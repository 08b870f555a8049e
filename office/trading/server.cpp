#include "office/trading/server.hpp"

#include <algorithm>
#include <array>

#include "office/accounts/name_table.hpp"
#include "sync/messages/messages.hpp"

namespace cambist::office {

namespace {

constexpr std::array<std::string_view, 2> kind_names{"in_process", "remote"};
constexpr std::array<std::string_view, 2> mode_names{"observe", "enforce"};

using enum Refused::Kind;
constexpr std::array<Refused, server_refusal_count> refusals{{
    {not_found, "unknown_server"},
    {conflict, "id_taken"},
    {invalid, "reason_required"},
    {invalid, "scope_invalid"},
    {forbidden, "needs_approval"},
}};

}  // namespace

std::string_view name_of(ServerKind kind) {
    return kind_names[std::size_t(kind)];
}
std::string_view name_of(ServerMode mode) {
    return mode_names[std::size_t(mode)];
}
std::optional<ServerKind> server_kind_of(std::string_view name) {
    return enumerator_of<ServerKind>(kind_names, name);
}
std::optional<ServerMode> server_mode_of(std::string_view name) {
    return enumerator_of<ServerMode>(mode_names, name);
}

Refused refused_as(ServerRefusal refusal) {
    return refusals[std::size_t(refusal)];
}

std::expected<void, ServerRefusal> review_scope(const std::vector<std::string>& scope) {
    const auto unfit = [](const std::string& pattern) {
        return pattern.empty() || pattern == "!" || pattern.size() > max_pattern_bytes;
    };
    if (scope.empty() || scope.size() > max_scope_patterns || std::ranges::any_of(scope, unfit))
        return std::unexpected(ServerRefusal::scope_invalid);
    return {};
}

}  // namespace cambist::office
