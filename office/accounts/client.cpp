#include "office/accounts/client.hpp"

namespace cambist::office {

namespace {

using enum AccountRefusal;

StatusPlan plan(const Client& client, ClientStatus status, CauseSet causes) {
    return {status, causes, status != client.status || causes != client.causes};
}

std::expected<StatusPlan, AccountRefusal> review_lift(const Client& client,
                                                      const StatusChange& change) {
    CauseSet left;
    if (change.cause) {
        if (!client.causes.has(*change.cause))
            return std::unexpected(cause_not_in_force);
        left = client.causes;
        left.lift(*change.cause);
    }
    auto lifted =
        plan(client, left.empty() ? ClientStatus::approved : ClientStatus::restricted, left);
    lifted.widens = lifted.changes;
    return lifted;
}

}  // namespace

std::expected<StatusPlan, AccountRefusal> review_status(const Client& client,
                                                        const StatusChange& change,
                                                        const ClosingFacts& closing) {
    if (change.if_version && *change.if_version != client.version)
        return std::unexpected(stale_version);
    const bool restricts = change.to == ClientStatus::restricted;
    if (change.to == client.status && !restricts)
        return plan(client, client.status, client.causes);
    const auto step = transition_to(client.status, change.to);
    if (!step)
        return std::unexpected(client.status == ClientStatus::closed ? client_closed
                                                                     : no_such_transition);
    if (step->reason_required && change.reason.empty())
        return std::unexpected(reason_required);
    if (step->command == StatusCommand::lift)
        return review_lift(client, change);
    if (change.to == ClientStatus::closed && closing.money_left)
        return std::unexpected(money_left);
    if (change.to == ClientStatus::closed && closing.operation_pending)
        return std::unexpected(operation_pending);
    CauseSet causes = client.causes;
    if (restricts)
        causes.impose(change.cause.value_or(Cause::review));
    auto moved = plan(client, change.to, causes);
    moved.widens = step->releases && moved.changes;
    return moved;
}

bool cap_widens(std::int64_t before_x100, std::int64_t after_x100) {
    return before_x100 != 0 && (after_x100 == 0 || after_x100 > before_x100);
}

std::expected<void, AccountRefusal> review_hold(HoldKind kind, std::int64_t amount) {
    if ((kind == HoldKind::reserve) != (amount > 0) || amount < 0)
        return std::unexpected(hold_amount_invalid);
    return {};
}

}  // namespace cambist::office
