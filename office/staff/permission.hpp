#pragma once

#include <span>
#include <string_view>

namespace cambist::office {

/// What a route asks of whoever calls it, as noun.verb. Roles hold them as rows of
/// role_permission; a test keeps the two equal.
struct Permission {
    std::string_view name, allows;
};
inline constexpr Permission permissions[] = {
    {"server.read", "see trading servers and their groups"},
    {"server.register", "add a trading server"},
    {"server.stop_money", "stop money leaving a server's accounts"},
    {"server.resume_money", "ask that money may leave again"},
    {"server.change_mode", "ask for another mode or other groups to judge"},
    {"server.begin_era", "ask that all policies are numbered and sent anew"},
    {"client.read", "see clients, personal data masked"},
    {"client.register", "add clients; approved ones by approval"},
    {"client.change_status", "restrict, submit and close; approve and lift by approval"},
    {"client.set_cap", "lower a client's leverage cap; raise it by approval"},
    {"client.classify", "ask for another classification"},
    {"client.assign", "set region, account manager and partner"},
    {"client.export", "take clients away as a file, personal data masked"},
    {"person.read", "see personal data unmasked"},
    {"account.read", "see trading accounts"},
    {"account.open", "order a new trading account"},
    {"account.attach", "give a trading account to a client"},
    {"account.set_state", "close accounts to new positions; open them by approval"},
    {"account.set_cap", "lower an account's leverage cap; raise it by approval"},
    {"account.set_leverage", "lower leverage; raise it by approval"},
    {"account.move_group", "ask for another group"},
    {"account.operate_balance", "ask for a balance or credit operation"},
    {"account.disconnect", "end an account's sessions on the trading server"},
    {"hold.read", "see holds"},
    {"hold.place", "keep back withdrawals, an amount or trading"},
    {"hold.release", "ask for the end of a hold"},
    {"command.read", "see orders to the trading servers"},
    {"command.resolve", "ask that an order without an answer counts as done or not"},
    {"drift.read", "see differences between office and trading server"},
    {"quarantine.read", "see events that could not be applied"},
    {"quarantine.resolve", "ask that such an event counts as dealt with"},
    {"audit.read", "see who did what"},
    {"event.read", "follow what happens"},
    {"approval.read", "see what waits for approval and what was decided"},
    {"approval.decide", "approve and reject"},
    {"delegation.create", "ask that somebody decides in one's place for a time"},
    {"staff.read", "see staff and their sessions"},
    {"staff.manage", "add, suspend and release staff"},
    {"role.read", "see roles and who holds them"},
    {"role.grant", "take roles away; give them by approval"},
    {"key.read", "see API keys"},
    {"key.manage", "revoke API keys; make them by approval"},
    {"configuration.read", "see the rules' settings and their history"},
    {"configuration.change", "ask for other settings"},
};
std::span<const Permission> known_permissions();
constexpr bool is_known_permission(std::string_view name) {
    for (const Permission& permission : permissions)
        if (permission.name == name)
            return true;
    return false;
}
/// The one that a route asks for. Whoever writes a route says it, from those above: neither leaving
/// it out nor misspelling it compiles.
class NeededPermission : public std::string_view {
  public:
    consteval NeededPermission(const char* name) : std::string_view(name) {
        if (!is_known_permission(name))
            throw "no permission of that name";
    }
    static consteval NeededPermission none() { return {}; }

  private:
    consteval NeededPermission() = default;
};
/// Of routes about the caller's own credentials.
inline constexpr NeededPermission no_permission = NeededPermission::none();

/// Never held by an API key: four eyes are people's.
bool is_for_people_alone(std::string_view name);

}  // namespace cambist::office
