#include "office/staff/session_store.hpp"

#include "office/staff/staff_store.hpp"

namespace cambist::office::sessions {
namespace {

using pg::Query;

constexpr Query find_shown{
    "session_find",
    "select " STAFF_COLUMNS
    ", n.id, n.device_id, n.state, n.ended_at is not null, n.security_version, "
    "  c.security_version, n.idle_expires_at, n.absolute_expires_at, n.stepped_up_at, "
    "  n.created_at, n.last_seen_at, clock_timestamp(), "
    "  act_as(n.staff_id, $2) "
    "from staff_session n join staff s on s.id = n.staff_id "
    "join staff_credential c on c.staff_id = n.staff_id where n.token_hash = $1"};
constexpr Query act_as_owner{"session_act",
                             "select set_config('cambist.session', n.id::text, true) "
                             "from staff_session n where n.token_hash = $1"};
constexpr Query name_session{"session_act_through",
                             "select set_config('cambist.session', $1::uuid::text, true)"};
constexpr Query mark_used{
    "session_touch",
    "update staff_session set last_seen_at = clock_timestamp(), "
    "  idle_expires_at = clock_timestamp() + make_interval(secs => $2) where id = "
    "  (select id from staff_session where id = $1 for no key update skip locked)"};
constexpr Query mark_stepped_up{
    "session_step_up", "update staff_session set stepped_up_at = clock_timestamp() where id = $1"};
constexpr Query add_session{
    "session_insert",
    "insert into staff_session (token_hash, staff_id, device_id, security_version, state, "
    "  idle_expires_at, absolute_expires_at, stepped_up_at, address, country, user_agent) "
    "select $1, $2, $3, c.security_version, $4, clock_timestamp() + make_interval(secs => $5), "
    "  clock_timestamp() + make_interval(secs => $6), case when $7 then clock_timestamp() end, "
    "  $8, $9, $10 from staff_credential c where c.staff_id = $2 "
    "returning id, idle_expires_at, absolute_expires_at"};
constexpr Query end_by_token{"session_end",
                             "update staff_session set ended_at = now(), ended_why = $2 "
                             "where token_hash = $1 and ended_at is null"};
constexpr Query end_by_id{"session_end_of",
                          "update staff_session set ended_at = now(), ended_why = 'revoked' "
                          "where id = $2 and staff_id = $1 and ended_at is null"};
constexpr Query end_all_but{
    "session_end_others",
    "update staff_session set ended_at = now(), ended_why = 'credentials_changed' "
    "where staff_id = $1 and id <> $2 and ended_at is null"};

#define IS_ALIVE                                                                          \
    "n.ended_at is null and n.idle_expires_at > now() and n.absolute_expires_at > now() " \
    "and n.security_version = c.security_version"
constexpr Query list_alive{
    "session_list",
    "select n.id, n.device_id, n.state, n.address, n.country, n.user_agent, n.created_at, "
    "  n.last_seen_at, n.idle_expires_at, n.absolute_expires_at "
    "from staff_session n join staff_credential c on c.staff_id = n.staff_id "
    "where n.staff_id = $1 and " IS_ALIVE " order by n.created_at, n.id limit 200"};
constexpr Query list_devices{
    "device_list",
    "select d.id, d.user_agent, d.address, d.country, d.first_seen_at, d.last_seen_at, "
    "  (select count(*) from staff_session n join staff_credential c on c.staff_id = n.staff_id "
    "    where n.device_id = d.id and " IS_ALIVE
    ") "
    "from staff_device d where d.staff_id = $1 and d.revoked_at is null "
    "order by d.last_seen_at desc, d.id limit 200"};
#undef IS_ALIVE
constexpr Query find_device{
    "device_find",
    "select id, staff_id = $1 from staff_device where token_hash = $2 and revoked_at is null "
    "order by staff_id = $1 desc limit 1"};
constexpr Query new_device{"device_insert",
                           "insert into staff_device (staff_id, token_hash, user_agent, address, "
                           "  country) values ($1, $2, $3, $4, $5) returning id"};
constexpr Query mark_device_seen{
    "device_see",
    "update staff_device set last_seen_at = now(), user_agent = $2, address = $3, "
    "  country = case when $4 = '' then country else $4 end where id = $1"};
constexpr Query forget_device{"device_revoke",
                              "update staff_device set revoked_at = now() "
                              "where staff_id = $1 and id = $2 and revoked_at is null"};
constexpr Query end_of_device{
    "session_end_of_device",
    "update staff_session set ended_at = now(), ended_why = 'device_revoked' "
    "where staff_id = $1 and device_id = $2 and ended_at is null"};

constexpr std::string_view endings[] = {"signed_out", "signed_in_again", "replaced", "revoked"};

SessionState state_from(std::string_view name) {
    return name == name_of(SessionState::active) ? SessionState::active : SessionState::enrolling;
}

}  // namespace

void enter_ahead(pg::Transaction& tx, const TokenHash& token, std::string_view permission) {
    tx.send_ahead(find_shown, pg::Bytes(token), permission);
    tx.send_ahead(act_as_owner, pg::Bytes(token));
}

std::optional<Shown> entered(pg::Transaction& tx) {
    const auto results = tx.take_ahead();
    const auto row = results[results.size() - 2].first();
    if (!row)
        return std::nullopt;
    Shown shown;
    shown.staff = staff::read(*row);
    int column = staff::column_count;
    shown.id = row->get<OperationId>(column++);
    shown.device = row->get<OperationId>(column++);
    shown.standing.state = state_from(row->get<std::string_view>(column++));
    shown.standing.ended = row->get<bool>(column++);
    shown.standing.version = row->get<std::int64_t>(column++);
    shown.standing.current_version = row->get<std::int64_t>(column++);
    shown.standing.owner = shown.staff.status;
    shown.standing.idle_expires_at = row->get<Instant>(column++);
    shown.standing.absolute_expires_at = row->get<Instant>(column++);
    shown.standing.stepped_up_at = row->get<std::optional<Instant>>(column++);
    shown.created_at = row->get<Instant>(column++);
    shown.last_seen_at = row->get<Instant>(column++);
    shown.now = row->get<Instant>(column++);
    shown.permitted = row->get<bool>(column);
    return shown;
}

void act_through(pg::Transaction& tx, OperationId session) {
    tx.send(name_session, session);
}

void touch(pg::Transaction& tx, OperationId session, const SessionLimits& limits) {
    tx.send(mark_used, session, std::int64_t{limits.idle.count()});
}

void step_up(pg::Transaction& tx, OperationId session) {
    tx.send(mark_stepped_up, session);
}

awaitable<Begun> insert(pg::Transaction& tx, NewSession session, SessionLimits limits) {
    const auto rows =
        co_await tx.execute(add_session, pg::Bytes(session.token), session.staff, session.device,
                            name_of(session.state), std::int64_t{limits.idle.count()},
                            std::int64_t{limits.absolute.count()}, session.code_shown,
                            session.address, session.country, session.user_agent);
    const auto row = rows.one();
    co_return Begun{row.get<OperationId>(0), row.get<Instant>(1), row.get<Instant>(2)};
}

void end(pg::Transaction& tx, TokenHash token, Ending why) {
    tx.send(end_by_token, pg::Bytes(token), endings[std::size_t(why)]);
}

awaitable<bool> end_of(pg::Transaction& tx, OperationId staff, OperationId session) {
    const auto ended = co_await tx.execute(end_by_id, staff, session);
    co_return ended.affected() == 1;
}

awaitable<std::int64_t> end_others(pg::Transaction& tx, OperationId staff, OperationId kept) {
    const auto ended = co_await tx.execute(end_all_but, staff, kept);
    co_return ended.affected();
}

awaitable<std::vector<Listed>> list(pg::Transaction& tx, OperationId staff) {
    const auto rows = co_await tx.execute(list_alive, staff);
    std::vector<Listed> all;
    for (const pg::Row row : rows)
        all.push_back({row.get<OperationId>(0), row.get<OperationId>(1),
                       state_from(row.get<std::string_view>(2)), row.get<std::string>(3),
                       row.get<std::string>(4), row.get<std::string>(5), row.get<Instant>(6),
                       row.get<Instant>(7), row.get<Instant>(8), row.get<Instant>(9)});
    co_return all;
}

awaitable<std::vector<Device>> devices(pg::Transaction& tx, OperationId staff) {
    const auto rows = co_await tx.execute(list_devices, staff);
    std::vector<Device> all;
    for (const pg::Row row : rows)
        all.push_back({row.get<OperationId>(0), row.get<std::string>(1), row.get<std::string>(2),
                       row.get<std::string>(3), row.get<Instant>(4), row.get<Instant>(5),
                       row.get<std::int64_t>(6)});
    co_return all;
}

awaitable<DeviceStanding> device_of(pg::Transaction& tx, OperationId staff, TokenHash token) {
    const auto rows = co_await tx.execute(find_device, staff, pg::Bytes(token));
    DeviceStanding standing;
    if (const auto row = rows.first()) {
        standing.issued = true;
        if (row->get<bool>(1))
            standing.id = row->get<OperationId>(0);
    }
    co_return standing;
}

awaitable<OperationId> add_device(pg::Transaction& tx, OperationId staff, TokenHash token,
                                  std::string user_agent, std::string address,
                                  std::string country) {
    const auto rows =
        co_await tx.execute(new_device, staff, pg::Bytes(token), user_agent, address, country);
    co_return rows.one().get<OperationId>(0);
}

void see_device(pg::Transaction& tx, OperationId device, const std::string& user_agent,
                const std::string& address, const std::string& country) {
    tx.send(mark_device_seen, device, user_agent, address, country);
}

awaitable<std::optional<std::int64_t>> revoke_device(pg::Transaction& tx, OperationId staff,
                                                     OperationId device) {
    const auto forgotten = co_await tx.execute(forget_device, staff, device);
    if (forgotten.affected() == 0)
        co_return std::nullopt;
    const auto ended = co_await tx.execute(end_of_device, staff, device);
    co_return ended.affected();
}

}  // namespace cambist::office::sessions
