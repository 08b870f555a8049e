#include "office/administration/delegation_store.hpp"

namespace cambist::office::delegations {
namespace {

using pg::Query;

#define DELEGATIONS                                                                   \
    "select d.id, d.from_staff, d.to_staff, f.username, t.username, d.valid_from, "   \
    "  d.valid_until, d.reason, d.approval_id, coalesce(d.ended_by, ''), d.ended_at " \
    "from delegation d join staff f on f.id = d.from_staff join staff t on t.id = d.to_staff "
constexpr Query list_all{"delegation_list",
                         DELEGATIONS "order by d.created_at desc, d.id limit $1"};
constexpr Query get_for_update{"delegation_find_for_update",
                               DELEGATIONS "where d.id = $1 for update of d"};
#undef DELEGATIONS
constexpr Query add{"delegation_insert",
                    "insert into delegation (id, from_staff, to_staff, valid_from, valid_until, "
                    "  reason, approval_id) values ($1, $2, $3, $4, $5, $6, $7)"};
constexpr Query end_one{"delegation_end",
                        "update delegation set ended_at = now(), ended_by = $2 "
                        "where id = $1 and ended_at is null"};
constexpr Query may_manage{"delegation_manages_staff",
                           "select exists (select from effective_scope where principal_id = $1 "
                           "               and permission = 'staff.manage')"};

Delegation delegation_of(const pg::Row& row) {
    Delegation delegation;
    delegation.id = row.get<OperationId>(0);
    delegation.from = row.get<OperationId>(1);
    delegation.to = row.get<OperationId>(2);
    delegation.from_username = row.get<std::string>(3);
    delegation.to_username = row.get<std::string>(4);
    delegation.valid_from = row.get<Instant>(5);
    delegation.valid_until = row.get<Instant>(6);
    delegation.reason = row.get<std::string>(7);
    delegation.approval = row.get<std::optional<OperationId>>(8);
    delegation.ended_by = row.get<std::string>(9);
    delegation.ended_at = row.get<std::optional<Instant>>(10);
    return delegation;
}

}  // namespace

awaitable<std::vector<Delegation>> list(pg::Transaction& tx, int limit) {
    const auto rows = co_await tx.execute(list_all, limit);
    std::vector<Delegation> found;
    for (const pg::Row row : rows)
        found.push_back(delegation_of(row));
    co_return found;
}

awaitable<std::optional<Delegation>> find_for_update(pg::Transaction& tx, OperationId id) {
    const auto rows = co_await tx.execute(get_for_update, id);
    const auto row = rows.first();
    if (!row)
        co_return std::nullopt;
    co_return delegation_of(*row);
}

awaitable<void> insert(pg::Transaction& tx, NewDelegation delegation, OperationId from,
                       OperationId approval) {
    co_await tx.execute(add, delegation.id, from, delegation.to, delegation.valid_from,
                        delegation.valid_until, delegation.reason, approval);
}

void end(pg::Transaction& tx, OperationId id, const std::string& by) {
    tx.send(end_one, id, by);
}

awaitable<bool> manages_staff(pg::Transaction& tx, OperationId principal) {
    const auto found = co_await tx.execute(may_manage, principal);
    co_return found.one().get<bool>(0);
}

}  // namespace cambist::office::delegations
