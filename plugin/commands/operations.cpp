#include "plugin/commands/operations.hpp"

#include <cstring>
#include <vector>

namespace cambist::plugin {

namespace {

constexpr std::uint32_t deals_a_page = 256;

std::uint32_t deal_kind(CommandKind kind) {
    return kind == CommandKind::credit ? CTSP_DEAL_CREDIT : CTSP_DEAL_BALANCE;
}

/// Commands leave room for the NUL that the ABI's names end with.
template <std::size_t N>
void put_text(char (&to)[N], std::string_view text) {
    std::memcpy(to, text.data(), std::min(text.size(), N - 1));
}

CommandFailure failure_of(ctsp_status status, CommandKind kind) {
    switch (status) {
        case CTSP_E_NOMONEY:
            return CommandFailure::no_money;
        case CTSP_E_NOTFOUND:
            return kind == CommandKind::create_account || kind == CommandKind::group
                       ? CommandFailure::no_such_group
                       : CommandFailure::no_such_account;
        case CTSP_E_STALE:
            return CommandFailure::stale_version;
        case CTSP_E_LIMIT:
            return CommandFailure::limit;
        case CTSP_E_UNSUPPORTED:
            return CommandFailure::unsupported;
        case CTSP_E_DUPLICATE:
            return CommandFailure::duplicate_login;
        default:
            return CommandFailure::server_error;
    }
}

bool leaves_doubt(ctsp_status status) {
    return status == CTSP_E_UNCERTAIN || status == CTSP_E_TIMEOUT || status == CTSP_E_GENERIC ||
           status == CTSP_E_SHUTDOWN;
}

bool is_effect_of(const ctsp_deal& deal, const Command& command) {
    if (deal.kind != deal_kind(command.kind) || deal.profit != command.amount)
        return false;
    if (OperationId{deal.op_hi, deal.op_lo} == command.id)
        return true;
    const std::string_view comment(deal.comment, strnlen(deal.comment, sizeof deal.comment));
    return OperationId::from_tag(comment) == command.id;
}

}  // namespace

CommandResult Operations::begin(const Command& command) const {
    CommandResult result;
    result.id = command.id;
    result.login = command.login;
    return result;
}

CommandResult Operations::judged(const Command& command, ctsp_status status, CommandResult result) {
    if (status == CTSP_OK) {
        result.outcome = Outcome::done;
    } else if (leaves_doubt(status)) {
        const Evidence evidence = look(command, result);
        // After a timeout the server may still be at it: absent now is not absent for ever.
        const bool over = evidence == Evidence::absent && status != CTSP_E_TIMEOUT;
        result.outcome = evidence == Evidence::found ? Outcome::done
                         : over                      ? Outcome::not_done
                                                     : Outcome::in_doubt;
        if (evidence != Evidence::found)
            result.failure = failure_of(status, command.kind);
    } else {
        result.outcome = Outcome::refused;
        result.failure = failure_of(status, command.kind);
    }
    result.finished = Instant{host_.now_ns(host_.host)};
    return result;
}

CommandResult Operations::perform(const Command& command) {
    const LiveCommands::Armed armed(live_, command);
    switch (command.kind) {
        case CommandKind::balance:
        case CommandKind::credit:
            return change_balance(command);
        case CommandKind::group:
        case CommandKind::leverage:
        case CommandKind::native_rights:
            return patch_user(command);
        case CommandKind::create_account:
            return create_user(command);
        case CommandKind::disconnect:
            return disconnect(command);
    }
    return judged(command, CTSP_E_UNSUPPORTED, begin(command));
}

CommandResult Operations::change_balance(const Command& command) {
    ctsp_balance_op operation{};
    operation.size = sizeof operation;
    operation.kind = deal_kind(command.kind);
    operation.op_hi = command.id.hi;
    operation.op_lo = command.id.lo;
    operation.login = command.login.value;
    operation.amount = command.amount;
    operation.currency_digits = command.currency_digits;
    if (command.kind == CommandKind::balance && command.amount < 0)
        operation.flags = CTSP_BAL_CHECK_FREE_MARGIN;
    put_text(operation.comment, command.id.tag().data());
    ctsp_balance_res answer{};
    answer.size = sizeof answer;
    const ctsp_status status = host_.balance(host_.host, &operation, &answer);
    CommandResult result = begin(command);
    if (status == CTSP_OK) {
        result.deal = Ticket{answer.deal};
        result.version = answer.version;
        result.balance_after = answer.balance_after;
        result.credit_after = answer.credit_after;
    }
    return judged(command, status, result);
}

CommandResult Operations::patch_user(const Command& command) {
    ctsp_user_patch patch{};
    patch.size = sizeof patch;
    patch.login = command.login.value;
    patch.if_version = command.if_version;
    patch.op_hi = command.id.hi;
    patch.op_lo = command.id.lo;
    if (command.kind == CommandKind::group) {
        patch.mask = CTSP_PATCH_GROUP;
        put_text(patch.group, command.group.view());
    } else if (command.kind == CommandKind::leverage) {
        patch.mask = CTSP_PATCH_LEVERAGE;
        patch.leverage_x100 = command.leverage_x100;
    } else {
        patch.mask = CTSP_PATCH_RIGHTS;
        patch.rights_set = command.rights_set;
        patch.rights_clear = command.rights_clear;
    }
    CommandResult result = begin(command);
    const ctsp_status status = host_.user_patch(host_.host, &patch, &result.version);
    return judged(command, status, result);
}

CommandResult Operations::create_user(const Command& command) {
    ctsp_user_add order{};
    order.size = sizeof order;
    order.leverage_x100 = command.leverage_x100;
    order.op_hi = command.id.hi;
    order.op_lo = command.id.lo;
    order.login = command.login.value;
    order.client_id = command.client_id;
    order.rights = command.rights_set;
    put_text(order.group, command.group.view());
    ctsp_user created{};
    created.size = sizeof created;
    const ctsp_status status = host_.user_add(host_.host, &order, &created);
    CommandResult result = begin(command);
    if (status == CTSP_OK) {
        result.login = Login{created.login};
        result.version = created.version;
    }
    return judged(command, status, result);
}

CommandResult Operations::disconnect(const Command& command) {
    return judged(command, host_.disconnect(host_.host, command.login.value, 0), begin(command));
}

Evidence Operations::look(const Command& command, CommandResult& result) {
    switch (command.kind) {
        case CommandKind::balance:
        case CommandKind::credit:
            return look_for_deal(command, result);
        case CommandKind::disconnect:
            return Evidence::absent;  // harmless to be asked for again
        default:
            return look_for_user(command, result);
    }
}

Evidence Operations::look_for_deal(const Command& command, CommandResult& result) {
    ctsp_cursor cursor{};
    cursor.size = sizeof cursor;
    std::vector<ctsp_deal> deals(deals_a_page);
    for (;;) {
        for (ctsp_deal& deal : deals)
            deal.size = sizeof deal;
        std::uint32_t count = 0;
        const ctsp_status status =
            host_.deals_next(host_.host, &cursor, command.login.value, 0, deals.data(),
                             sizeof(ctsp_deal), deals_a_page, &count);
        if (status == CTSP_E_NOTFOUND)
            return Evidence::absent;
        if (status != CTSP_OK && status != CTSP_OK_NONE)
            return Evidence::unknowable;
        for (std::uint32_t at = 0; at < count; ++at) {
            if (!is_effect_of(deals[at], command))
                continue;
            result.deal = Ticket{deals[at].deal};
            ctsp_user user{};
            user.size = sizeof user;
            if (host_.user_get(host_.host, command.login.value, &user) == CTSP_OK) {
                result.version = user.version;
                result.balance_after = user.balance;
                result.credit_after = user.credit;
            }
            return Evidence::found;
        }
        if (status == CTSP_OK_NONE || count == 0)
            return Evidence::absent;
    }
}

Evidence Operations::look_for_user(const Command& command, CommandResult& result) {
    ctsp_user user{};
    user.size = sizeof user;
    const bool creation = command.kind == CommandKind::create_account;
    const ctsp_status status =
        creation ? host_.user_by_operation(host_.host, command.id.hi, command.id.lo, &user)
                 : host_.user_get(host_.host, command.login.value, &user);
    if (status == CTSP_E_NOTFOUND)
        return Evidence::absent;
    if (status != CTSP_OK)
        return Evidence::unknowable;
    const std::string_view group(user.group, strnlen(user.group, sizeof user.group));
    const bool as_asked =
        creation || (command.kind == CommandKind::group && group == command.group.view()) ||
        (command.kind == CommandKind::leverage && user.leverage_x100 == command.leverage_x100) ||
        (command.kind == CommandKind::native_rights &&
         (user.rights & command.rights_set) == command.rights_set &&
         (user.rights & command.rights_clear) == 0);
    if (!as_asked)
        return Evidence::absent;
    result.login = Login{user.login};
    result.version = user.version;
    return Evidence::found;
}

}  // namespace cambist::plugin
