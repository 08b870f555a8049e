#include "office/administration/key_service.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "office/audit/audit_store.hpp"
#include "office/staff/staff_store.hpp"

namespace cambist::office {
namespace {

namespace json = boost::json;

constexpr std::chrono::hours collectable_for{72};

void record(pg::Transaction& tx, const Actor& actor, std::string_view action,
            const std::string& key, json::object after, std::string reason) {
    const Change change{.action = std::string(action),
                        .subject = "api_key:" + key,
                        .before = {},
                        .after = json::serialize(after),
                        .reason = std::move(reason)};
    audit::append(tx, actor, change);
}

awaitable<NewKeyFacts> facts_of(pg::Transaction& tx, const NewKey& key, Instant now) {
    NewKeyFacts facts;
    facts.owner = co_await staff::find_for_update(tx, key.owner);
    facts.not_held = co_await api_keys::not_held(tx, key.owner, key.permissions, key.scope);
    facts.now = now;
    co_return facts;
}

}  // namespace

awaitable<Outcome<api_keys::ListedKey>> make_key(pg::Transaction& tx, NewKey key,
                                                 std::string reason, Instant now,
                                                 Authority authority) {
    const auto allowed = review_new_key(key, co_await facts_of(tx, key, now));
    if (!allowed)
        co_return refused(allowed.error());
    if (!authority.may_widen())
        co_return refused(KeyRefusal::needs_approval);
    const std::string id = KeyText::random().id;
    const api_keys::PendingKey pending{.id = id,
                                       .name = key.name,
                                       .created_by = authority.asked_by(),
                                       .owner = key.owner,
                                       .permissions = key.permissions,
                                       .scope = key.scope,
                                       .expires_at = key.expires_at,
                                       .collectable = collectable_for};
    co_await api_keys::insert_pending(tx, pending);
    json::array permissions(key.permissions.begin(), key.permissions.end());
    record(tx, authority.actor(), "api_key_created", id,
           {{"name", key.name}, {"owner", key.owner.uuid()}, {"permissions", permissions}},
           std::move(reason));
    const auto made = co_await api_keys::find_listed(tx, id);
    co_return *made;
}

awaitable<Outcome<KeyText>> collect_key(pg::Transaction& tx, std::string id, Actor actor) {
    if (!co_await api_keys::find(tx, id))
        co_return refused(KeyRefusal::unknown_key);
    const KeyText text{id, KeyText::random().secret};
    if (!co_await api_keys::collect(tx, id, actor.principal, hash_of(text)))
        co_return refused(KeyRefusal::not_collectable);
    record(tx, actor, "api_key_collected", id, {}, "");
    co_return text;
}

awaitable<Outcome<api_keys::ListedKey>> revoke_key(pg::Transaction& tx, std::string id,
                                                   std::string reason, Actor actor) {
    if (!co_await api_keys::find(tx, id))
        co_return refused(KeyRefusal::unknown_key);
    if (co_await api_keys::revoke(tx, id, actor.name))
        record(tx, actor, "api_key_revoked", id, {}, std::move(reason));
    const auto ended = co_await api_keys::find_listed(tx, id);
    co_return *ended;
}

}  // namespace cambist::office
