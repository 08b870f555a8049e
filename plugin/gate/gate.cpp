#include "plugin/gate/gate.hpp"

#include <cstring>

namespace cambist::plugin {

namespace {

std::string_view name_in(const char (&text)[64]) {
    const void* end = std::memchr(text, 0, sizeof text);
    return {text,
            end ? static_cast<std::size_t>(static_cast<const char*>(end) - text) : sizeof text};
}

std::size_t place_of(Asked asked) {
    return static_cast<std::size_t>(asked) - 1;
}

#ifdef CAMBIST_BUG_ignore_one_login
bool ignored(std::uint64_t login) {
    return login % 10 == 7;
}
#endif

}  // namespace

Gate::Gate(const ctsp_host_api& host, std::uint32_t accounts) : host_(host), table_(accounts) {}

ctsp_status Gate::on_trade(const ctsp_request& request, const ctsp_ctx& context,
                           ctsp_verdict& verdict) noexcept {
    const Latency::Sample sample(latency_, request.id);
    const GateTable::View policy = table_.find(Login{request.login});
    const Refusal refusal = decide_trade(request, context, policy);
    return answer(
        refusal, policy,
        {Asked::trade, request.login, request.actor, request.action, context.user, context.group},
        verdict);
}

ctsp_status Gate::on_funds(const ctsp_request& request, const ctsp_ctx& context,
                           ctsp_verdict& verdict) noexcept {
    const Latency::Sample sample(latency_, request.id);
    const GateTable::View policy = table_.find(Login{request.login});
    const Ordered ordered = live_commands_.match_funds(request);
    const Refusal refusal = decide_funds(request, context.user, policy, ordered);
    return answer(
        refusal, policy,
        {Asked::funds, request.login, request.actor, request.action, context.user, context.group},
        verdict);
}

ctsp_status Gate::on_login(const ctsp_user& user, ctsp_verdict& verdict) noexcept {
    const GateTable::View policy = table_.find(Login{user.login});
    return answer(decide_login(policy), policy, {Asked::login, user.login, 0, 0, &user, nullptr},
                  verdict);
}

ctsp_status Gate::on_user_change(const ctsp_user_change& change, ctsp_verdict& verdict) noexcept {
    const ctsp_user* user = change.before ? change.before : change.after;
    if (!user)
        return CTSP_E_PARAM;
    const GateTable::View policy = table_.find(Login{user->login});
    const Ordered ordered = live_commands_.match_user_change(change);
    return answer(decide_user_change(change, policy, ordered), policy,
                  {Asked::user_change, user->login, change.actor, 0, user, nullptr}, verdict);
}

bool Gate::judged(const Question& question) const noexcept {
    if (question.user)
        return scope_.contains(question.user->group_id, name_in(question.user->group));
    if (question.group)
        return scope_.contains(question.group->group_id, name_in(question.group->name));
    return true;
}

ctsp_status Gate::answer(Refusal refusal, const GateTable::View& policy, const Question& question,
                         ctsp_verdict& verdict) noexcept {
    Counters& counters = counters_of(question.login);
    counters.decisions[place_of(question.asked)].fetch_add(1, std::memory_order_relaxed);
    verdict.reject = CTSP_RJ_NONE;
    verdict.reason = 0;
    verdict.policy_version = policy.word.version();
#ifdef CAMBIST_BUG_ignore_one_login
    if (ignored(question.login))
        return CTSP_OK;
#endif
    if (refusal == Refusal::none) [[likely]]
        return CTSP_OK;
    if (!judged(question))
        return CTSP_OK;

    const bool enforced = enforcing();
    auto& counts = enforced ? counters.enforced : counters.observed;
    counts[static_cast<std::size_t>(refusal)].fetch_add(1, std::memory_order_relaxed);
    const Objection objection{question.login,
                              question.actor,
                              host_.now_ns(host_.host),
                              policy.word.version(),
                              question.action,
                              question.asked,
                              refusal,
                              enforced};
    objections_.push([&](std::byte* to) { std::memcpy(to, &objection, sizeof objection); });
    if (enforced) {
        verdict.reject = reject_code(refusal);
        verdict.reason = static_cast<std::uint32_t>(refusal);
    }
    return CTSP_OK;
}

std::uint64_t Gate::decisions(Asked asked) const {
    std::uint64_t sum = 0;
    for (const Counters& counters : counters_)
        sum += counters.decisions[place_of(asked)].load(std::memory_order_relaxed);
    return sum;
}

std::uint64_t Gate::refusals(Refusal refusal, bool enforced) const {
    std::uint64_t sum = 0;
    for (const Counters& counters : counters_)
        sum += (enforced ? counters.enforced : counters.observed)[static_cast<std::size_t>(refusal)]
                   .load(std::memory_order_relaxed);
    return sum;
}

}  // namespace cambist::plugin
