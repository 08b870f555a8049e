#include "office/staff/access_store.hpp"

namespace cambist::office::access {

namespace {

using pg::Query;

constexpr Query act_as{"access_act", "select act_as($1, $2)"};

}  // namespace

void act(pg::Transaction& tx, const Actor& actor, std::string_view permission) {
    tx.send(act_as, actor.principal, permission);
}

awaitable<bool> enter(pg::Transaction& tx, Actor actor, std::string permission) {
    const auto held = co_await tx.execute(act_as, actor.principal, permission);
    co_return held.one().get<bool>(0);
}

}  // namespace cambist::office::access
