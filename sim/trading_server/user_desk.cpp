#include "sim/trading_server/user_desk.hpp"

#include <spdlog/fmt/fmt.h>

#include "sim/trading_server/crash_point.hpp"
#include "sim/trading_server/fills.hpp"
#include "sim/trading_server/host_clock.hpp"
#include "sim/trading_server/text_field.hpp"

namespace cambist::sim {

namespace {

constexpr uint32_t kEveryRight = (CTSP_RIGHT_API << 1) - 1;
constexpr uint32_t kMostLeverage = 100'000;

bool asks(Path path) {
    return path == Path::hooked || path == Path::command;
}

void enter_group(ctsp_user& user, const ctsp_group& group) {
    user.group_id = group.group_id;
    set_text(user.group, text_in(group.name));
    set_text(user.currency, text_in(group.currency));
    user.currency_digits = group.currency_digits;
    user.margin_mode = group.margin_mode;
    user.is_demo = group.is_demo;
}

Deal opening_deal(const ctsp_user& user, int64_t amount) {
    Deal deal{.record = {}, .hook = {}, .path = Path::server};
    deal.record.size = sizeof deal.record;
    deal.record.kind = CTSP_DEAL_BALANCE;
    deal.record.login = user.login;
    deal.record.version = 1;
    deal.record.profit = amount;
    deal.record.currency_digits = user.currency_digits;
    set_text(deal.record.comment, "opening balance");
    return deal;
}

std::vector<UserChange> changes_between(const ctsp_user& before, const ctsp_user& after,
                                        const Cause& cause) {
    std::vector<UserChange> changes;
    const auto note = [&](const char* field, std::string from, std::string to) {
        if (from != to)
            changes.push_back({.login = after.login,
                               .field = field,
                               .before = std::move(from),
                               .after = std::move(to),
                               .actor = cause.actor,
                               .hook = cause.hook,
                               .path = cause.path});
    };
    note("group", std::string(text_in(before.group)), std::string(text_in(after.group)));
    note("leverage", fmt::to_string(before.leverage_x100), fmt::to_string(after.leverage_x100));
    note("rights", fmt::to_string(before.rights), fmt::to_string(after.rights));
    return changes;
}

}  // namespace

Outcome<HookAnswer> UserDesk::ask(const ctsp_user_change& change) {
    const HookAnswer answer = plugin_.ask_user_change(change);
    if (answer.reject != CTSP_RJ_NONE)
        return refuse(Refusal::plugin, answer);
    if (answer.failed && on_error_ == OnHookError::deny_new_exposure)
        return refuse(Refusal::plugin_failed, answer);
    return answer;
}

Outcome<ctsp_user> UserDesk::prepared(const NewUser& wanted, HookAnswer& answer) {
    const auto group = book_.group(wanted.group);
    if (!group)
        return refuse(Refusal::group_unknown);
    if (wanted.leverage_x100 > kMostLeverage)
        return refuse(Refusal::leverage);
    if (wanted.login != 0 && book_.find(wanted.login))
        return refuse(Refusal::duplicate);
    ctsp_user user{};
    user.size = sizeof user;
    user.login = wanted.login;
    user.client_id = wanted.client_id;
    user.agent = wanted.agent;
    user.version = 1;
    user.registered_ns = host_now_ns();
    user.op_hi = wanted.op_hi;
    user.op_lo = wanted.op_lo;
    user.rights = wanted.rights ? wanted.rights : kEveryRight;
    user.leverage_x100 =
        wanted.leverage_x100 ? wanted.leverage_x100 : group->record.default_leverage_x100;
    enter_group(user, group->record);
    if (!asks(wanted.path))
        return user;
    const ctsp_user_change change{sizeof change, 0,       wanted.actor, wanted.op_hi,
                                  wanted.op_lo,  nullptr, &user};
    const auto asked = ask(change);
    if (!asked) {
        bookkeeper_.refused(wanted.login, wanted.actor, asked.error(), "user");
        return std::unexpected(asked.error());
    }
    answer = *asked;
    return user;
}

Outcome<ctsp_user> UserDesk::add(const NewUser& user) {
    auto added = add_all({user});
    if (!added)
        return std::unexpected(added.error());
    return added->front();
}

Outcome<std::vector<ctsp_user>> UserDesk::add_all(const std::vector<NewUser>& users) {
    std::vector<ctsp_user> ready;
    HookAnswer answer;
    for (const NewUser& wanted : users) {
        const auto user = prepared(wanted, answer);
        if (!user)
            return std::unexpected(user.error());
        ready.push_back(*user);
    }
    Batch batch;
    const NewUser& first = users.front();
    const Cause cause{.hook = answer,
                      .path = Path::server,
                      .actor = first.actor,
                      .op_hi = first.op_hi,
                      .op_lo = first.op_lo};
    {
        const std::lock_guard lock(adding_);
        uint64_t free_login = book_.next_free_login();
        for (size_t i = 0; i < ready.size(); ++i) {
            ctsp_user& user = ready[i];
            if (user.login == 0)
                user.login = free_login++;
            else if (book_.find(user.login))
                return refuse(Refusal::duplicate);
            if (users[i].opening_balance != 0) {
                batch.deals.push_back(opening_deal(user, users[i].opening_balance));
                book_money(user, batch.deals.back().record);
            }
            batch.users.push_back(user);
        }
        bookkeeper_.commit(batch, cause);
        for (const ctsp_user& user : batch.users) {
            book_.add(user);
            book_.remember_operation(user.op_hi, user.op_lo, user.login);
        }
    }
    bookkeeper_.raise(batch, cause);
    crash_point("after_user_add");
    for (const ctsp_user& user : batch.users)
        plugin_.tell({.type = CTSP_EV_USER_ADD,
                      .login = user.login,
                      .version = user.version,
                      .cause_hi = user.op_hi,
                      .cause_lo = user.op_lo,
                      .actor = first.actor});
    return batch.users;
}

Outcome<ctsp_user> UserDesk::patch(const UserPatch& patch) {
    Account* account = book_.find(patch.login);
    if (!account)
        return refuse(Refusal::account_unknown);
    Batch batch;
    Cause cause{
        .path = patch.path, .actor = patch.actor, .op_hi = patch.op_hi, .op_lo = patch.op_lo};
    ctsp_user after{};
    {
        const AccountLock lock(*account);
        const ctsp_user before = account->user;
        after = before;
        if (patch.if_version != 0 && patch.if_version != before.version)
            return refuse(Refusal::stale_version);
        if (patch.leverage_x100 > kMostLeverage)
            return refuse(Refusal::leverage);
        if (patch.leverage_x100 != 0)
            after.leverage_x100 = patch.leverage_x100;
        after.rights = (before.rights & ~patch.rights_clear) | patch.rights_set;
        if (!patch.group.empty()) {
            const auto group = book_.group(patch.group);
            if (!group)
                return refuse(Refusal::group_unknown);
            if (text_in(group->record.currency) != text_in(before.currency) ||
                (group->record.margin_mode != before.margin_mode && !account->positions.empty()))
                return refuse(Refusal::currency);
            enter_group(after, group->record);
        }
        if (asks(patch.path)) {
            const ctsp_user_change change{sizeof change, 0,       patch.actor, patch.op_hi,
                                          patch.op_lo,   &before, &after};
            const auto asked = ask(change);
            if (!asked) {
                bookkeeper_.refused(patch.login, patch.actor, asked.error(), "user");
                return std::unexpected(asked.error());
            }
            cause.hook = *asked;
        }
        ++after.version;
        account->user = after;
        batch.users.push_back(after);
        batch.user_changes = changes_between(before, after, cause);
        bookkeeper_.record(batch, cause);
    }
    crash_point("after_user_patch");
    bookkeeper_.tell_users(batch, cause);
    if (!patch.group.empty())
        bookkeeper_.tell_users(batch, cause);
    return after;
}

Outcome<void> UserDesk::login(uint64_t login, uint32_t client_type, const uint8_t (&ip)[16]) {
    Account* account = book_.find(login);
    if (!account)
        return refuse(Refusal::account_unknown);
    counters_.add(Count::logins);
    ctsp_user user;
    {
        const AccountLock lock(*account);
        user = account->user;
    }
    const HookAnswer answer = (user.rights & CTSP_RIGHT_CONNECT) != 0
                                  ? plugin_.ask_login(user, client_type, ip)
                                  : HookAnswer{};
    Refused refused{Refusal::plugin, answer};
    if ((user.rights & CTSP_RIGHT_CONNECT) == 0)
        refused.code = Refusal::account_disabled;
    if (refused.code == Refusal::account_disabled || answer.reject != CTSP_RJ_NONE) {
        bookkeeper_.refused(login, 0, refused, "login");
        return std::unexpected(refused);
    }
    Batch batch;
    {
        const AccountLock lock(*account);
        account->connected = true;
        account->user.last_access_ns = host_now_ns();
        user = account->user;
        batch.users.push_back(user);
        bookkeeper_.record(batch, {});
    }
    plugin_.tell({.type = CTSP_EV_LOGIN, .login = login, .version = user.version});
    return {};
}

Outcome<void> UserDesk::logout(uint64_t login, uint32_t) {
    Account* account = book_.find(login);
    if (!account)
        return refuse(Refusal::account_unknown);
    {
        const AccountLock lock(*account);
        account->connected = false;
    }
    plugin_.tell({.type = CTSP_EV_LOGOUT, .login = login});
    return {};
}

Outcome<void> UserDesk::password_changed(uint64_t login) {
    if (!book_.find(login))
        return refuse(Refusal::account_unknown);
    plugin_.tell({.type = CTSP_EV_PASSWORD, .login = login});
    return {};
}

Outcome<uint32_t> UserDesk::put_group(const Group& group, uint64_t actor) {
    const auto before = book_.group(text_in(group.record.name));
    const HookAnswer answer =
        plugin_.ask_group_change(before ? &before->record : nullptr, &group.record, actor);
    if (answer.reject != CTSP_RJ_NONE) {
        const Refused refused{Refusal::plugin, answer};
        bookkeeper_.refused(before ? before->record.group_id : 0, actor, refused, "group");
        return std::unexpected(refused);
    }
    const auto stored = book_.put(group);
    Batch batch;
    batch.groups.push_back(*stored);
    bookkeeper_.record(batch, {});
    plugin_.tell({.type = static_cast<uint16_t>(before ? CTSP_EV_GROUP_UPDATE : CTSP_EV_GROUP_ADD),
                  .login = stored->record.group_id,
                  .version = stored->record.version,
                  .actor = actor});
    return stored->record.group_id;
}

}  // namespace cambist::sim
