#include "plugin/mirror/adapter.hpp"

namespace cambist::plugin {

namespace {

/// How many bytes the character at `at` takes when it is well formed, else 0.
std::size_t utf8_length(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t offset) -> unsigned {
        return at + offset < text.size() ? static_cast<unsigned char>(text[at + offset]) : 0;
    };
    const auto follows = [&](std::size_t offset) { return (byte(offset) & 0xc0) == 0x80; };
    const unsigned lead = byte(0);
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead <= 0xdf)
        return follows(1) ? 2 : 0;
    if (lead >= 0xe0 && lead <= 0xef) {
        const bool overlong = lead == 0xe0 && byte(1) < 0xa0;
        const bool surrogate = lead == 0xed && byte(1) > 0x9f;
        return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        const bool overlong = lead == 0xf0 && byte(1) < 0x90;
        const bool beyond = lead == 0xf4 && byte(1) > 0x8f;
        return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

}  // namespace

std::size_t valid_utf8_prefix(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t length = utf8_length(text, at);
        if (length == 0)
            break;
        at += length;
    }
    return at;
}

UserRecord user_record(const ctsp_user& user) {
    UserRecord record;
    record.login = Login{user.login};
    record.version = user.version;
    record.group_id = GroupId{user.group_id};
    copy_text(record.group, user.group);
    record.client_id = user.client_id;
    record.agent = user.agent;
    record.balance = user.balance;
    record.credit = user.credit;
    record.registered = Instant{user.registered_ns};
    record.created_by = OperationId{user.op_hi, user.op_lo};
    record.rights = user.rights;
    record.leverage_x100 = user.leverage_x100;
    record.currency_digits = user.currency_digits;
    record.margin_mode = user.margin_mode;
    record.is_demo = user.is_demo != 0;
    copy_text(record.currency, user.currency);
    return record;
}

UserRecord gone_user(Login login, std::uint64_t version) {
    UserRecord record;
    record.login = login;
    record.version = version;
    record.gone = true;
    return record;
}

GroupRecord group_record(const ctsp_group& group) {
    GroupRecord record;
    record.group_id = GroupId{group.group_id};
    record.version = group.version;
    record.permissions = group.permissions;
    record.trade_flags = group.trade_flags;
    record.default_leverage_x100 = group.default_leverage_x100;
    record.stopout_bp = group.stopout_bp;
    record.margin_call_bp = group.margin_call_bp;
    record.currency_digits = group.currency_digits;
    record.margin_mode = group.margin_mode;
    record.is_demo = group.is_demo != 0;
    record.trade_mode = group.default_trade_mode;
    copy_text(record.currency, group.currency);
    copy_text(record.name, group.name);
    return record;
}

GroupRecord gone_group(GroupId id) {
    GroupRecord record;
    record.group_id = id;
    record.gone = true;
    return record;
}

SymbolRecord symbol_record(const ctsp_symbol& symbol) {
    SymbolRecord record;
    record.symbol_id = SymbolId{symbol.symbol_id};
    record.version = symbol.version;
    record.contract_size_e8 = symbol.contract_size;
    record.price_digits = symbol.price_digits;
    record.trade_mode = symbol.trade_mode;
    copy_text(record.currency_base, symbol.currency_base);
    copy_text(record.currency_profit, symbol.currency_profit);
    copy_text(record.currency_margin, symbol.currency_margin);
    copy_text(record.name, symbol.name);
    return record;
}

DealRecord deal_record(const ctsp_deal& deal, bool direct) {
    DealRecord record;
    record.ticket = Ticket{deal.deal};
    record.version = deal.version;
    record.login = Login{deal.login};
    record.kind = deal.kind;
    record.entry = deal.entry;
    record.reason = deal.reason;
    record.order = deal.order;
    record.position = deal.position;
    record.dealer = deal.dealer;
    record.operation = OperationId{deal.op_hi, deal.op_lo};
    record.volume = deal.volume;
    record.volume_closed = deal.volume_closed;
    record.price = deal.price;
    record.bid = deal.bid;
    record.ask = deal.ask;
    record.contract_size_e8 = deal.contract_size;
    record.rate_e8 = deal.rate_e8;
    record.profit = deal.profit;
    record.swap = deal.swap;
    record.commission = deal.commission;
    record.fee = deal.fee;
    record.done = Instant{deal.ts_ns};
    record.modified = Instant{deal.modified_ns};
    record.price_digits = deal.price_digits;
    record.currency_digits = deal.currency_digits;
    record.book = deal.book;
    record.deleted = deal.deleted != 0;
    record.direct = direct;
    copy_text(record.symbol, deal.symbol);
    copy_text(record.comment, deal.comment);
    return record;
}

PositionRecord position_record(const ctsp_position& position) {
    PositionRecord record;
    record.login = Login{position.login};
    record.ticket = position.ticket;
    record.version = position.version;
    record.volume = position.volume;
    record.side = position.side;
    record.price_digits = position.price_digits;
    record.price_open = position.price_open;
    record.sl = position.sl;
    record.tp = position.tp;
    record.opened = Instant{position.opened_ns};
    copy_text(record.symbol, position.symbol);
    return record;
}

MarginRecord margin_record(const ctsp_account& account) {
    MarginRecord record;
    record.login = Login{account.login};
    record.state = account.so_state;
    record.balance = account.balance;
    record.credit = account.credit;
    record.equity = account.equity;
    record.margin = account.margin;
    record.margin_free = account.margin_free;
    record.level_bp = account.margin_level_bp;
    record.at = Instant{account.ts_ns};
    return record;
}

EndOfDayRecord end_of_day_record(const ctsp_eod& day) {
    EndOfDayRecord record;
    record.login = Login{day.login};
    record.day = Instant{day.day_ns};
    record.balance = day.balance;
    record.credit = day.credit;
    record.equity = day.equity;
    record.margin = day.margin;
    record.floating = day.floating;
    record.currency_digits = day.currency_digits;
    return record;
}

}  // namespace cambist::plugin
