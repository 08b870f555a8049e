// Groups and trading accounts with their positions and pending orders.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string_view>
#include <vector>

#include "plugin/abi/trading_server.h"

namespace cambist::sim {

struct Group {
    ctsp_group record{};
    int64_t commission_per_lot = 0;  ///< minor units, charged on each fill
};

/// An order that waits for its price.
struct PendingOrder {
    uint64_t ticket = 0;
    uint64_t login = 0;
    char symbol[32] = {};
    uint8_t side = 0;
    bool stop = false;  ///< false: limit
    uint64_t volume = 0;
    int64_t price = 0, sl = 0, tp = 0;
    bool gone = false;  ///< filled or cancelled: to be removed from the store
};

/// One account; everything but the mutex changes under the mutex.
struct Account {
    std::mutex mutex;
    ctsp_user user{};
    std::vector<ctsp_position> positions;
    std::vector<PendingOrder> orders;
    uint32_t so_state = 0;  ///< 0 none, 1 margin call, 2 stop-out
    bool connected = false;

    ctsp_position* position(uint64_t ticket);
    ctsp_position* position_of(std::string_view symbol);
    PendingOrder* order(uint64_t ticket);
    bool hedging() const { return user.margin_mode == CTSP_MARGIN_HEDGING; }
};

/// Locks an account unless this thread already holds it: a hook may ask the host about the very
/// account that is being decided.
class AccountLock {
  public:
    explicit AccountLock(Account& account);
    ~AccountLock();
    AccountLock(const AccountLock&) = delete;
    AccountLock& operator=(const AccountLock&) = delete;

  private:
    Account* owned_;
};

/// All groups and accounts. Thread-safe; accounts are never freed.
class AccountBook {
  public:
    Account* find(uint64_t login) const;
    /// The account with the smallest login above `login`.
    Account* next_after(uint64_t login) const;
    /// Nothing when the login is taken.
    Account* add(const ctsp_user& user);
    uint64_t next_free_login() const;
    size_t size() const;
    std::vector<Account*> all() const;
    std::vector<uint64_t> logins() const;

    std::shared_ptr<const Group> group(uint32_t group_id) const;
    std::shared_ptr<const Group> group(std::string_view name) const;
    std::vector<std::shared_ptr<const Group>> groups() const;
    /// Adds or replaces by name; the version rises by one.
    std::shared_ptr<const Group> put(Group group);
    void restore(const Group& group);

    void remember_operation(uint64_t op_hi, uint64_t op_lo, uint64_t login);
    std::optional<uint64_t> login_of_operation(uint64_t op_hi, uint64_t op_lo) const;

  private:
    mutable std::shared_mutex mutex_;
    std::map<uint64_t, std::unique_ptr<Account>> accounts_;
    std::map<uint32_t, std::shared_ptr<const Group>> groups_;
    std::map<std::pair<uint64_t, uint64_t>, uint64_t> operations_;
};

}  // namespace cambist::sim
