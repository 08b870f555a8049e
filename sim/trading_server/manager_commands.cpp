#include "sim/trading_server/manager_commands.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <limits>
#include <map>

#include "sim/trading_server/host_clock.hpp"
#include "sim/trading_server/manager_market.hpp"
#include "sim/trading_server/manager_request.hpp"
#include "sim/trading_server/manager_views.hpp"
#include "sim/trading_server/text_field.hpp"

namespace cambist::sim {

namespace json = boost::json;

namespace {

constexpr uint64_t kManager = 1'000;
constexpr uint64_t kDealer = 1'001;
constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

json::object answer_user(const Outcome<ctsp_user>& user) {
    if (!user)
        return answer_refused(user.error());
    return {{"ok", true},
            {"login", user->login},
            {"version", user->version},
            {"group", text_in(user->group)},
            {"leverage_x100", user->leverage_x100},
            {"rights", user->rights}};
}

Path path_of(const ManagerRequest& request) {
    return request.text("cmd").ends_with("_direct") ? Path::direct : Path::hooked;
}

json::object user_add(Server& server, const ManagerRequest& request) {
    const auto [op_hi, op_lo] = operation_id(request);
    return answer_user(server.users.add(
        {.login = request.id("login", 0),
         .group = request.text("group"),
         .leverage_x100 = static_cast<uint32_t>(request.integer("leverage_x100", 0, 0, 1 << 20)),
         .client_id = request.id("client_id", 0),
         .op_hi = op_hi,
         .op_lo = op_lo,
         .opening_balance = request.integer("balance_minor", 0, 0, kMost),
         .actor = kManager}));
}

json::object users_add(Server& server, const ManagerRequest& request) {
    constexpr int64_t most = 1'000'000;
    const int64_t count = request.integer("count", 0, 1, most);
    const uint64_t first = request.id("first_login", server.book.next_free_login());
    std::vector<NewUser> users;
    for (int64_t i = 0; i < count; ++i)
        users.push_back({.login = first + static_cast<uint64_t>(i),
                         .group = request.text("group"),
                         .opening_balance = request.integer("balance_minor", 0, 0, kMost),
                         .actor = kManager});
    const auto added = server.users.add_all(users);
    if (!added)
        return answer_refused(added.error());
    return {{"ok", true}, {"added", added->size()}, {"first_login", first}};
}

json::object change_user(Server& server, const ManagerRequest& request) {
    UserPatch patch{.login = request.id("login"), .actor = kManager, .path = path_of(request)};
    const std::string command = request.text("cmd");
    if (command.starts_with("leverage"))
        patch.leverage_x100 =
            static_cast<uint32_t>(request.integer("leverage_x100", -1, 1, 100'000));
    else if (command.starts_with("group"))
        patch.group = request.text("group");
    else {
        patch.rights_set = static_cast<uint32_t>(request.integer("set", 0, 0, 0xffff));
        patch.rights_clear = static_cast<uint32_t>(request.integer("clear", 0, 0, 0xffff));
    }
    return answer_user(server.users.patch(patch));
}

json::object log_in(Server& server, const ManagerRequest& request) {
    constexpr uint8_t ip[16] = {192, 0, 2, 1};
    const auto in = server.users.login(
        request.id("login"), static_cast<uint32_t>(request.integer("client_type", 0, 0, 255)), ip);
    return in ? json::object{{"ok", true}} : answer_refused(in.error());
}

json::object answer_booked(const Outcome<Booked>& booked) {
    if (!booked)
        return answer_refused(booked.error());
    return {{"ok", true},
            {"deal", booked->deal},
            {"version", booked->version},
            {"balance", booked->balance},
            {"credit", booked->credit}};
}

json::object balance(Server& server, const ManagerRequest& request) {
    const auto [op_hi, op_lo] = operation_id(request);
    const bool credit = request.text("kind", "balance") == "credit";
    return answer_booked(server.funds.book(
        {.login = request.id("login"),
         .kind = static_cast<uint32_t>(request.integer(
             "deal_kind", credit ? CTSP_DEAL_CREDIT : CTSP_DEAL_BALANCE, 2, CTSP_DEAL_OTHER)),
         .amount = request.integer("amount_minor"),
         .comment = request.text("comment", ""),
         .actor = kDealer,
         .op_hi = op_hi,
         .op_lo = op_lo,
         .path = path_of(request),
         .check_free_margin = !request.flag("raw", false)}));
}

json::object transfer(Server& server, const ManagerRequest& request) {
    return answer_booked(server.funds.transfer(request.id("login"), request.id("to"),
                                               request.integer("amount_minor"),
                                               request.flag("dealer", false) ? kDealer : 0));
}

json::object edit_deal(Server& server, const ManagerRequest& request) {
    DealEdit edit{.deal = request.id("deal"),
                  .remove = request.text("cmd") == "deal_delete",
                  .comment = request.text("comment", ""),
                  .profit = request.has("profit_minor") ? request.integer("profit_minor") : 0,
                  .change_comment = request.has("comment"),
                  .change_profit = request.has("profit_minor"),
                  .fix_balance = request.flag("fix", true),
                  .actor = kManager};
    const auto edited = server.funds.edit(edit);
    return edited ? json::object{{"ok", true}} : answer_refused(edited.error());
}

uint8_t hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return static_cast<uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f')
        return static_cast<uint8_t>(c - 'a' + 10);
    throw BadRequest("out_of_range", "hex must be lower case hex digits");
}

json::object plugin_command(Server& server, const ManagerRequest& request) {
    const std::string hex = request.text("hex");
    if (hex.size() % 2 != 0)
        throw BadRequest("out_of_range", "hex must have an even number of digits");
    std::string in;
    for (size_t i = 0; i < hex.size(); i += 2)
        in.push_back(static_cast<char>(hex_digit(hex[i]) << 4 | hex_digit(hex[i + 1])));
    std::string out;
    const ctsp_status status = server.plugin_command(kManager, in, out);
    std::string out_hex;
    for (const char c : out) {
        constexpr std::string_view digits = "0123456789abcdef";
        out_hex.push_back(digits[static_cast<unsigned char>(c) >> 4]);
        out_hex.push_back(digits[static_cast<unsigned char>(c) & 15]);
    }
    return {{"ok", status >= CTSP_OK}, {"status", status}, {"hex", out_hex}};
}

json::object end_day(Server& server, const ManagerRequest& request) {
    constexpr int64_t day = 86'400 * kSecondNs;
    const int64_t today = host_now_ns() / day * day;
    const int64_t day_ns = request.integer("day_ns", today, 0, kMost);
    return {{"ok", true}, {"accounts", server.end_day(day_ns)}, {"day_ns", day_ns}};
}

json::object quiesce(Server& server, const ManagerRequest& request) {
    const int64_t seconds = request.integer("timeout_seconds", 30, 1, 600);
    if (!server.quiesce(seconds * kSecondNs))
        return {{"ok", false}, {"error", "busy"}, {"in_flight", server.pipeline.in_flight()}};
    return {{"ok", true}};
}

json::object shut_down(Server& server, const ManagerRequest&) {
    server.ask_to_end();
    return {{"ok", true}};
}

json::object ping(Server& server, const ManagerRequest&) {
    return {{"ok", true},
            {"server", server.config.server.id},
            {"plugin", server.plugin.running() ? server.plugin.name() : ""},
            {"trading", server.pipeline.trading_allowed()}};
}

json::object clock(Server& server, const ManagerRequest& request) {
    constexpr int64_t day = 86'400;
    server.tell_zone(request.integer("offset_seconds", 0, -day, day));
    return {{"ok", true}};
}

using Answer = json::object (*)(Server&, const ManagerRequest&);

const std::map<std::string_view, Answer>& commands() {
    static const std::map<std::string_view, Answer> table{
        {"ping", ping},
        {"stats", view_stats},
        {"user", view_user},
        {"users", view_users},
        {"positions", view_positions},
        {"groups", view_groups},
        {"symbols", view_symbols},
        {"deal", view_deal},
        {"group_add", put_group},
        {"symbol_add", put_symbol},
        {"user_add", user_add},
        {"users_add", users_add},
        {"order", place_order},
        {"balance", balance},
        {"balance_direct", balance},
        {"transfer", transfer},
        {"leverage", change_user},
        {"leverage_direct", change_user},
        {"group", change_user},
        {"group_direct", change_user},
        {"rights", change_user},
        {"rights_direct", change_user},
        {"login", log_in},
        {"deal_edit", edit_deal},
        {"deal_delete", edit_deal},
        {"traders_start", start_traders},
        {"traders_focus", focus_traders},
        {"traders_stop", stop_traders},
        {"quotes_load", load_quotes},
        {"quotes_start", start_quotes},
        {"quotes_stop", stop_quotes},
        {"quotes_status", view_quotes},
        {"quote", set_quote},
        {"eod", end_day},
        {"clock", clock},
        {"plugin_command", plugin_command},
        {"quiesce", quiesce},
        {"shutdown", shut_down},
    };
    return table;
}

}  // namespace

std::string error_line(std::string_view code, std::string_view detail) {
    json::object answer{{"ok", false}, {"error", code}};
    if (!detail.empty())
        answer["detail"] = detail;
    return json::serialize(answer);
}

std::string answer_line(Server& server, std::string_view line) {
    json::error_code problem;
    const json::value parsed = json::parse(json::string_view(line.data(), line.size()), problem);
    if (problem)
        return error_line("not_json", problem.message());
    if (!parsed.is_object())
        return error_line("not_an_object");
    const ManagerRequest request(parsed.get_object());
    try {
        const auto command = commands().find(request.text("cmd"));
        if (command == commands().end())
            return error_line("unknown_command");
        return json::serialize(command->second(server, request));
    } catch (const BadRequest& bad) {
        return error_line(bad.code, bad.what());
    } catch (const QuotesInvalid& bad) {
        return error_line("quotes_invalid", bad.what());
    }
}

}  // namespace cambist::sim
