#include "office/trading/quarantine_service.hpp"

#include <array>

#include "office/audit/audit_store.hpp"
#include "office/outbox/outbox_store.hpp"
#include "office/trading/quarantine_store.hpp"

namespace cambist::office {

namespace {

constexpr std::array<Refused, 3> refusals{{
    {Refused::Kind::not_found, "unknown_event"},
    {Refused::Kind::invalid, "reason_required"},
    {Refused::Kind::forbidden, "needs_approval"},
}};

}  // namespace

Refused refused_as(QuarantineRefusal refusal) {
    return refusals[std::size_t(refusal)];
}

awaitable<Outcome<bool>> resolve_quarantine(pg::Transaction& tx, QuarantinedEvent event,
                                            std::string reason, Authority authority) {
    const auto resolved = co_await quarantine::is_resolved_for_update(tx, event);
    if (!resolved)
        co_return refused(QuarantineRefusal::unknown_event);
    if (reason.empty())
        co_return refused(QuarantineRefusal::reason_required);
    if (*resolved)
        co_return false;
    if (!authority.may_widen())
        co_return refused(QuarantineRefusal::needs_approval);
    quarantine::resolve(tx, event);
    const Change change{.action = "quarantine_resolved",
                        .subject = event.subject(),
                        .before = {},
                        .after = {},
                        .reason = std::move(reason)};
    audit::append(tx, authority.actor(), change);
    outbox::append(tx, change.action, change.subject, "{}");
    co_return true;
}

}  // namespace cambist::office
