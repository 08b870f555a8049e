#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "office/audit/actor.hpp"
#include "office/audit/refused.hpp"
#include "sync/vocabulary/ids.hpp"
#include "sync/vocabulary/instant.hpp"

namespace cambist::office {

/// in_process: a plugin refuses inside the server; remote: breaches are detected afterwards.
enum class ServerKind : std::uint8_t { in_process, remote };
/// observe: decide and count, refuse nothing; enforce: refuse.
enum class ServerMode : std::uint8_t { observe, enforce };

std::string_view name_of(ServerKind kind);
std::string_view name_of(ServerMode mode);
std::optional<ServerKind> server_kind_of(std::string_view name);
std::optional<ServerMode> server_mode_of(std::string_view name);

/// A trading server as the office has it.
struct TradingServer {
    ServerId id;
    std::string name;
    ServerKind kind = ServerKind::in_process;
    ServerMode mode = ServerMode::observe;
    std::vector<std::string> scope{"*"};  ///< group patterns, sync/vocabulary/pattern.hpp
    std::int64_t config_version = 1;      ///< rises with mode and scope
    std::uint32_t policy_era = 1;
    bool asks_first = false;  ///< restored once: commands are asked about before they are sent
    bool money_out_stopped = false;
    std::string money_out_stop_reason;
    std::string lease_holder;  ///< the bridge that owns its streams; empty: none ever did
    std::int64_t bridge_epoch = 0;
    std::optional<Instant> lease_until;

    std::string subject() const { return "server:" + std::to_string(id.value); }
};

/// Why something about a server is refused, in order of precedence.
enum class ServerRefusal : std::uint8_t {
    unknown_server,
    id_taken,
    reason_required,
    scope_invalid,  ///< an empty pattern, or none
    needs_approval,
};
constexpr int server_refusal_count = 5;
Refused refused_as(ServerRefusal refusal);

/// Can these be the groups that are judged?
std::expected<void, ServerRefusal> review_scope(const std::vector<std::string>& scope);

}  // namespace cambist::office
