// Accounts are created, moved, changed, logged in and logged out here.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "sim/trading_server/account_book.hpp"
#include "sim/trading_server/bookkeeper.hpp"
#include "sim/trading_server/market.hpp"
#include "sim/trading_server/pipeline.hpp"

namespace cambist::sim {

struct NewUser {
    uint64_t login = 0;  ///< 0: the server chooses
    std::string group{};
    uint32_t leverage_x100 = 0;  ///< 0: the group's default
    uint32_t rights = 0;         ///< 0: everything
    uint64_t client_id = 0, agent = 0;
    uint64_t op_hi = 0, op_lo = 0;
    int64_t opening_balance = 0;  ///< minor units, booked by the server itself
    uint64_t actor = 0;
    Path path = Path::hooked;
};

/// A change of settings; zero or empty leaves a setting alone.
struct UserPatch {
    uint64_t login = 0;
    uint64_t if_version = 0;
    std::string group{};
    uint32_t leverage_x100 = 0;
    uint32_t rights_set = 0, rights_clear = 0;
    uint64_t actor = 0;
    uint64_t op_hi = 0, op_lo = 0;
    Path path = Path::hooked;
};

/// Thread-safe.
class UserDesk {
  public:
    UserDesk(AccountBook& book, Bookkeeper& bookkeeper, PluginHost& plugin, Counters& counters,
             OnHookError on_error)
        : book_(book),
          bookkeeper_(bookkeeper),
          plugin_(plugin),
          counters_(counters),
          on_error_(on_error) {}

    Outcome<ctsp_user> add(const NewUser& user);
    /// Many at once, in one transaction; stops at the first refusal, which then adds nobody.
    Outcome<std::vector<ctsp_user>> add_all(const std::vector<NewUser>& users);
    /// @return the user as it now is
    Outcome<ctsp_user> patch(const UserPatch& patch);
    Outcome<void> login(uint64_t login, uint32_t client_type, const uint8_t (&ip)[16]);
    Outcome<void> logout(uint64_t login, uint32_t reason);
    Outcome<void> password_changed(uint64_t login);
    Outcome<uint32_t> put_group(const Group& group, uint64_t actor);

  private:
    Outcome<ctsp_user> prepared(const NewUser& user, HookAnswer& answer);
    Outcome<HookAnswer> ask(const ctsp_user_change& change);

    std::mutex adding_;  ///< one addition at a time: logins are chosen under it
    AccountBook& book_;
    Bookkeeper& bookkeeper_;
    PluginHost& plugin_;
    Counters& counters_;
    OnHookError on_error_;
};

}  // namespace cambist::sim
