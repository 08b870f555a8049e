#include "plugin/commands/rescan.hpp"

#include <algorithm>
#include <vector>

#include "plugin/mirror/adapter.hpp"

namespace cambist::plugin {

namespace {

constexpr std::uint32_t rows_a_read = 256;

ctsp_cursor fresh_cursor() {
    return ctsp_cursor{sizeof(ctsp_cursor), 0, {}};
}

template <class Record>
std::vector<Record> rows(std::uint32_t count) {
    std::vector<Record> records(count);
    for (Record& record : records)
        record.size = sizeof record;
    return records;
}

}  // namespace

void Rescan::begin_after(Login after) {
    if (after == reached_ && after.value != 0)
        return;
    cursor_ = fresh_cursor();
    if (after.value == 0)
        return;
    auto user = rows<ctsp_user>(1);
    std::uint32_t count = 0;
    while (host_.users_next(host_.host, &cursor_, user.data(), sizeof(ctsp_user), 1, &count) ==
               CTSP_OK &&
           count == 1 && user[0].login != after.value) {
    }
}

std::optional<RescannedAccounts> Rescan::accounts(const RescanAccountsAsked& asked) {
    RescannedAccounts page;
    page.request = asked.request;
    begin_after(asked.after);
    const auto limit = std::min<std::uint32_t>(asked.limit, max_accounts_a_rescan);
    auto users = rows<ctsp_user>(limit);
    std::uint32_t count = 0;
    const ctsp_status status =
        host_.users_next(host_.host, &cursor_, users.data(), sizeof(ctsp_user), limit, &count);
    if (status != CTSP_OK && status != CTSP_OK_NONE) {
        reached_ = Login{};
        return std::nullopt;
    }
    page.end = status == CTSP_OK_NONE || count == 0;
    for (std::uint32_t at = 0; at < count; ++at) {
        RescannedAccount account{user_record(users[at]), users[at].balance, users[at].credit};
        std::int64_t stored = 0, credit_stored = 0;
        host_.balance_check(host_.host, users[at].login, &stored, &account.balance_from_deals,
                            &credit_stored, &account.credit_from_deals);
        reached_ = Login{users[at].login};
        page.accounts.push_back(account);
    }
    if (page.end)
        reached_ = Login{};
    return page;
}

std::optional<RescannedDeals> Rescan::deals(const RescanDealsAsked& asked) {
    RescannedDeals page;
    page.request = asked.request;
    const auto limit = std::min<std::size_t>(asked.limit, max_deals_a_rescan);
    ctsp_cursor cursor = fresh_cursor();
    auto deals = rows<ctsp_deal>(rows_a_read);
    for (;;) {
        std::uint32_t count = 0;
        const ctsp_status status =
            host_.deals_next(host_.host, &cursor, 0, asked.modified_since.ns, deals.data(),
                             sizeof(ctsp_deal), rows_a_read, &count);
        if (status != CTSP_OK && status != CTSP_OK_NONE)
            return std::nullopt;
        for (std::uint32_t at = 0; at < count; ++at) {
            const ctsp_deal& deal = deals[at];
            if (deal.modified_ns == asked.modified_since.ns && deal.deal <= asked.after.value)
                continue;
            if (page.deals.size() == limit)
                return page;
            page.deals.push_back(deal_record(deal, false));
        }
        if (status == CTSP_OK_NONE || count == 0) {
            page.end = true;
            return page;
        }
    }
}

}  // namespace cambist::plugin
