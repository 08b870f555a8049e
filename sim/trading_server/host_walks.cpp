// Walks over everything with a cursor: the caller's array, the caller's stride.
#include <algorithm>
#include <cstring>

#include "sim/trading_server/host_calls.hpp"
#include "sim/trading_server/thread_place.hpp"

namespace cambist::sim {

namespace {

/// The caller's array of records, `stride` bytes apart.
template <class Record>
class Rows {
  public:
    Rows(Record* out, uint32_t stride, uint32_t capacity, uint32_t* count)
        : out_(reinterpret_cast<unsigned char*>(out)),
          stride_(stride),
          capacity_(capacity),
          count_(count) {
        *count_ = 0;
    }

    bool full() const { return *count_ == capacity_; }

    void add(const Record& record) {
        const size_t size = std::min<size_t>(stride_, sizeof record);
        unsigned char* to = out_ + size_t{stride_} * *count_;
        std::memcpy(to, &record, size);
        const auto known = static_cast<uint32_t>(size);
        std::memcpy(to, &known, sizeof known);
        ++*count_;
    }

    ctsp_status status() const { return *count_ == 0 ? CTSP_OK_NONE : CTSP_OK; }

  private:
    unsigned char* out_;
    uint32_t stride_, capacity_;
    uint32_t* count_;
};

ctsp_status CTSP_CALL users_next(ctsp_host* host, ctsp_cursor* cursor, ctsp_user* out,
                                 uint32_t stride, uint32_t capacity, uint32_t* n) {
    if (const auto status = may_call(host, "users_next"); status != CTSP_OK)
        return status;
    Rows<ctsp_user> rows(out, stride, capacity, n);
    while (!rows.full()) {
        Account* account = host->parts.book.next_after(cursor->opaque[0]);
        if (!account)
            break;
        const AccountLock lock(*account);
        rows.add(account->user);
        cursor->opaque[0] = account->user.login;
    }
    return rows.status();
}

ctsp_status CTSP_CALL groups_next(ctsp_host* host, ctsp_cursor* cursor, ctsp_group* out,
                                  uint32_t stride, uint32_t capacity, uint32_t* n) {
    if (const auto status = may_call(host, "groups_next"); status != CTSP_OK)
        return status;
    Rows<ctsp_group> rows(out, stride, capacity, n);
    for (const auto& group : host->parts.book.groups()) {
        if (rows.full())
            break;
        if (group->record.group_id <= cursor->opaque[0])
            continue;
        rows.add(group->record);
        cursor->opaque[0] = group->record.group_id;
    }
    return rows.status();
}

ctsp_status CTSP_CALL symbols_next(ctsp_host* host, ctsp_cursor* cursor, ctsp_symbol* out,
                                   uint32_t stride, uint32_t capacity, uint32_t* n) {
    if (const auto status = may_call(host, "symbols_next"); status != CTSP_OK)
        return status;
    Rows<ctsp_symbol> rows(out, stride, capacity, n);
    for (const Symbol* symbol : host->parts.market.all()) {
        if (rows.full())
            break;
        const ctsp_symbol record = symbol->record();
        if (record.symbol_id <= cursor->opaque[0])
            continue;
        rows.add(record);
        cursor->opaque[0] = record.symbol_id;
    }
    return rows.status();
}

/// Adds the account's positions with a ticket above the cursor's; false when the rows are full.
bool add_positions(Account& account, ctsp_cursor& cursor, Rows<ctsp_position>& rows) {
    const AccountLock lock(account);
    std::vector<ctsp_position> positions = account.positions;
    std::ranges::sort(positions, {}, &ctsp_position::ticket);
    for (const ctsp_position& position : positions) {
        if (position.ticket <= cursor.opaque[1])
            continue;
        if (rows.full())
            return false;
        rows.add(position);
        cursor.opaque[1] = position.ticket;
    }
    return true;
}

/// opaque[0]: the last login walked to its end; opaque[1]: the last ticket of the one after it.
ctsp_status CTSP_CALL positions_next(ctsp_host* host, ctsp_cursor* cursor, uint64_t login,
                                     ctsp_position* out, uint32_t stride, uint32_t capacity,
                                     uint32_t* n) {
    if (const auto status = may_call(host, "positions_next"); status != CTSP_OK)
        return status;
    Rows<ctsp_position> rows(out, stride, capacity, n);
    if (login != 0) {
        Account* account = host->parts.book.find(login);
        if (!account)
            return CTSP_E_NOTFOUND;
        add_positions(*account, *cursor, rows);
        return rows.status();
    }
    while (Account* account = host->parts.book.next_after(cursor->opaque[0])) {
        if (!add_positions(*account, *cursor, rows))
            break;
        cursor->opaque[0] = account->user.login;
        cursor->opaque[1] = 0;
    }
    return rows.status();
}

ctsp_status CTSP_CALL deals_next(ctsp_host* host, ctsp_cursor* cursor, uint64_t login,
                                 int64_t modified_since_ns, ctsp_deal* out, uint32_t stride,
                                 uint32_t capacity, uint32_t* n) {
    if (const auto status = may_call(host, "deals_next"); status != CTSP_OK)
        return status;
    Rows<ctsp_deal> rows(out, stride, capacity, n);
    const DealCursor from{static_cast<int64_t>(cursor->opaque[0]), cursor->opaque[1]};
    for (const ctsp_deal& deal :
         host->parts.store.deals_after(from, login, modified_since_ns, capacity)) {
        rows.add(deal);
        cursor->opaque[0] = static_cast<uint64_t>(deal.modified_ns);
        cursor->opaque[1] = deal.deal;
    }
    return rows.status();
}

}  // namespace

void offer_walks(ctsp_host_api& table) {
    table.users_next = users_next;
    table.groups_next = groups_next;
    table.symbols_next = symbols_next;
    table.positions_next = positions_next;
    table.deals_next = deals_next;
}

}  // namespace cambist::sim
