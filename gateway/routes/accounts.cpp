#include <boost/json/array.hpp>

#include "gateway/http/amount.hpp"
#include "gateway/http/fields.hpp"
#include "gateway/routes/account_shape.hpp"
#include "gateway/routes/shape.hpp"
#include "gateway/routes/table.hpp"
#include "office/accounts/account_service.hpp"
#include "office/accounts/account_view_store.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;
using gateway::described;
using office::AccountKey;
using office::accounts::AccountView;

constexpr std::string_view account_kinds[] = {"live", "demo"};
constexpr std::string_view hold_kinds[] = {"withdrawal", "reserve", "trading"};
constexpr std::size_t longest_reason = 500;

json::object described(const office::Hold& hold, const AccountView& account) {
    json::value amount = nullptr;
    if (hold.kind == office::HoldKind::reserve)
        amount = money(hold.amount, account.currency_digits, account.currency);
    return {{"id", hold.id.uuid()},
            {"kind", name_of(hold.kind)},
            {"amount", std::move(amount)},
            {"reason", hold.reason}};
}

Problem unknown_account() {
    return {404, "unknown_account", "", {}, {}};
}

/// The account as it is now, with what was just decided about it.
awaitable<Answer> answer_with(Call& call, AccountKey key,
                              office::Outcome<office::AcceptedPolicies> outcome, int status) {
    if (!outcome)
        co_return std::unexpected(problem_of(outcome.error()));
    const auto view = co_await office::accounts::view(call.tx, key);
    if (!view)
        co_return std::unexpected(unknown_account());
    Reply reply;
    reply.status = status;
    reply.body = described(*view);
    reply.policies_changed = !outcome->empty();
    co_return reply;
}

awaitable<Answer> get_account(Call& call) {
    const auto key = path_account(call);
    if (!key)
        co_return std::unexpected(key.error());
    const auto view = co_await office::accounts::view(call.tx, *key);
    if (!view)
        co_return std::unexpected(unknown_account());
    Reply reply;
    reply.body = described(*view);
    co_return reply;
}

/// A cursor of accounts is `<server>.<login>`.
std::optional<AccountKey> cursor_of(std::string_view text) {
    if (text.empty())
        return AccountKey{};
    const auto point = text.find('.');
    const auto server = number_of(text.substr(0, point), INT32_MAX);
    const auto login = point == std::string_view::npos
                           ? std::nullopt
                           : number_of(text.substr(point + 1), INT64_MAX);
    if (!server || !login)
        return std::nullopt;
    return AccountKey{{static_cast<std::uint32_t>(*server)}, {*login}};
}

std::expected<office::accounts::AccountFilter, Problem> filter_of(const Call& call) {
    office::accounts::AccountFilter filter;
    const Problem bad{
        400, "bad_parameter", "one of server, client and pending can be given", {}, {}};
    if (const std::string* server = call.request.target.parameter("server")) {
        const auto number = number_of(*server, INT32_MAX);
        if (!number)
            return std::unexpected(bad);
        filter.server = ServerId{static_cast<std::uint32_t>(*number)};
    }
    if (const std::string* client = call.request.target.parameter("client")) {
        filter.client = OperationId::from_uuid(*client);
        if (!filter.client)
            return std::unexpected(bad);
    }
    const auto pending = flag_of(call, "pending", false);
    if (!pending)
        return std::unexpected(pending.error());
    filter.pending = *pending;
    if (filter.server.has_value() + filter.client.has_value() + filter.pending > 1)
        return std::unexpected(bad);
    return filter;
}

awaitable<Answer> list_accounts(Call& call) {
    const auto page = page_of(call);
    if (!page)
        co_return std::unexpected(page.error());
    const auto filter = filter_of(call);
    if (!filter)
        co_return std::unexpected(filter.error());
    const auto after = cursor_of(page->after);
    if (!after)
        co_return std::unexpected(bad_cursor());
    PageWriter writer(*page);
    for (const auto& view :
         co_await office::accounts::views(call.tx, *filter, *after, writer.rows_wanted()))
        writer.add(described(view), std::to_string(view.key.server.value) + "." +
                                        std::to_string(view.key.login.value));
    co_return std::move(writer).reply();
}

awaitable<Answer> attach(Call& call) {
    const auto key = path_account(call);
    if (!key)
        co_return std::unexpected(key.error());
    FieldReader fields(call.body);
    const OperationId client = fields.uuid("client_id");
    const auto kind = static_cast<office::AccountKind>(fields.word("kind", account_kinds));
    read_reason(fields);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    auto outcome = co_await office::attach_account(call.tx, client, *key, kind, call.authority);
    co_return co_await answer_with(call, *key, std::move(outcome), 200);
}

awaitable<Answer> set_state(Call& call) {
    const auto key = path_account(call);
    if (!key)
        co_return std::unexpected(key.error());
    FieldReader fields(call.body);
    const std::string word = fields.text("state", 64);
    const auto state = office::account_state_of(word);
    if (!word.empty() && !state)
        fields.refuse("state", "unknown_word");
    auto reason = fields.text("reason", longest_reason);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    auto outcome = co_await office::set_account_state(call.tx, *key, *state, std::move(reason),
                                                      call.authority);
    co_return co_await answer_with(call, *key, std::move(outcome), 200);
}

awaitable<Answer> set_cap(Call& call) {
    const auto key = path_account(call);
    if (!key)
        co_return std::unexpected(key.error());
    FieldReader fields(call.body);
    const std::int64_t cap = fields.integer("leverage_cap_x100", 0, UINT32_MAX);
    auto reason = fields.text("reason", longest_reason);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    auto outcome =
        co_await office::set_leverage_cap(call.tx, *key, cap, std::move(reason), call.authority);
    co_return co_await answer_with(call, *key, std::move(outcome), 200);
}

awaitable<Answer> list_holds(Call& call) {
    const auto key = path_account(call);
    if (!key)
        co_return std::unexpected(key.error());
    const auto view = co_await office::accounts::view(call.tx, *key);
    if (!view)
        co_return std::unexpected(unknown_account());
    json::array items;
    for (const auto& hold : co_await office::accounts::holds_in_force(call.tx, *key))
        items.push_back(described(hold, *view));
    Reply reply;
    reply.body = json::object{{"items", std::move(items)}, {"next", nullptr}};
    co_return reply;
}

/// Minor units of a reserve, judged with the account's currency; 0 for the other kinds.
std::expected<std::int64_t, Problem> hold_amount(const std::optional<AmountText>& amount,
                                                 const AccountView& account) {
    if (!amount)
        return 0;
    if (amount->currency != account.currency)
        return std::unexpected(wrong_field("amount.currency", "amount_currency"));
    const auto minor = parse_amount(amount->amount, account.currency_digits, AmountSign::positive);
    if (!minor)
        return std::unexpected(wrong_field("amount.amount", minor.error()));
    return *minor;
}

awaitable<Answer> place_hold(Call& call) {
    const auto key = path_account(call);
    if (!key)
        co_return std::unexpected(key.error());
    FieldReader fields(call.body);
    office::Hold hold;
    hold.account = *key;
    hold.id = fields.uuid("id");
    hold.kind = static_cast<office::HoldKind>(fields.word("kind", hold_kinds));
    hold.reason = fields.text("reason", longest_reason);
    const auto amount = fields.optional_amount("amount");
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    const auto view = co_await office::accounts::view(call.tx, *key);
    if (!view)
        co_return std::unexpected(unknown_account());
    const auto minor = hold_amount(amount, *view);
    if (!minor)
        co_return std::unexpected(minor.error());
    hold.amount = *minor;
    auto outcome = co_await office::place_hold(call.tx, std::move(hold), call.actor);
    co_return co_await answer_with(call, *key, std::move(outcome), 201);
}

awaitable<Answer> release_hold(Call& call) {
    const auto id = path_uuid(call, "hold", "unknown_hold");
    if (!id)
        co_return std::unexpected(id.error());
    FieldReader fields(call.body);
    auto reason = fields.text("reason", longest_reason);
    if (auto problem = fields.problem())
        co_return std::unexpected(std::move(*problem));
    auto outcome = co_await office::release_hold(call.tx, *id, std::move(reason), call.authority);
    if (!outcome)
        co_return std::unexpected(problem_of(outcome.error()));
    const auto hold = co_await office::accounts::find_hold(call.tx, *id);
    co_return co_await answer_with(call, hold->account, std::move(outcome), 200);
}

}  // namespace

std::vector<Route> account_routes() {
    using enum Verb;
    using enum KeyRule;
    return {
        {get,
         "/v1/accounts",
         "account.read",
         none,
         {"limit", "after", "server", "client", "pending"},
         list_accounts},
        looked_up({get, "/v1/accounts/{server}/{login}", "account.read", none, {}, get_account}),
        {post,
         "/v1/accounts/{server}/{login}/client",
         "account.attach",
         optional,
         {},
         attach,
         "account:{server}/{login}"},
        {post,
         "/v1/accounts/{server}/{login}/state",
         "account.set_state",
         optional,
         {},
         set_state,
         "account:{server}/{login}"},
        {post,
         "/v1/accounts/{server}/{login}/leverage-cap",
         "account.set_cap",
         optional,
         {},
         set_cap,
         "account:{server}/{login}"},
        {get, "/v1/accounts/{server}/{login}/holds", "hold.read", none, {}, list_holds},
        {post, "/v1/accounts/{server}/{login}/holds", "hold.place", required, {}, place_hold},
        {post,
         "/v1/holds/{hold}/release",
         "hold.release",
         optional,
         {},
         release_hold,
         "hold:{hold}"},
    };
}

}  // namespace cambist::gateway
