#include "office/administration/staff_service.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "office/audit/audit_store.hpp"
#include "office/outbox/outbox_store.hpp"
#include "office/staff/credential_store.hpp"
#include "office/staff/session_store.hpp"

namespace cambist::office {
namespace {

namespace json = boost::json;

std::string subject_of(OperationId staff) {
    return "staff:" + staff.uuid();
}

void record(pg::Transaction& tx, const Actor& actor, std::string_view action, OperationId staff,
            json::object before, json::object after, std::string reason) {
    const Change change{.action = std::string(action),
                        .subject = subject_of(staff),
                        .before = before.empty() ? std::string() : json::serialize(before),
                        .after = json::serialize(after),
                        .reason = std::move(reason)};
    audit::append(tx, actor, change);
    outbox::append(tx, action, change.subject, change.after);
}

awaitable<StatusFacts> facts_of(pg::Transaction& tx, OperationId staff, const Actor& actor) {
    StatusFacts facts;
    facts.of_oneself = actor.principal == staff;
    facts.last_administrator = co_await staff::is_last_administrator(tx, staff);
    co_return facts;
}

void move(pg::Transaction& tx, const Actor& actor, std::string_view action, Staff& staff,
          StaffStatus to, std::string reason) {
    record(tx, actor, action, staff.id, {{"status", name_of(staff.status)}},
           {{"status", name_of(to)}}, std::move(reason));
    staff::set_status(tx, staff.id, to);
    staff.status = to;
    ++staff.version;
}

/// Each client's history names the new manager, and the leaver's whom they went to.
void record_reassignments(pg::Transaction& tx, const Actor& actor, OperationId leaver,
                          OperationId successor, const staff::HandedOver& handed) {
    const std::string before = json::serialize(json::object{{"manager", leaver.uuid()}});
    const std::string after = json::serialize(json::object{{"manager", successor.uuid()}});
    std::vector<Change> changes;
    for (const OperationId client : handed.clients)
        changes.push_back({.action = "client_reassigned",
                           .subject = "client:" + client.uuid(),
                           .before = before,
                           .after = after,
                           .reason = "the account manager left"});
    for (const OperationId approval : handed.approvals)
        changes.push_back({.action = "approval_reassigned",
                           .subject = "approval:" + approval.uuid(),
                           .before = before,
                           .after = after,
                           .reason = "whoever had claimed it left"});
    audit::append_all(tx, actor, changes);
}

}  // namespace

awaitable<Outcome<Staff>> add_staff(pg::Transaction& tx, Staff staff, Actor actor) {
    if (!is_username(staff.username))
        co_return refused(StaffRefusal::username_invalid);
    switch (co_await staff::insert(tx, staff)) {
        case staff::Inserted::id_taken:
            co_return refused(StaffRefusal::id_taken);
        case staff::Inserted::username_taken:
            co_return refused(StaffRefusal::username_taken);
        case staff::Inserted::yes:
            break;
    }
    if (actor.is_staff)
        credentials::make_issuable(tx, staff.id, actor.principal, issuable_for);
    record(tx, actor, "staff_added", staff.id, {},
           {{"username", staff.username}, {"name", staff.name}, {"person", staff.person.uuid()}},
           "");
    const auto added = co_await staff::find_for_update(tx, staff.id);
    co_return *added;
}

awaitable<Outcome<Staff>> suspend_staff(pg::Transaction& tx, OperationId id, std::string reason,
                                        Actor actor) {
    auto staff = co_await staff::find_for_update(tx, id);
    if (!staff)
        co_return refused(StaffRefusal::unknown_staff);
    const auto allowed = review_suspension(*staff, co_await facts_of(tx, id, actor));
    if (!allowed)
        co_return refused(allowed.error());
    if (staff->status != StaffStatus::suspended)
        move(tx, actor, "staff_suspended", *staff, StaffStatus::suspended, std::move(reason));
    co_return *staff;
}

awaitable<Outcome<Staff>> resume_staff(pg::Transaction& tx, OperationId id, std::string reason,
                                       Authority authority) {
    auto staff = co_await staff::find_for_update(tx, id);
    if (!staff)
        co_return refused(StaffRefusal::unknown_staff);
    const auto allowed = review_resumption(*staff, co_await facts_of(tx, id, authority.actor()));
    if (!allowed)
        co_return refused(allowed.error());
    if (!authority.may_widen())
        co_return refused(StaffRefusal::needs_approval);
    move(tx, authority.actor(), "staff_resumed", *staff, StaffStatus::active, std::move(reason));
    co_return *staff;
}

awaitable<Outcome<Left>> dismiss_staff(pg::Transaction& tx, OperationId id, OperationId successor,
                                       std::string reason, Actor actor) {
    auto staff = co_await staff::find_for_update(tx, id);
    if (!staff)
        co_return refused(StaffRefusal::unknown_staff);
    const auto next = co_await staff::find_for_update(tx, successor);
    const auto allowed = review_leaving(*staff, co_await facts_of(tx, id, actor), next);
    if (!allowed)
        co_return refused(allowed.error());
    move(tx, actor, "staff_left", *staff, StaffStatus::left, std::move(reason));
    auto handed = co_await staff::hand_over(tx, id, successor, actor.name);
    const auto gone = co_await staff::find_for_update(tx, id);
    Left left{*gone, std::move(handed)};
    record_reassignments(tx, actor, id, successor, left.handed);
    co_return left;
}

awaitable<Outcome<Staff>> reset_password(pg::Transaction& tx, OperationId id,
                                         bool second_factor_too, std::string reason,
                                         Authority authority) {
    auto staff = co_await staff::find_for_update(tx, id);
    if (!staff)
        co_return refused(StaffRefusal::unknown_staff);
    const auto maker = co_await staff::find_by_name(tx, authority.asked_by());
    if (authority.actor().principal == id || (maker && maker->id == id))
        co_return refused(StaffRefusal::oneself);
    if (staff->status == StaffStatus::left)
        co_return refused(StaffRefusal::already_left);
    if (!maker)
        co_return refused(StaffRefusal::not_issuable);
    if (!authority.may_widen())
        co_return refused(StaffRefusal::needs_approval);
    credentials::clear_password(tx, id, second_factor_too, maker->id, issuable_for);
    const auto keys = co_await staff::end_keys(tx, id, authority.actor().name);
    record(tx, authority.actor(), "password_reset", id, {},
           {{"second_factor_too", second_factor_too},
            {"temporary_password_for", authority.asked_by()},
            {"ended_keys", keys}},
           std::move(reason));
    co_return *staff;
}

awaitable<Outcome<Staff>> issue_temporary_password(pg::Transaction& tx, OperationId id,
                                                   std::string hash, Actor actor) {
    const auto account = co_await credentials::find_for_update(tx, id);
    if (!account)
        co_return refused(StaffRefusal::unknown_staff);
    if (account->issuable_by != actor.principal)
        co_return refused(StaffRefusal::not_issuable);
    credentials::set_temporary_password(tx, id, hash, temporary_password_lasts);
    record(tx, actor, "temporary_password_issued", id, {}, {}, "");
    co_return account->staff;
}

awaitable<Outcome<void>> end_session_of(pg::Transaction& tx, OperationId staff, OperationId session,
                                        std::string reason, Actor actor) {
    if (!co_await staff::find(tx, staff))
        co_return refused(StaffRefusal::unknown_staff);
    if (!co_await sessions::end_of(tx, staff, session))
        co_return refused(StaffRefusal::unknown_session);
    record(tx, actor, "session_revoked", staff, {}, {{"session", session.uuid()}},
           std::move(reason));
    co_return Outcome<void>{};
}

}  // namespace cambist::office
