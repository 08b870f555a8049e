#include "office/staff/request_key_store.hpp"

#include <algorithm>

namespace cambist::office::request_keys {
namespace {

using pg::Query;

// The look-up is a statement of its own: it must see what a holder of the lock committed before.
constexpr Query lock_key{"request_key_lock",
                         "select pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 7))"};
constexpr Query get_answer{"request_key_find",
                           "select route, request_hash, response_status, response_body, etag, "
                           "location "
                           "from idempotency where actor = $1 and key = $2"};
constexpr Query add_answer{
    "request_key_keep",
    "insert into idempotency (actor, key, route, request_hash, response_status, response_body, "
    "  etag, location, keep_until) "
    "values ($1, $2, $3, $4, $5, $6, $7, $8, "
    "  case when $9 then null else now() + interval '72 hours' end)"};
constexpr Query forget_answers{"request_key_forget", "select forget_answers($1)"};

KeptAnswer answer_of(const pg::Row& row) {
    KeptAnswer answer;
    answer.route = row.get<std::string>(0);
    const auto hash = row.get<pg::Bytes>(1);
    std::ranges::copy_n(hash.begin(),
                        static_cast<std::ptrdiff_t>(std::min(hash.size(), answer.hash.size())),
                        answer.hash.begin());
    answer.status = row.get<std::int32_t>(2);
    answer.body = row.get<std::string>(3);
    answer.etag = row.get<std::string>(4);
    answer.location = row.get<std::string>(5);
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

void keep(pg::Transaction& tx, const KeyedRequest& request, const KeptAnswer& answer,
          bool for_ever) {
    const pg::Bytes hash(request.hash);
    tx.send(add_answer, request.actor, request.key, request.route, hash,
            static_cast<std::int32_t>(answer.status), answer.body, answer.etag, answer.location,
            for_ever);
}

awaitable<int> forget_ended(pg::Transaction& tx, int most) {
    const auto result = co_await tx.execute(forget_answers, static_cast<std::int32_t>(most));
    co_return result.one().get<std::int32_t>(0);
}

}  // namespace cambist::office::request_keys
