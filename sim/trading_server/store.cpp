#include "sim/trading_server/store.hpp"

#include <algorithm>
#include <filesystem>

#include "sim/trading_server/database.hpp"
#include "sim/trading_server/host_clock.hpp"
#include "sim/trading_server/store_rows.hpp"

namespace cambist::sim {

namespace {

/// Request ids of different runs never meet: the run's number stands in the high bits.
constexpr int kRunShift = 40;

class Transaction {
  public:
    explicit Transaction(Database& database) : database_(database) {
        database_.execute("BEGIN IMMEDIATE");
    }
    ~Transaction() {
        if (!committed_) {
            try {
                database_.execute("ROLLBACK");
            } catch (const StoreFailure&) {
                // The failure that brought us here is already on its way up.
            }
        }
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit() {
        database_.execute("COMMIT");
        committed_ = true;
    }

  private:
    Database& database_;
    bool committed_ = false;
};

int64_t one_number(Database& database, const char* sql) {
    auto row = database.statement(sql);
    return row.step() ? row.integer() : 0;
}

}  // namespace

const char* text_of(Path path) {
    switch (path) {
        case Path::hooked:
            return "hooked";
        case Path::direct:
            return "direct";
        case Path::command:
            return "command";
        case Path::server:
            return "server";
    }
    return "";
}

Store::Store(const std::string& directory) {
    std::filesystem::create_directories(directory);
    const std::string file = directory + "/server.db";
    writer_ = std::make_unique<Database>(file);
    rows::create_schema(*writer_);
    reader_ = std::make_unique<Database>(file);
    last_modified_ns_ = one_number(*writer_, "SELECT coalesce(max(modified_ns),0) FROM deals");
    next_deal_ =
        1 + static_cast<uint64_t>(one_number(*writer_, "SELECT coalesce(max(deal),0) FROM deals"));
    const int64_t ticket = one_number(
        *writer_,
        "SELECT max(coalesce((SELECT max(\"order\") FROM deals),0),"
        "coalesce((SELECT max(position) FROM deals),0),coalesce((SELECT max(ticket) FROM "
        "positions),0),coalesce((SELECT max(ticket) FROM orders),0))");
    next_ticket_ = static_cast<uint64_t>(ticket) + 1;
    writer_->execute(
        "INSERT INTO counters VALUES('runs',1) ON CONFLICT(name) DO UPDATE SET value=value+1");
    const int64_t run = one_number(*writer_, "SELECT value FROM counters WHERE name='runs'");
    next_request_ = (static_cast<uint64_t>(run) << kRunShift) + 1;
}

Store::~Store() = default;

void Store::load(AccountBook& book, Market& market) {
    const std::lock_guard lock(write_mutex_);
    for (auto row = writer_->statement("SELECT * FROM groups"); row.step();)
        book.restore(rows::group_from(row));
    for (auto row = writer_->statement("SELECT * FROM symbols ORDER BY symbol_id"); row.step();) {
        const ctsp_symbol symbol = rows::symbol_from(row);
        Quote quote;
        quote.bid = row.integer();
        quote.ask = row.integer();
        market.restore(symbol, quote);
    }
    for (auto row = writer_->statement("SELECT * FROM users"); row.step();) {
        const ctsp_user user = rows::user_from(row);
        book.add(user);
        book.remember_operation(user.op_hi, user.op_lo, user.login);
    }
    for (auto row = writer_->statement("SELECT * FROM positions ORDER BY ticket"); row.step();) {
        const ctsp_position position = rows::position_from(row);
        if (Account* account = book.find(position.login))
            account->positions.push_back(position);
    }
    for (auto row = writer_->statement("SELECT * FROM orders ORDER BY ticket"); row.step();) {
        const PendingOrder order = rows::order_from(row);
        if (Account* account = book.find(order.login))
            account->orders.push_back(order);
    }
}

void Store::stamp(Deal& deal) {
    last_modified_ns_ = std::max(host_now_ns(), last_modified_ns_ + 1);
    deal.record.modified_ns = last_modified_ns_;
    if (deal.record.ts_ns == 0)
        deal.record.ts_ns = last_modified_ns_;
}

void Store::write(Batch& batch) {
    const std::lock_guard lock(write_mutex_);
    Transaction transaction(*writer_);
    const int64_t now = host_now_ns();
    for (const Group& group : batch.groups)
        rows::put(*writer_, group);
    for (const ctsp_symbol& symbol : batch.symbols)
        rows::put(*writer_, symbol);
    for (const ctsp_user& user : batch.users)
        rows::put(*writer_, user);
    for (Deal& deal : batch.deals) {
        stamp(deal);
        rows::put(*writer_, deal);
    }
    for (const ctsp_position& position : batch.positions)
        rows::put(*writer_, position);
    for (const PendingOrder& order : batch.orders)
        rows::put(*writer_, order);
    for (const UserChange& change : batch.user_changes)
        rows::put(*writer_, change, now);
    for (const RefusedRequest& refused : batch.refused)
        rows::put(*writer_, refused, now);
    for (const ctsp_eod& day_end : batch.day_ends)
        rows::put(*writer_, day_end);
    transaction.commit();
}

std::vector<ctsp_deal> Store::deals_after(DealCursor cursor, uint64_t login, int64_t since_ns,
                                          uint32_t most) {
    const std::lock_guard lock(read_mutex_);
    auto row = login == 0 ? reader_->statement(
                                "SELECT * FROM deals WHERE (modified_ns,deal)>(?,?) AND "
                                "modified_ns>=? ORDER BY modified_ns,deal LIMIT ?")
                          : reader_->statement(
                                "SELECT * FROM deals WHERE (modified_ns,deal)>(?,?) AND "
                                "modified_ns>=? AND login=? ORDER BY modified_ns,deal LIMIT ?");
    row.bind(cursor.modified_ns).bind(cursor.deal).bind(since_ns);
    if (login != 0)
        row.bind(login);
    row.bind(most);
    std::vector<ctsp_deal> deals;
    while (row.step())
        deals.push_back(rows::deal_from(row).record);
    return deals;
}

std::optional<Deal> Store::deal(uint64_t ticket) {
    const std::lock_guard lock(read_mutex_);
    auto row = reader_->statement("SELECT * FROM deals WHERE deal=?");
    row.bind(ticket);
    return row.step() ? std::optional(rows::deal_from(row)) : std::nullopt;
}

DealSums Store::sums_of_deals(uint64_t login) {
    const std::lock_guard lock(read_mutex_);
    // Kinds 3 and 20 are credit and its compensation; everything else moves the balance.
    auto row = reader_->statement(
        "SELECT coalesce(sum(iif(kind IN (3,20),0,profit+swap+commission+fee)),0),"
        "coalesce(sum(iif(kind IN (3,20),profit,0)),0) FROM deals WHERE login=? AND deleted=0");
    row.bind(login);
    row.step();
    DealSums sums;
    sums.balance = row.integer();
    sums.credit = row.integer();
    return sums;
}

void Store::save_quotes(const std::vector<std::pair<std::string, Quote>>& quotes) {
    const std::lock_guard lock(write_mutex_);
    Transaction transaction(*writer_);
    for (const auto& [symbol, quote] : quotes)
        writer_->statement("UPDATE symbols SET bid=?,ask=? WHERE name=?")
            .bind(quote.bid)
            .bind(quote.ask)
            .bind(symbol)
            .run();
    transaction.commit();
}

void Store::save_counters(const std::vector<std::pair<std::string, int64_t>>& counters) {
    const std::lock_guard lock(write_mutex_);
    Transaction transaction(*writer_);
    for (const auto& [name, value] : counters)
        writer_->statement("INSERT OR REPLACE INTO counters VALUES(?,?)")
            .bind(name)
            .bind(value)
            .run();
    transaction.commit();
}

std::vector<std::pair<std::string, int64_t>> Store::counters() {
    const std::lock_guard lock(read_mutex_);
    std::vector<std::pair<std::string, int64_t>> counters;
    auto row = reader_->statement("SELECT name,value FROM counters");
    while (row.step()) {
        std::string name(row.text());
        counters.emplace_back(std::move(name), row.integer());
    }
    counters.emplace_back("deals", one_number(*reader_, "SELECT count(*) FROM deals"));
    auto refused = reader_->statement(
        "SELECT iif(by_plugin,'plugin:'||reject||':'||reason,'server:'||code),count(*) FROM "
        "requests_refused GROUP BY 1");
    while (refused.step()) {
        std::string name(refused.text());
        counters.emplace_back(std::move(name), refused.integer());
    }
    return counters;
}

}  // namespace cambist::sim
