#include "office/staff/access_store.hpp"

namespace cambist::office::access {

namespace {

using pg::Query;

constexpr Query set_acting{"access_act",
                           "select set_config('cambist.principal', $1, true), "
                           "set_config('cambist.permission', $2, true)"};
constexpr Query find_acting_scope{"access_held", "select exists (select from acting_scope)"};

}  // namespace

void act(pg::Transaction& tx, const Actor& actor, std::string_view permission) {
    tx.send(set_acting, actor.principal.uuid(), permission);
}

awaitable<bool> enter(pg::Transaction& tx, Actor actor, std::string permission) {
    act(tx, actor, permission);
    const auto held = co_await tx.execute(find_acting_scope);
    co_return held.one().get<bool>(0);
}

}  // namespace cambist::office::access
