#include "office/staff/request_key_store.hpp"

#include <algorithm>

namespace cambist::office::request_keys {
namespace {

using pg::Query;

// The look-up is a statement of its own: it must see what a holder of the lock committed before.
constexpr Query lock_key{"request_key_lock",
                         "select pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 7))"};
constexpr Query get_answer{"request_key_find",
                           "select route, request_hash, response_status, response_body "
                           "from idempotency where actor = $1 and key = $2"};
constexpr Query add_answer{
    "request_key_keep",
    "insert into idempotency (actor, key, route, request_hash, response_status, response_body) "
    "values ($1, $2, $3, $4, $5, $6)"};

KeptAnswer answer_of(const pg::Row& row) {
    KeptAnswer answer;
    answer.route = row.get<std::string>(0);
    const auto hash = row.get<pg::Bytes>(1);
    std::ranges::copy_n(hash.begin(),
                        static_cast<std::ptrdiff_t>(std::min(hash.size(), answer.hash.size())),
                        answer.hash.begin());
    answer.status = row.get<std::int32_t>(2);
    answer.body = row.get<std::string>(3);
    return answer;
}

}  // namespace

awaitable<Claim> claim(pg::Transaction& tx, KeyedRequest request) {
    tx.send(lock_key, request.actor, request.key);
    tx.send(get_answer, request.actor, request.key);
    const auto results = co_await tx.gather();
    Claim claim;
    claim.ours = results[0].one().get<bool>(0);
    if (const auto row = results[1].first())
        claim.answer = answer_of(*row);
    co_return claim;
}

void keep(pg::Transaction& tx, const KeyedRequest& request, int status, const std::string& body) {
    const pg::Bytes hash(request.hash);
    tx.send(add_answer, request.actor, request.key, request.route, hash,
            static_cast<std::int32_t>(status), body);
}

}  // namespace cambist::office::request_keys
