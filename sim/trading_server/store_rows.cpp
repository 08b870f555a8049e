#include "sim/trading_server/store_rows.hpp"

#include "sim/trading_server/text_field.hpp"

namespace cambist::sim::rows {

namespace {
constexpr auto kSchema = R"(
CREATE TABLE IF NOT EXISTS groups(
  group_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, version, currency, currency_digits,
  margin_mode, is_demo, default_trade_mode, permissions, trade_flags, default_leverage_x100,
  stopout_bp, margin_call_bp, commission_per_lot);
CREATE TABLE IF NOT EXISTS symbols(
  symbol_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, version, contract_size, price_digits,
  trade_mode, currency_base, currency_profit, currency_margin, bid DEFAULT 0, ask DEFAULT 0);
CREATE TABLE IF NOT EXISTS users(
  login INTEGER PRIMARY KEY, group_id, "group", client_id, agent, version, balance, credit,
  currency, currency_digits, registered_ns, last_access_ns, rights, leverage_x100, margin_mode,
  is_demo, op_hi, op_lo);
CREATE TABLE IF NOT EXISTS positions(
  ticket INTEGER PRIMARY KEY, login, symbol, side, volume, version, price_open, price_digits, sl,
  tp, opened_ns);
CREATE INDEX IF NOT EXISTS positions_login ON positions(login);
CREATE TABLE IF NOT EXISTS orders(
  ticket INTEGER PRIMARY KEY, login, symbol, side, stop, volume, price, sl, tp);
CREATE TABLE IF NOT EXISTS deals(
  deal INTEGER PRIMARY KEY, kind, "order", position, login, dealer, version, op_hi, op_lo, volume,
  volume_closed, price, bid, ask, contract_size, rate_e8, profit, swap, commission, fee, ts_ns,
  modified_ns, entry, reason, price_digits, currency_digits, book, deleted, symbol, comment,
  hook_ns, hook_policy_version, path);
CREATE INDEX IF NOT EXISTS deals_modified ON deals(modified_ns, deal);
CREATE INDEX IF NOT EXISTS deals_login ON deals(login, modified_ns, deal);
CREATE TABLE IF NOT EXISTS requests_refused(
  id INTEGER PRIMARY KEY, request, login, action, by_plugin, code, reject, reason, stage,
  policy_version, hook_ns, at_ns, volume, amount, symbol, actor, kind);
CREATE TABLE IF NOT EXISTS user_changes(
  id INTEGER PRIMARY KEY, login, field, before, after, at_ns, hook_ns, hook_policy_version, path,
  actor);
CREATE TABLE IF NOT EXISTS day_ends(
  login, day_ns, balance, credit, equity, margin, floating, currency_digits,
  PRIMARY KEY(login, day_ns));
CREATE TABLE IF NOT EXISTS counters(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
)";
}  // namespace

void create_schema(Database& database) {
    database.execute(kSchema);
}

void put(Database& database, const ctsp_user& user) {
    database.statement("INSERT OR REPLACE INTO users VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
        .bind(user.login)
        .bind(user.group_id)
        .bind(text_in(user.group))
        .bind(user.client_id)
        .bind(user.agent)
        .bind(user.version)
        .bind(user.balance)
        .bind(user.credit)
        .bind(text_in(user.currency))
        .bind(user.currency_digits)
        .bind(user.registered_ns)
        .bind(user.last_access_ns)
        .bind(user.rights)
        .bind(user.leverage_x100)
        .bind(user.margin_mode)
        .bind(user.is_demo)
        .bind(user.op_hi)
        .bind(user.op_lo)
        .run();
}

ctsp_user user_from(Statement& row) {
    ctsp_user user{};
    user.size = sizeof user;
    user.login = row.unsigned_integer();
    user.group_id = row.small();
    set_text(user.group, row.text());
    user.client_id = row.unsigned_integer();
    user.agent = row.unsigned_integer();
    user.version = row.unsigned_integer();
    user.balance = row.integer();
    user.credit = row.integer();
    set_text(user.currency, row.text());
    user.currency_digits = row.byte();
    user.registered_ns = row.integer();
    user.last_access_ns = row.integer();
    user.rights = row.small();
    user.leverage_x100 = row.small();
    user.margin_mode = row.byte();
    user.is_demo = row.byte();
    user.op_hi = row.unsigned_integer();
    user.op_lo = row.unsigned_integer();
    return user;
}

void put(Database& database, const Deal& deal) {
    const ctsp_deal& d = deal.record;
    auto row = database.statement(
        "INSERT OR REPLACE INTO deals VALUES"
        "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    row.bind(d.deal).bind(d.kind).bind(d.order).bind(d.position).bind(d.login).bind(d.dealer);
    row.bind(d.version).bind(d.op_hi).bind(d.op_lo).bind(d.volume).bind(d.volume_closed);
    row.bind(d.price).bind(d.bid).bind(d.ask).bind(d.contract_size).bind(d.rate_e8);
    row.bind(d.profit).bind(d.swap).bind(d.commission).bind(d.fee).bind(d.ts_ns);
    row.bind(d.modified_ns).bind(d.entry).bind(d.reason).bind(d.price_digits);
    row.bind(d.currency_digits).bind(d.book).bind(d.deleted);
    row.bind(text_in(d.symbol)).bind(text_in(d.comment));
    row.bind(deal.hook.asked_ns).bind(deal.hook.policy_version).bind(text_of(deal.path));
    row.run();
}

Deal deal_from(Statement& row) {
    Deal deal;
    ctsp_deal& d = deal.record;
    d.size = sizeof d;
    d.deal = row.unsigned_integer();
    d.kind = row.small();
    d.order = row.unsigned_integer();
    d.position = row.unsigned_integer();
    d.login = row.unsigned_integer();
    d.dealer = row.unsigned_integer();
    d.version = row.unsigned_integer();
    d.op_hi = row.unsigned_integer();
    d.op_lo = row.unsigned_integer();
    d.volume = row.unsigned_integer();
    d.volume_closed = row.unsigned_integer();
    for (int64_t* value : {&d.price, &d.bid, &d.ask, &d.contract_size, &d.rate_e8, &d.profit,
                           &d.swap, &d.commission, &d.fee, &d.ts_ns, &d.modified_ns})
        *value = row.integer();
    d.entry = row.small();
    d.reason = row.small();
    d.price_digits = row.byte();
    d.currency_digits = row.byte();
    d.book = row.byte();
    d.deleted = row.byte();
    set_text(d.symbol, row.text());
    set_text(d.comment, row.text());
    deal.hook.asked_ns = row.integer();
    deal.hook.policy_version = row.unsigned_integer();
    const auto path = row.text();
    for (const Path each : {Path::hooked, Path::direct, Path::command, Path::server})
        if (path == text_of(each))
            deal.path = each;
    return deal;
}

void put(Database& database, const ctsp_position& position) {
    if (position.volume == 0) {
        database.statement("DELETE FROM positions WHERE ticket=?").bind(position.ticket).run();
        return;
    }
    auto row = database.statement("INSERT OR REPLACE INTO positions VALUES(?,?,?,?,?,?,?,?,?,?,?)");
    row.bind(position.ticket).bind(position.login).bind(text_in(position.symbol));
    row.bind(position.side).bind(position.volume).bind(position.version);
    row.bind(position.price_open).bind(position.price_digits).bind(position.sl).bind(position.tp);
    row.bind(position.opened_ns).run();
}

ctsp_position position_from(Statement& row) {
    ctsp_position position{};
    position.size = sizeof position;
    position.ticket = row.unsigned_integer();
    position.login = row.unsigned_integer();
    set_text(position.symbol, row.text());
    position.side = row.byte();
    position.volume = row.unsigned_integer();
    position.version = row.unsigned_integer();
    position.price_open = row.integer();
    position.price_digits = row.byte();
    position.sl = row.integer();
    position.tp = row.integer();
    position.opened_ns = row.integer();
    return position;
}

void put(Database& database, const PendingOrder& order) {
    if (order.gone) {
        database.statement("DELETE FROM orders WHERE ticket=?").bind(order.ticket).run();
        return;
    }
    auto row = database.statement("INSERT OR REPLACE INTO orders VALUES(?,?,?,?,?,?,?,?,?)");
    row.bind(order.ticket).bind(order.login).bind(text_in(order.symbol)).bind(order.side);
    row.bind(uint8_t{order.stop}).bind(order.volume).bind(order.price).bind(order.sl);
    row.bind(order.tp).run();
}

PendingOrder order_from(Statement& row) {
    PendingOrder order;
    order.ticket = row.unsigned_integer();
    order.login = row.unsigned_integer();
    set_text(order.symbol, row.text());
    order.side = row.byte();
    order.stop = row.integer() != 0;
    order.volume = row.unsigned_integer();
    order.price = row.integer();
    order.sl = row.integer();
    order.tp = row.integer();
    return order;
}

void put(Database& database, const UserChange& change, int64_t at_ns) {
    auto row = database.statement(
        "INSERT INTO user_changes(login,field,before,after,at_ns,hook_ns,hook_policy_version,path,"
        "actor) VALUES(?,?,?,?,?,?,?,?,?)");
    row.bind(change.login).bind(change.field).bind(change.before).bind(change.after).bind(at_ns);
    row.bind(change.hook.asked_ns).bind(change.hook.policy_version).bind(text_of(change.path));
    row.bind(change.actor).run();
}

void put(Database& database, const RefusedRequest& refused, int64_t at_ns) {
    const ctsp_request& request = refused.request;
    const HookAnswer& hook = refused.refused.hook;
    auto row = database.statement(
        "INSERT INTO requests_refused(request,login,action,by_plugin,code,reject,reason,stage,"
        "policy_version,hook_ns,at_ns,volume,amount,symbol,actor,kind) "
        "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    row.bind(request.id).bind(request.login).bind(request.action);
    row.bind(uint8_t{refused.refused.code == Refusal::plugin});
    row.bind(text_of(refused.refused.code)).bind(hook.reject).bind(hook.reason);
    row.bind(refused.stage).bind(hook.policy_version).bind(hook.asked_ns).bind(at_ns);
    row.bind(request.volume).bind(request.amount).bind(text_in(request.symbol));
    row.bind(request.actor).bind(std::string_view(refused.kind)).run();
}

void put(Database& database, const Group& group) {
    const ctsp_group& g = group.record;
    auto row =
        database.statement("INSERT OR REPLACE INTO groups VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    row.bind(g.group_id).bind(text_in(g.name)).bind(g.version).bind(text_in(g.currency));
    row.bind(g.currency_digits).bind(g.margin_mode).bind(g.is_demo).bind(g.default_trade_mode);
    row.bind(g.permissions).bind(g.trade_flags).bind(g.default_leverage_x100);
    row.bind(g.stopout_bp).bind(g.margin_call_bp).bind(group.commission_per_lot).run();
}

Group group_from(Statement& row) {
    Group group;
    ctsp_group& g = group.record;
    g.size = sizeof g;
    g.group_id = row.small();
    set_text(g.name, row.text());
    g.version = row.unsigned_integer();
    set_text(g.currency, row.text());
    g.currency_digits = row.byte();
    g.margin_mode = row.byte();
    g.is_demo = row.byte();
    g.default_trade_mode = row.byte();
    g.permissions = row.small();
    g.trade_flags = row.small();
    g.default_leverage_x100 = row.small();
    g.stopout_bp = row.small();
    g.margin_call_bp = row.small();
    group.commission_per_lot = row.integer();
    return group;
}

void put(Database& database, const ctsp_symbol& s) {
    auto row = database.statement(
        "INSERT INTO symbols(symbol_id,name,version,contract_size,price_digits,trade_mode,"
        "currency_base,currency_profit,currency_margin) VALUES(?,?,?,?,?,?,?,?,?) "
        "ON CONFLICT(symbol_id) DO UPDATE SET version=excluded.version,"
        "contract_size=excluded.contract_size,price_digits=excluded.price_digits,"
        "trade_mode=excluded.trade_mode");
    row.bind(s.symbol_id).bind(text_in(s.name)).bind(s.version).bind(s.contract_size);
    row.bind(s.price_digits).bind(s.trade_mode).bind(text_in(s.currency_base));
    row.bind(text_in(s.currency_profit)).bind(text_in(s.currency_margin)).run();
}

ctsp_symbol symbol_from(Statement& row) {
    ctsp_symbol symbol{};
    symbol.size = sizeof symbol;
    symbol.symbol_id = row.small();
    set_text(symbol.name, row.text());
    symbol.version = row.unsigned_integer();
    symbol.contract_size = row.integer();
    symbol.price_digits = row.byte();
    symbol.trade_mode = row.byte();
    set_text(symbol.currency_base, row.text());
    set_text(symbol.currency_profit, row.text());
    set_text(symbol.currency_margin, row.text());
    return symbol;
}

void put(Database& database, const ctsp_eod& day_end) {
    auto row = database.statement("INSERT OR REPLACE INTO day_ends VALUES(?,?,?,?,?,?,?,?)");
    row.bind(day_end.login).bind(day_end.day_ns).bind(day_end.balance).bind(day_end.credit);
    row.bind(day_end.equity).bind(day_end.margin).bind(day_end.floating);
    row.bind(day_end.currency_digits).run();
}

}  // namespace cambist::sim::rows
