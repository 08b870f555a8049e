#include "plugin/mirror/snapshot.hpp"

#include "plugin/mirror/adapter.hpp"

namespace cambist::plugin {

namespace {

constexpr std::uint32_t rows_a_page = 256;

}  // namespace

void Snapshot::begin(const ctsp_host_api& host, ResyncCause cause, Instant deals_since,
                     EventWriter& writer) {
    host_ = &host;
    part_ = Part::groups;
    cursor_ = ctsp_cursor{sizeof(ctsp_cursor), 0, {}};
    record_ = ResyncRecord{cause, false, 0, deals_since};
    writer.write(record_);
}

void Snapshot::next_part() {
    part_ = static_cast<Part>(static_cast<int>(part_) + 1);
    cursor_ = ctsp_cursor{sizeof(ctsp_cursor), 0, {}};
}

template <class Record, class Read, class Tell>
bool Snapshot::page(std::vector<Record>& rows, Read read, Tell tell) {
    rows.resize(rows_a_page);
    for (Record& row : rows)
        row.size = sizeof(Record);
    std::uint32_t count = 0;
    const ctsp_cursor before = cursor_;
    const ctsp_status status = read(rows.data(), &count);
    if (status != CTSP_OK && status != CTSP_OK_NONE && status != CTSP_E_UNSUPPORTED) {
        cursor_ = before;  // the host cannot say now: this page is read again
        return true;
    }
    for (std::uint32_t at = 0; at < count; ++at)
        tell(rows[at]);
    record_.rows += count;
    return status == CTSP_OK && count > 0;
}

bool Snapshot::step(EventWriter& writer) {
    const ctsp_host_api& api = *host_;
    bool more = false;
    switch (part_) {
        case Part::groups:
            more = page(
                groups_,
                [&](ctsp_group* out, std::uint32_t* n) {
                    return api.groups_next(api.host, &cursor_, out, sizeof *out, rows_a_page, n);
                },
                [&](const ctsp_group& group) { writer.write(group_record(group)); });
            break;
        case Part::symbols:
            more = page(
                symbols_,
                [&](ctsp_symbol* out, std::uint32_t* n) {
                    return api.symbols_next(api.host, &cursor_, out, sizeof *out, rows_a_page, n);
                },
                [&](const ctsp_symbol& symbol) { writer.write(symbol_record(symbol)); });
            break;
        case Part::users:
            more = page(
                users_,
                [&](ctsp_user* out, std::uint32_t* n) {
                    return api.users_next(api.host, &cursor_, out, sizeof *out, rows_a_page, n);
                },
                [&](const ctsp_user& user) { writer.write_user(user_record(user)); });
            break;
        case Part::positions:
            more = page(
                positions_,
                [&](ctsp_position* out, std::uint32_t* n) {
                    return api.positions_next(api.host, &cursor_, 0, out, sizeof *out, rows_a_page,
                                              n);
                },
                [&](const ctsp_position& position) { writer.write(position_record(position)); });
            break;
        case Part::deals:
            more = page(
                deals_,
                [&](ctsp_deal* out, std::uint32_t* n) {
                    return api.deals_next(api.host, &cursor_, 0, record_.deals_since.ns, out,
                                          sizeof *out, rows_a_page, n);
                },
                [&](const ctsp_deal& deal) {
                    writer.write_deal(deal_record(deal, false), {deal.op_hi, deal.op_lo});
                });
            break;
        case Part::done:
            return false;
    }
    if (!more)
        next_part();
    if (part_ == Part::done) {
        record_.ended = true;
        writer.close_deal_window();
        writer.write(record_);
        writer.write_account_digest();
    }
    return part_ != Part::done;
}

}  // namespace cambist::plugin
