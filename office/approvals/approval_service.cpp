#include "office/approvals/approval_service.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>

#include "office/approvals/approval_store.hpp"
#include "office/audit/audit_store.hpp"
#include "office/outbox/outbox_store.hpp"
#include "sync/vocabulary/planted.hpp"

namespace cambist::office::approvals {

namespace {

namespace json = boost::json;

constexpr auto claim_time = std::chrono::minutes(15);

void record(pg::Transaction& tx, const Actor& actor, std::string_view action,
            const Approval& approval, json::object after, std::string reason) {
    after["action"] = approval.request.action;
    after["subject"] = approval.request.subject;
    const Change change{.action = std::string(action),
                        .subject = approval.name(),
                        .before = {},
                        .after = json::serialize(after),
                        .reason = std::move(reason)};
    audit::append(tx, actor, change);
    outbox::append(tx, action, change.subject, change.after);
}

Actor acting_for(Actor actor, const Approval& approval, const DecidingRole& role) {
    actor.approval = approval.request.id;
    if (role.absent_staff)
        actor.on_behalf_of = "staff:" + role.absent_name;
    return actor;
}

/// It can never be carried out: closed, with why.
void close_as(pg::Transaction& tx, const Actor& actor, const Approval& approval,
              ApprovalState state, std::string_view code, std::string reason) {
    approvals::close(tx, approval.request.id, state, actor.name, code);
    json::object after;
    if (!code.empty())
        after["code"] = code;
    record(tx, actor, "approval_" + std::string(name_of(state)), approval, std::move(after),
           std::move(reason));
}

awaitable<Approval> as_it_is_now(pg::Transaction& tx, OperationId id) {
    auto approval = co_await find(tx, id);
    co_return std::move(*approval);
}

}  // namespace

awaitable<Outcome<Approval>> Engine::submit(pg::Transaction& tx, ApprovalRequest request,
                                            Actor maker) {
    if (request.reason.empty())
        co_return refused(ApprovalRefusal::reason_required);
    const auto rules = co_await configured(tx, request.action);
    if (rules.levels.empty() && !CAMBIST_PLANTED(levels_may_be_none))
        co_return refused(ApprovalRefusal::no_levels_configured);
    const auto subject = co_await approvals::subject_state(tx, request.subject);
    Approval approval;
    approval.request = std::move(request);
    approval.subject_version = subject.version;
    approval.client = subject.client;
    approval.maker = maker.name;
    approval.maker_id = maker.principal;
    approval.levels = rules.levels;
    if (!co_await insert(tx, approval, rules.expires_hours, maker.person))
        co_return refused(ApprovalRefusal::approval_pending);
    record(tx, maker, "approval_requested", approval, {}, approval.request.reason);
    co_return co_await as_it_is_now(tx, approval.request.id);
}

awaitable<Outcome<Decided>> Engine::decide(pg::Transaction& tx, OperationId id,
                                           WantedDecision wanted, Actor actor, Instant now,
                                           CarryOut carry_out) {
    const auto approval = co_await find_for_update(tx, id);
    if (!approval)
        co_return refused(ApprovalRefusal::unknown_approval);
    const auto facts = co_await deciding_facts(tx, *approval);
    const auto plan = review_decision(*approval, wanted, facts, actor, now);
    if (!plan) {
        const auto refusal = refused_as(plan.error());
        record(tx, actor, "approval_refused", *approval, {{"code", refusal.code}}, wanted.remark);
        if (plan.error() == ApprovalRefusal::subject_changed ||
            plan.error() == ApprovalRefusal::maker_lost_right)
            close_as(tx, actor, *approval, ApprovalState::stale, refusal.code, wanted.remark);
        co_return std::unexpected(refusal);
    }
    add_decision(tx, *approval, wanted, *plan, actor);
    actor = acting_for(std::move(actor), *approval, plan->role);
    if (!wanted.approves) {
        close_as(tx, actor, *approval, ApprovalState::rejected, "", wanted.remark);
        co_return Decided{co_await as_it_is_now(tx, id), {}};
    }
    record(tx, actor, "approval_given", *approval,
           {{"level", approval->level + 1}, {"role", plan->role.role}}, wanted.remark);
    if (!plan->completes) {
        complete_level(tx, id);
        co_return Decided{co_await as_it_is_now(tx, id), {}};
    }
    const Approved token(actor, approval->maker);
    co_await begin_trial(tx);
    const CarriedOut failed = co_await carry_out(token, *approval);
    if (failed)
        co_await undo_trial(tx);
    close_as(tx, actor, *approval, failed ? ApprovalState::stale : ApprovalState::approved,
             failed ? std::string_view(*failed) : std::string_view(), wanted.remark);
    co_return Decided{co_await as_it_is_now(tx, id), failed};
}

awaitable<Outcome<Approval>> Engine::claim(pg::Transaction& tx, OperationId id, Actor actor,
                                           Instant now) {
    const auto approval = co_await find_for_update(tx, id);
    if (!approval)
        co_return refused(ApprovalRefusal::unknown_approval);
    const auto facts = co_await deciding_facts(tx, *approval);
    if (const auto allowed = review_claim(*approval, facts, actor, now); !allowed)
        co_return refused(allowed.error());
    approvals::claim(tx, id, actor.principal, now + claim_time);
    record(tx, actor, "approval_claimed", *approval, {}, "");
    co_return co_await as_it_is_now(tx, id);
}

awaitable<Outcome<Approval>> Engine::release(pg::Transaction& tx, OperationId id, Actor actor,
                                             Instant now) {
    const auto approval = co_await find_for_update(tx, id);
    if (!approval)
        co_return refused(ApprovalRefusal::unknown_approval);
    const bool theirs = approval->claimed_by == actor.principal && approval->claimed_until &&
                        approval->claimed_until->ns > now.ns;
    if (!theirs)
        co_return refused(ApprovalRefusal::not_claimed);
    approvals::claim(tx, id, std::nullopt, std::nullopt);
    record(tx, actor, "approval_released", *approval, {}, "");
    co_return co_await as_it_is_now(tx, id);
}

awaitable<Outcome<Approval>> Engine::withdraw(pg::Transaction& tx, OperationId id,
                                              std::string reason, Actor actor, Instant now) {
    const auto approval = co_await find_for_update(tx, id);
    if (!approval)
        co_return refused(ApprovalRefusal::unknown_approval);
    if (const auto allowed = review_withdrawal(*approval, actor, now); !allowed)
        co_return refused(allowed.error());
    close_as(tx, actor, *approval, ApprovalState::withdrawn, "", std::move(reason));
    co_return co_await as_it_is_now(tx, id);
}

awaitable<Outcome<Approval>> Engine::edit(pg::Transaction& tx, OperationId id, std::string payload,
                                          std::string reason, std::int64_t if_version, Actor actor,
                                          Instant now) {
    const auto approval = co_await find_for_update(tx, id);
    if (!approval)
        co_return refused(ApprovalRefusal::unknown_approval);
    if (approval->state != ApprovalState::pending)
        co_return refused(ApprovalRefusal::already_decided);
    if (approval->expires_at <= now)
        co_return refused(ApprovalRefusal::approval_expired);
    if (approval->version != if_version)
        co_return refused(ApprovalRefusal::stale_version);
    if (reason.empty())
        co_return refused(ApprovalRefusal::reason_required);
    const auto subject = co_await approvals::subject_state(tx, approval->request.subject);
    approvals::edit(tx, *approval, payload, subject.version, actor.person);
    record(tx, actor, "approval_edited", *approval, {}, std::move(reason));
    co_return co_await as_it_is_now(tx, id);
}

}  // namespace cambist::office::approvals
