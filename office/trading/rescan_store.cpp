#include "office/trading/rescan_store.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "office/trading/mirror_columns.hpp"
#include "office/trading/mirror_store.hpp"
#include "sync/messages/codec.hpp"

namespace cambist::office::rescan {

namespace {

using pg::Query;

constexpr std::string_view present = "present", missing = "missing";

constexpr Query read_accounts{
    "rescan_accounts",
    "select login, server_version, group_name, group_id, leverage_x100, balance, credit, currency, "
    "  currency_digits, native_rights, agent, registered_ns, margin_mode, deleted, "
    "  deals_total + opening_balance from account "
    "where server_id = $1 and login > $2 and ($4 or login <= $3) and server_version > 0"};
constexpr Query forget_version{
    "rescan_forget_version",
    "update account a set server_version = n.version - 1 "
    "from unnest($2::bigint[], $3::bigint[]) as n(login, version) "
    "where a.server_id = $1 and a.login = n.login and a.server_version = n.version"};
constexpr Query sum_again{
    "rescan_sum_again",
    "update account a set deals_total = coalesce((select sum(d.profit + d.swap + d.commission + "
    "    d.fee) from deal d where d.server_id = a.server_id and d.login = a.login "
    "    and not d.deleted and not d.vanished and d.kind not in (3, 20)), 0) "
    "where a.server_id = $1 and a.login = any($2)"};
constexpr Query lose_accounts{
    "rescan_lose_accounts",
    "update account set deleted = true, row_hash = 0, money_out_stopped = true "
    "where server_id = $1 and login = any($2)"};
constexpr Query settle_drifts{
    "rescan_settle",
    "update drift set resolved_at = clock_timestamp() where server_id = $1 "
    "and login = any($2) and found_by = 'rescan' and field <> 'deal' and resolved_at is null"};
#define DEAL_COLUMNS                                                                           \
    "select ticket, version, login, kind, entry, reason, order_ticket, position_ticket, "      \
    "  dealer, symbol, volume, volume_closed, price, bid, ask, price_digits, contract_size, "  \
    "  rate_e8, profit, swap, commission, fee, currency_digits, book, op_id, comment, ts_ns, " \
    "  modified_ns, deleted, vanished, epoch < $2 or (epoch = $2 and seq <= $3) from deal "
constexpr Query read_deals{"rescan_deals", DEAL_COLUMNS
                           "where server_id = $1 and (modified_ns, ticket) > ($4, $5) "
                           "and (modified_ns, ticket) <= ($6, $7)"};
constexpr Query find_deals{"rescan_find_deals",
                           DEAL_COLUMNS "where server_id = $1 and ticket = any($4)"};
#undef DEAL_COLUMNS
constexpr Query forget_hash{"rescan_forget_hash",
                            "update deal set row_hash = 0 "
                            "where server_id = $1 and ticket = any($2) and not vanished"};
constexpr Query lose_deals{
    "rescan_lose_deals",
    "with lost as (update deal set vanished = true where server_id = $1 and ticket = any($2) "
    "    and not vanished returning login, kind, deleted, profit + swap + commission + fee as sum) "
    "update account a set money_out_stopped = true, "
    "  deals_total = a.deals_total - coalesce((select sum(l.sum) from lost l "
    "    where l.login = a.login and not l.deleted and l.kind not in (3, 20)), 0) "
    "where a.server_id = $1 and a.login in (select login from lost)"};

/// Collects the fields in which one account differs.
class Differences {
  public:
    Differences(Login login, std::vector<Drift>& drifts) : login_(login), drifts_(drifts) {}

    template <class T>
    void compare(const char* field, const T& office, const T& server) {
        if (office == server)
            return;
        if constexpr (std::is_arithmetic_v<T>)
            drifts_.push_back({login_, field, std::to_string(office), std::to_string(server)});
        else
            drifts_.push_back({login_, field, std::string(office), std::string(server)});
    }

  private:
    Login login_;
    std::vector<Drift>& drifts_;
};

void compare_one(const pg::Row& row, const RescannedAccount& read, std::vector<Drift>& drifts) {
    using Number = std::int64_t;
    const UserRecord& user = read.user;
    if (row.get<std::uint64_t>(1) > user.version)
        return;  // the stream is ahead of the reading
    Differences differences(user.login, drifts);
    const auto number = [&](const char* field, int column, auto server) {
        differences.compare(field, row.get<Number>(column), static_cast<Number>(server));
    };
    differences.compare("group", row.get<std::string_view>(2), user.group.view());
    differences.compare("currency", row.get<std::string_view>(7), user.currency.view());
    number("version", 1, user.version);
    number("group_id", 3, user.group_id.value);
    number("leverage", 4, user.leverage_x100);
    number("balance", 5, user.balance);
    number("credit", 6, user.credit);
    number("currency_digits", 8, user.currency_digits);
    number("native_rights", 9, user.rights);
    number("agent", 10, user.agent);
    number("registered", 11, user.registered.ns);
    number("margin_mode", 12, user.margin_mode);
    if (row.get<bool>(13) != user.gone)
        drifts.push_back({user.login, "gone", row.get<bool>(13) ? "true" : "false",
                          user.gone ? "true" : "false"});
    number("deals_total", 14, user.balance);
    differences.compare("balance_check", user.balance, read.balance_from_deals);
    differences.compare("credit_check", user.credit, read.credit_from_deals);
}

bool is_about_deals(const Drift& drift) {
    return drift.field == "deals_total";
}
/// The server disagrees with itself: nothing of ours to mend.
bool is_of_server(const Drift& drift) {
    return drift.field == "balance_check" || drift.field == "credit_check";
}

std::vector<std::uint64_t> logins_of(const std::vector<Drift>& drifts, auto which) {
    std::vector<std::uint64_t> logins;
    for (const Drift& drift : drifts)
        if (which(drift))
            logins.push_back(drift.login.value);
    return logins;
}

/// Records of the page as the mirror writes them.
template <class Record>
std::vector<Told<Record>> told(std::span<const Record* const> records, std::uint64_t seq) {
    std::vector<Told<Record>> rows;
    Bytes bytes;
    for (const Record* record : records) {
        bytes.clear();
        rows.push_back({record, seq, encode_event(Event{*record, {}, 0, 0}, bytes), {}});
    }
    return rows;
}

void record(pg::Transaction& tx, ServerId server, const std::vector<Drift>& drifts, auto open) {
    std::vector<Drift> stay, mended;
    for (const Drift& drift : drifts)
        (open(drift) ? stay : mended).push_back(drift);
    if (!stay.empty())
        mirror::record_drifts(tx, server, stay, mirror::FoundBy::rescan, false);
    if (!mended.empty())
        mirror::record_drifts(tx, server, mended, mirror::FoundBy::rescan, true);
}

DealRecord deal_of(const pg::Row& row) {
    DealRecord deal;
    deal.ticket = row.get<Ticket>(0);
    deal.version = row.get<std::uint64_t>(1);
    deal.login = row.get<Login>(2);
    deal.kind = row.get<std::uint32_t>(3);
    deal.entry = row.get<std::uint32_t>(4);
    deal.reason = row.get<std::uint32_t>(5);
    deal.order = row.get<std::uint64_t>(6);
    deal.position = row.get<std::uint64_t>(7);
    deal.dealer = row.get<std::uint64_t>(8);
    deal.symbol = FixedText<32>(row.get<std::string_view>(9));
    deal.volume = row.get<std::uint64_t>(10);
    deal.volume_closed = row.get<std::uint64_t>(11);
    deal.price = row.get<std::int64_t>(12);
    deal.bid = row.get<std::int64_t>(13);
    deal.ask = row.get<std::int64_t>(14);
    deal.price_digits = row.get<std::uint8_t>(15);
    deal.contract_size_e8 = row.get<std::int64_t>(16);
    deal.rate_e8 = row.get<std::int64_t>(17);
    deal.profit = row.get<std::int64_t>(18);
    deal.swap = row.get<std::int64_t>(19);
    deal.commission = row.get<std::int64_t>(20);
    deal.fee = row.get<std::int64_t>(21);
    deal.currency_digits = row.get<std::uint8_t>(22);
    deal.book = row.get<std::uint8_t>(23);
    deal.operation = row.get<std::optional<OperationId>>(24).value_or(OperationId{});
    deal.comment = FixedText<64>(row.get<std::string_view>(25));
    deal.done = {row.get<std::int64_t>(26)};
    deal.modified = {row.get<std::int64_t>(27)};
    deal.deleted = row.get<bool>(28);
    return deal;
}

std::string described(const DealRecord& deal) {
    return "deal " + std::to_string(deal.ticket.value) + " version " +
           std::to_string(deal.version) + ": " + std::to_string(deal.profit) +
           (deal.deleted ? " deleted" : "");
}

/// Nothing when equal, or when the stream is ahead of the reading.
std::optional<Drift> difference(const DealRecord& office, const DealRecord& server) {
    DealRecord as_told = server;
    as_told.direct = office.direct;  // a reading cannot know
    if (office == as_told || office.version > server.version)
        return std::nullopt;
    return Drift{server.login, "deal", described(office), described(server)};
}

/// A page of deals that is compared row by row.
class DealsRead {
  public:
    explicit DealsRead(std::span<const DealRecord> deals) {
        for (const DealRecord& deal : deals)
            read_.emplace(deal.ticket.value, &deal);
        unseen_ = read_;
    }

    /// `within`: the row belongs to the page's range, so the reading must show it.
    void compare(const pg::Row& row, bool within) {
        const DealRecord office = deal_of(row);
        const bool vanished = row.get<bool>(29), told_before = row.get<bool>(30);
        const auto found = read_.find(office.ticket.value);
        if (vanished)
            return;  // a reading that shows it brings it back, as one that is missing
        if (found != read_.end()) {
            if (auto drift = difference(office, *found->second))
                drifts_.push_back(std::move(*drift));
            unseen_.erase(office.ticket.value);
        } else if (within && told_before) {
            drifts_.push_back({office.login, "deal", described(office), "vanished"});
        }
    }
    std::vector<std::uint64_t> unseen() const {
        std::vector<std::uint64_t> tickets;
        for (const auto& [ticket, deal] : unseen_)
            tickets.push_back(ticket);
        return tickets;
    }
    /// Those that no row showed are missing.
    std::vector<Drift> differences() {
        for (const auto& [ticket, deal] : unseen_)
            drifts_.push_back({deal->login, "deal", std::string(missing), described(*deal)});
        return std::move(drifts_);
    }

  private:
    std::unordered_map<std::uint64_t, const DealRecord*> read_, unseen_;
    std::vector<Drift> drifts_;
};

}  // namespace

awaitable<std::vector<Drift>> compare_accounts(pg::Transaction& tx, ServerId server,
                                               AccountPage page) {
    const Login last = page.accounts.empty() ? page.after : page.accounts.back().user.login;
    const auto rows = co_await tx.execute(read_accounts, server, page.after, last, page.end);
    std::unordered_map<Login, const RescannedAccount*> unseen;
    for (const RescannedAccount& read : page.accounts)
        unseen.emplace(read.user.login, &read);
    std::vector<Drift> drifts;
    for (const pg::Row row : rows) {
        const auto login = row.get<Login>(0);
        const auto read = unseen.find(login);
        if (read != unseen.end()) {
            compare_one(row, *read->second, drifts);
            unseen.erase(read);
        } else if (!row.get<bool>(13)) {
            drifts.push_back({login, "account", std::string(present), std::string(missing)});
        }
    }
    for (const auto& [login, read] : unseen)
        drifts.push_back({login, "account", std::string(missing), std::string(present)});
    co_return drifts;
}

awaitable<void> mend_accounts(pg::Transaction& tx, ServerId server, std::vector<std::string> scope,
                              AccountPage page, std::vector<Drift> drifts) {
    const auto lost = [](const Drift& drift) {
        return drift.field == "account" && drift.server_value == missing;
    };
    const auto taken_over = [&](const Drift& drift) {
        return !lost(drift) && !is_about_deals(drift) && !is_of_server(drift);
    };
    const auto wrong = logins_of(drifts, taken_over);
    const std::unordered_set<std::uint64_t> wanted(wrong.begin(), wrong.end());
    std::vector<const UserRecord*> records;
    for (const RescannedAccount& read : page.accounts)
        if (wanted.contains(read.user.login.value))
            records.push_back(&read.user);
    auto rows = told<UserRecord>(records, 0);
    tx.send(
        forget_version, server,
        mirror::column<std::uint64_t>(rows,
                                      [](const auto& row) { return row.record->login.value; }),
        mirror::column<std::uint64_t>(rows, [](const auto& row) { return row.record->version; }));
    if (!rows.empty())
        co_await mirror::write_other_accounts(tx, server, scope, std::move(rows), {});
    tx.send(sum_again, server, logins_of(drifts, is_about_deals));
    tx.send(lose_accounts, server, logins_of(drifts, lost));
    record(tx, server, drifts, [&](const Drift& drift) { return !taken_over(drift); });
}

void settle(pg::Transaction& tx, ServerId server, const std::vector<Login>& logins) {
    tx.send(settle_drifts, server,
            mirror::column<std::uint64_t>(logins, [](Login login) { return login.value; }));
}

awaitable<std::vector<Drift>> compare_deals(pg::Transaction& tx, ServerId server, DealPage page) {
    DealRecord last = page.deals.empty() ? DealRecord{} : page.deals.back();
    if (page.end) {
        last.modified.ns = INT64_MAX;
        last.ticket.value = INT64_MAX;
    }
    DealsRead read(page.deals);
    const auto within =
        co_await tx.execute(read_deals, server, page.epoch, page.last_seq, page.since.ns,
                            page.after.value, last.modified.ns, last.ticket.value);
    for (const pg::Row row : within)
        read.compare(row, true);
    // What is left may be known with another time of change.
    if (const auto tickets = read.unseen(); !tickets.empty()) {
        const auto elsewhere =
            co_await tx.execute(find_deals, server, page.epoch, page.last_seq, tickets);
        for (const pg::Row row : elsewhere)
            read.compare(row, false);
    }
    co_return read.differences();
}

awaitable<void> mend_deals(pg::Transaction& tx, ServerId server, std::vector<std::string> scope,
                           DealPage page, std::vector<Drift> drifts) {
    const auto lost = [](const Drift& drift) { return drift.server_value == "vanished"; };
    std::unordered_set<std::string> wanted;
    std::vector<std::uint64_t> vanished;
    for (const Drift& drift : drifts) {
        if (lost(drift))
            vanished.push_back(std::stoull(drift.office_value.substr(5)));
        else
            wanted.insert(drift.server_value);
    }
    std::vector<const DealRecord*> records;
    for (const DealRecord& deal : page.deals)
        if (wanted.contains(described(deal)))
            records.push_back(&deal);
    auto rows = told<DealRecord>(records, page.last_seq);
    if (!rows.empty()) {
        tx.send(forget_hash, server, mirror::column<std::uint64_t>(rows, [](const auto& row) {
                    return row.record->ticket.value;
                }));
        auto merged = co_await mirror::merge_deals(tx, server, page.epoch, std::move(rows));
        co_await mirror::write_other_accounts(tx, server, scope, {}, std::move(merged.totals));
    }
    tx.send(lose_deals, server, vanished);
    record(tx, server, drifts, lost);
}

}  // namespace cambist::office::rescan
