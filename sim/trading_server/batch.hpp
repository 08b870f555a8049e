// What one action changed: written to the store in one transaction, then told to the plugin.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/trading_server/account_book.hpp"
#include "sim/trading_server/refusal.hpp"

namespace cambist::sim {

/// By which way a change came: past the hooks or through them.
enum class Path : uint8_t {
    hooked,   ///< a client, a manager or the server, with the decision hooks asked
    direct,   ///< a manager, past every hook
    command,  ///< the plugin called the host
    server,   ///< the server's own booking, no hook exists for it
};
const char* text_of(Path path);

struct Deal {
    ctsp_deal record{};
    HookAnswer hook{};
    Path path = Path::hooked;
};

/// A setting of an account that changed.
struct UserChange {
    uint64_t login = 0;
    std::string field, before, after;
    uint64_t actor = 0;
    HookAnswer hook{};
    Path path = Path::hooked;
};

struct RefusedRequest {
    ctsp_request request{};
    Refused refused{};
    uint32_t stage = 0;          ///< 0: the server's own verification, before any hook
    const char* kind = "trade";  ///< trade, funds, user, login or group
};

struct Batch {
    std::vector<ctsp_user> users;
    std::vector<Deal> deals;
    std::vector<ctsp_position> positions;  ///< volume 0: gone
    std::vector<PendingOrder> orders;
    std::vector<UserChange> user_changes;
    std::vector<RefusedRequest> refused;
    std::vector<Group> groups;
    std::vector<ctsp_symbol> symbols;
    std::vector<ctsp_eod> day_ends;
};

}  // namespace cambist::sim
