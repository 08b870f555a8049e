// Money in and out: balance operations, transfers, edits of booked deals.
#pragma once

#include <cstdint>
#include <string>

#include "sim/trading_server/account_book.hpp"
#include "sim/trading_server/bookkeeper.hpp"
#include "sim/trading_server/market.hpp"
#include "sim/trading_server/pipeline.hpp"

namespace cambist::sim {

/// One change of balance or credit.
struct MoneyOrder {
    uint64_t login = 0;
    uint32_t kind = CTSP_DEAL_BALANCE;
    int64_t amount = 0;  ///< minor units, negative is out
    std::string comment{};
    uint64_t actor = 0;
    uint64_t op_hi = 0, op_lo = 0;
    Path path = Path::hooked;  ///< every path but `direct` and `server` asks the plugin
    bool check_free_margin = true;
};

struct Booked {
    uint64_t deal = 0;
    uint64_t version = 0;
    int64_t balance = 0;
    int64_t credit = 0;
};

/// What a manager edits in a deal that stands in the books.
struct DealEdit {
    uint64_t deal = 0;
    bool remove = false;
    std::string comment{};
    int64_t profit = 0;
    bool change_comment = false, change_profit = false;
    bool fix_balance = true;  ///< false: the balance no longer matches the deals, as it can happen
    uint64_t actor = 0;
};

/// Thread-safe. An operation id is a label: the same one twice is booked twice.
class FundsDesk {
  public:
    FundsDesk(AccountBook& book, Market& market, Bookkeeper& bookkeeper, PluginHost& plugin,
              const Pipeline& pipeline, OnHookError on_error)
        : book_(book),
          market_(market),
          bookkeeper_(bookkeeper),
          plugin_(plugin),
          pipeline_(pipeline),
          on_error_(on_error) {}

    Outcome<Booked> book(const MoneyOrder& order);
    /// Between two accounts of one currency; the plugin is asked about the payer.
    Outcome<Booked> transfer(uint64_t payer, uint64_t payee, int64_t amount, uint64_t actor);
    Outcome<void> edit(const DealEdit& edit);

  private:
    Outcome<HookAnswer> ask(const ctsp_request& request, Account& account);
    Outcome<Booked> book_locked(const MoneyOrder& order, Account& account, Batch& batch,
                                Cause& cause);

    AccountBook& book_;
    Market& market_;
    Bookkeeper& bookkeeper_;
    PluginHost& plugin_;
    const Pipeline& pipeline_;
    OnHookError on_error_;
};

}  // namespace cambist::sim
