#include "office/staff/sign_in_store.hpp"

namespace cambist::office::sign_ins {
namespace {

using pg::Query;

constexpr Query add_record{
    "sign_in_append",
    "insert into sign_in (username_hash, staff_id, session_id, address, country, device_id, "
    "  user_agent, outcome, cause, flags, request_id) "
    "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"};
constexpr Query get_past{
    "sign_in_past",
    "select $2 = '' or exists (select from sign_in where staff_id = $1 and country = $2 "
    "                            and outcome = 'signed_in'), "
    "  exists (select from effective_scope where principal_id = $1 "
    "            and permission in ('approval.decide', 'staff.manage'))"};
constexpr Query list_records{
    "sign_in_list",
    "select i.id, i.at, i.staff_id, i.session_id, i.device_id, coalesce(s.username, ''), "
    "  i.address, i.country, i.user_agent, i.outcome, i.cause, i.request_id, i.flags "
    "from sign_in i left join staff s on s.id = i.staff_id "
    "where ($1 = 0 or i.id < $1) and ($2::uuid is null or i.staff_id = $2) "
    "  and (not $3 or i.flags <> '{}') and ($4 = '' or $4 = any(i.flags)) "
    "order by i.id desc limit $5"};

Listed listed_of(const pg::Row& row) {
    Listed listed;
    listed.id = row.get<std::int64_t>(0);
    listed.at = row.get<Instant>(1);
    listed.staff = row.get<std::optional<OperationId>>(2);
    listed.session = row.get<std::optional<OperationId>>(3);
    listed.device = row.get<std::optional<OperationId>>(4);
    listed.username = row.get<std::string>(5);
    listed.address = row.get<std::string>(6);
    listed.country = row.get<std::string>(7);
    listed.user_agent = row.get<std::string>(8);
    listed.outcome = row.get<std::string>(9);
    listed.cause = row.get<std::string>(10);
    listed.request_id = row.get<std::string>(11);
    listed.flags = row.get<std::vector<std::string>>(12);
    return listed;
}

}  // namespace

void append(pg::Transaction& tx, const Record& record) {
    tx.send(add_record, pg::Bytes(record.username), record.staff, record.session, record.address,
            record.country, record.device, record.user_agent, record.outcome, record.cause,
            record.flags, record.request_id);
}

awaitable<Past> past_of(pg::Transaction& tx, OperationId staff, std::string country) {
    const auto rows = co_await tx.execute(get_past, staff, country);
    const auto row = rows.one();
    co_return Past{row.get<bool>(0), row.get<bool>(1)};
}

awaitable<std::vector<Listed>> list(pg::Transaction& tx, Filter filter, int limit) {
    const auto rows =
        co_await tx.execute(list_records, filter.before, filter.staff.value_or(OperationId{}),
                            filter.abnormal_only, filter.flag, std::int64_t{limit});
    std::vector<Listed> all;
    for (const pg::Row row : rows)
        all.push_back(listed_of(row));
    co_return all;
}

}  // namespace cambist::office::sign_ins
