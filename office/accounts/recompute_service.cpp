#include "office/accounts/recompute_service.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "office/accounts/account_service.hpp"
#include "office/accounts/recompute_store.hpp"
#include "office/audit/audit_store.hpp"
#include "office/outbox/outbox_store.hpp"

namespace cambist::office {

namespace {

namespace json = boost::json;
using recompute::Recompute;
using State = RecomputeStep::State;

constexpr int preview_page = 5000;

RecomputeStep step_of(State state, const Recompute& place) {
    return {state, place.version, place.seen, place.changed};
}

void record_finish(pg::Transaction& tx, const Actor& actor, const Recompute& done) {
    const Change change{
        .action = "policies_recomputed",
        .subject = "configuration:rights",
        .before = {},
        .after = json::serialize(json::object{
            {"version", done.version}, {"accounts", done.seen}, {"changed", done.changed}}),
        .reason = {}};
    audit::append(tx, actor, change);
    outbox::append(tx, change.action, change.subject, change.after);
}

/// Nobody reads an older matrix any more, so whoever changes an account that is not to change now
/// decides as this would.
std::vector<AccountKey> to_be_changed(const std::vector<AccountFacts>& page) {
    std::vector<AccountKey> keys;
    for (const AccountFacts& facts : page)
        if (effective_rights(facts.policy, facts.matrix) != facts.accepted)
            keys.push_back(facts.key);
    return keys;
}

}  // namespace

void begin_recompute(pg::Transaction& tx, const ConfigurationVersion& rights) {
    recompute::begin(tx, rights.version);
}

awaitable<RecomputeStep> recompute_some(pg::Transaction& tx, int limit, Actor actor) {
    auto place = co_await recompute::claim(tx);
    if (!place)
        co_return RecomputeStep{};
    if (!place->asked_when)
        recompute::settle(tx, place->version);
    if (!place->settled)
        co_return step_of(State::waiting, *place);
    auto matrices = co_await accounts::rights_in_force(tx);
    const auto page = co_await recompute::page(tx, place->last, limit, 1, std::move(matrices));
    auto keys = to_be_changed(page);
    if (!keys.empty()) {
        const auto locked = co_await accounts::locked_policy_facts(tx, std::move(keys));
        place->changed += static_cast<std::int64_t>(refresh_policies(tx, locked).size());
        recompute::ring(tx);
    }
    place->seen += static_cast<std::int64_t>(page.size());
    if (!page.empty())
        place->last = page.back().key;
    recompute::move(tx, *place);
    if (page.size() == static_cast<std::size_t>(limit))
        co_return step_of(State::moved, *place);
    recompute::finish(tx, place->version);
    record_finish(tx, actor, *place);
    co_return step_of(State::finished, *place);
}

awaitable<RightsPreview> preview_rights(pg::Transaction& tx, json::value document,
                                        std::int64_t most) {
    const auto proposed = RightsMatrices::read(document);
    const std::int64_t accounts = co_await recompute::accounts(tx);
    const std::int64_t one_in = std::max<std::int64_t>(1, (accounts + most - 1) / most);
    PreviewCount counted;
    AccountKey last{};
    for (;;) {
        const auto page = co_await recompute::page(tx, last, preview_page, one_in, proposed);
        for (const AccountFacts& facts : page)
            counted.add({facts.key, facts.client, facts.accepted,
                         effective_rights(facts.policy, facts.matrix)});
        if (page.size() < preview_page)
            co_return counted.result(one_in);
        last = page.back().key;
    }
}

}  // namespace cambist::office
