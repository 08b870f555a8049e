#include "tests/integration/gateway/matrix_world.hpp"

#include <spdlog/fmt/fmt.h>

#include <map>

#include "tests/integration/gateway/running_gateway.hpp"

namespace cambist::gateway {
namespace {

constexpr std::uint64_t client_number = 1, person_number = 2, hold_number = 3, command_number = 4,
                        approval_number = 5;

/// Columns of the grant and their values; the partner above the near client's is 60.
std::string bounds_of(GrantScope scope) {
    switch (scope) {
        case GrantScope::everything:
            return "null, null, false, null, null, null, null";
        case GrantScope::entity:
            return "'{main}', null, false, null, null, null, null";
        case GrantScope::region:
            return "null, '{north}', false, null, null, null, null";
        case GrantScope::own_clients:
            return "null, null, true, null, null, null, null";
        case GrantScope::partner:
            return "null, null, false, '" + test_uuid(60) + "', null, null, null";
        case GrantScope::expired:
            return "null, null, false, null, now() - interval '1 second', null, null";
        case GrantScope::revoked:
            return "null, null, false, null, null, now(), 'test'";
    }
    return {};
}

/// What stands in the path for each name of a pattern.
std::string path_value(std::string_view name, const Belongings& about) {
    const std::map<std::string_view, std::string> values{
        {"client", about.id(client_number)},
        {"person", about.id(person_number)},
        {"login", about.login},
        {"hold", about.id(hold_number)},
        {"command", about.id(command_number)},
        {"approval", about.id(approval_number)},
        {"epoch", "1"},
        {"seq", about.seq},
        {"server", "1"},
        {"document", "approvals"},
        {"version", "1"},
    };
    const auto found = values.find(name);
    return found == values.end() ? test_uuid(999) : found->second;
}

bool is_of_client(std::string_view name) {
    return name != "server" && path_value(name, near_client()) != path_value(name, far_client());
}

/// Bodies that are right for what they name, by pattern; {0} the client, {1} a new id of its mark,
/// {2} its region, {3} its entity, {4} its approval.
const std::map<std::string_view, std::string_view>& bodies() {
    static const std::map<std::string_view, std::string_view> all{
        {"/v1/clients", R"({{"id":"{1}","person":{{"id":"{1}","kind":"natural","name":"A B"}},)"
                        R"("status":"registered","region":"{2}","legal_entity":"{3}"}})"},
        {"/v1/clients/batch",
         R"({{"items":[{{"id":"{1}","person":{{"id":"{1}","kind":"natural","name":"A B"}},)"
         R"("status":"registered","region":"{2}","legal_entity":"{3}",)"
         R"("accounts":[{{"server_id":"1","login":"1001","kind":"live"}}]}}]}})"},
        {"/v1/clients/{client}/status", R"({{"to":"restricted","cause":"review","reason":"r"}})"},
        {"/v1/clients/{client}/leverage-cap", R"({{"leverage_cap_x100":3000,"reason":"r"}})"},
        {"/v1/clients/{client}/classification",
         R"({{"classification":"professional","reason":"r"}})"},
        {"/v1/clients/{client}/assignment", R"({{"region":"{2}","reason":"r"}})"},
        {"/v1/accounts", R"({{"id":"{1}","server_id":"1","client_id":"{0}","group":"real\\usd",)"
                         R"("leverage_x100":10000,"kind":"live"}})"},
        {"/v1/accounts/{server}/{login}/client", R"({{"client_id":"{0}","kind":"live"}})"},
        {"/v1/accounts/{server}/{login}/state", R"({{"state":"close_only","reason":"r"}})"},
        {"/v1/accounts/{server}/{login}/leverage-cap",
         R"({{"leverage_cap_x100":3000,"reason":"r"}})"},
        {"/v1/accounts/{server}/{login}/holds",
         R"({{"id":"{1}","kind":"withdrawal","reason":"r"}})"},
        {"/v1/accounts/{server}/{login}/balance-operations",
         R"({{"id":"{1}","operation":"balance","amount":{{"amount":"50.00","currency":"USD"}},)"
         R"("comment":"c","reason":"r"}})"},
        {"/v1/accounts/{server}/{login}/leverage",
         R"({{"id":"{1}","leverage_x100":3000,"reason":"r"}})"},
        {"/v1/accounts/{server}/{login}/group",
         R"({{"id":"{1}","group":"real\\usd","reason":"r"}})"},
        {"/v1/accounts/{server}/{login}/disconnect", R"({{"id":"{1}"}})"},
        {"/v1/commands/{command}/settle", R"({{"outcome":"failed","reason":"r"}})"},
        {"/v1/approvals/{approval}/approve", R"({{"remark":"r"}})"},
        {"/v1/approvals/{approval}/reject", R"({{"remark":"r"}})"},
        {"/v1/approvals/{approval}/claim", "{{}}"},
        {"/v1/approvals/{approval}/release", "{{}}"},
        {"/v1/approvals/{approval}/edit",
         R"({{"body":{{"to":"approved","reason":"r"}},"reason":"r"}})"},
        {"/v1/approvals/decisions",
         R"({{"decision":"reject","remark":"r","items":[{{"id":"{4}","version":1}}]}})"},
    };
    return all;
}

std::string body_of(const Route& route, const Belongings& about) {
    static std::uint64_t last_id = 1000;
    const auto found = bodies().find(route.pattern);
    if (found == bodies().end())
        return R"({"reason":"r"})";
    const bool near = about.mark == near_client().mark;
    return fmt::format(fmt::runtime(found->second), about.id(client_number), about.id(++last_id),
                       near ? "north" : "south", near ? "main" : "other",
                       about.id(approval_number));
}

/// Does the body alone say whom it is about?
bool is_about_client_by_body(const Route& route) {
    const std::string_view pattern = route.pattern;
    return route.writes() && (pattern == "/v1/clients" || pattern == "/v1/clients/batch" ||
                              pattern == "/v1/accounts" || pattern == "/v1/approvals/decisions");
}

}  // namespace

std::string_view name_of(GrantScope scope) {
    constexpr std::string_view names[] = {"everything", "entity",  "region", "own clients",
                                          "partner",    "expired", "revoked"};
    return names[static_cast<std::size_t>(scope)];
}

bool is_in_force(GrantScope scope) {
    return scope != GrantScope::expired && scope != GrantScope::revoked;
}

std::string Belongings::id(std::uint64_t number) const {
    return fmt::format("{}-0000-4000-8000-{:012x}", mark, number);
}

const Belongings& near_client() {
    static const Belongings near{"beebeebe", "8888001", "1"};
    return near;
}

const Belongings& far_client() {
    static const Belongings far{"fafafafa", "7777001", "2"};
    return far;
}

MatrixWorld::MatrixWorld() {
    add_trading_server(database_);
    boss_ = add_session(database_, "boss", {});
    bounded_ = add_session(database_, "bounded", {});
    add_session(database_, "other", {});
    boss_id_ = staff_id("boss");
    bounded_id_ = staff_id("bounded");
    other_id_ = staff_id("other");
    database_.psql(
        fmt::format("set search_path = cambist;"
                    "insert into legal_entity values ('other', 'Other');"
                    "insert into partner values ('{0}', null, 'above');"
                    "insert into partner values ('{1}', '{0}', 'below');"
                    "insert into partner values ('{2}', null, 'elsewhere')",
                    test_uuid(60), test_uuid(61), test_uuid(62)));
    add_belongings(near_client(), fmt::format("'main', 'approved', 'north', '{}', '{}'",
                                              bounded_id_, test_uuid(61)));
    add_belongings(far_client(), fmt::format("'other', 'approved', 'south', '{}', '{}'", other_id_,
                                             test_uuid(62)));
}

std::string MatrixWorld::staff_id(const std::string& username) const {
    return database_.psql("select id from cambist.staff where username = '" + username + "'");
}

void MatrixWorld::add_belongings(const Belongings& of, const std::string& place) const {
    database_.psql(fmt::format(
        "set search_path = cambist;"
        "insert into person (id, name, country) values ('{1}', 'Ann {0}', 'GB');"
        "insert into client (id, person_id, legal_entity, status, region, manager_id, partner_id) "
        "values ('{2}', '{1}', {3});"
        "insert into account (server_id, login, client_id, group_name, group_id, leverage_x100, "
        "  balance, currency, currency_digits, server_version) "
        "values (1, {4}, '{2}', 'real\\usd', 7, 10000, 100000, 'USD', 2, 1);"
        "insert into hold (id, server_id, login, kind, placed_by) "
        "values ('{5}', 1, {4}, 'withdrawal', 'test');"
        "insert into command (id, server_id, login, kind, payload, body_hash, deadline_ns, "
        "  requested_by) values ('{6}', 1, {4}, 'disconnect', '{{}}', '', 0, 'test');"
        "insert into drift (server_id, login, field, office_value, server_value, found_by) "
        "values (1, {4}, 'group', 'a', 'b', 'rescan');"
        "insert into quarantine (server_id, epoch, seq, login, reason, frame) "
        "values (1, 1, {7}, {4}, 'test', '');"
        "insert into audit (actor, action, subject, client_id) "
        "values ('test', 'seen', 'client:{2}', '{2}');"
        "insert into outbox (topic, subject, payload, client_id) "
        "values ('seen', 'client:{2}', '{{}}', '{2}');"
        "with words as (select json_build_object('route', '/v1/clients/{{client}}/status', "
        "    'path', json_build_object('client', '{2}'), "
        "    'body', json_build_object('to', 'approved', 'reason', 'r'))::text as text) "
        "insert into approval (id, action, subject, subject_version, client_id, payload, "
        "  payload_hash, reason, maker, maker_id, levels, expires_at) "
        "select '{8}', 'client.change_status', 'client:{2}', '1', '{2}', text, "
        "  sha256(convert_to(text, 'UTF8')), 'r', 'staff:other', '{9}', "
        "  '[{{\"roles\": [\"compliance\"]}}]', now() + interval '1 day' from words",
        of.mark, of.id(person_number), of.id(client_number), place, of.login, of.id(hold_number),
        of.id(command_number), of.seq, of.id(approval_number), other_id_));
}

HttpClient::Fields MatrixWorld::only_grant(const std::string& role, GrantScope scope) {
    const bool unbounded = scope == GrantScope::everything;
    database_.psql(fmt::format(
        "set search_path = cambist;"
        "delete from role_grant;"
        "insert into role_grant (id, staff_id, role, granted_by, legal_entities, regions, "
        "  own_clients, partner_id, expires_at, revoked_at, revoked_by) "
        "values (gen_random_uuid(), '{0}', '{1}', 'test', {2});"
        "update staff_session s set security_version = c.security_version, stepped_up_at = now() "
        "  from staff_credential c where c.staff_id = s.staff_id",
        unbounded ? boss_id_ : bounded_id_, role, bounds_of(scope)));
    return unbounded ? boss_ : bounded_;
}

std::string MatrixWorld::state_of(const Belongings& of) const {
    return database_.psql(fmt::format(
        "set search_path = cambist;"
        "select (select c from client c where id = '{0}'),"
        "  (select p from person p where p.id = (select person_id from client where id = '{0}')),"
        "  (select array_agg(a order by login) from account a where client_id = '{0}'),"
        "  (select array_agg(h order by id) from hold h where login = {1}),"
        "  (select array_agg(o order by id) from command o where login = {1}),"
        "  (select array_agg(p order by id) from approval p where client_id = '{0}'),"
        "  (select count(*) from quarantine where login = {1}),"
        "  (select count(*) from audit where client_id = '{0}')",
        of.id(client_number), of.login));
}

MatrixRequest request_of(const Route& route, const Belongings& about) {
    MatrixRequest request;
    request.names_client = is_about_client_by_body(route);
    for (std::string_view rest = route.pattern; !rest.empty();) {
        const auto open = rest.find('{');
        request.target += rest.substr(0, open);
        if (open == std::string_view::npos)
            break;
        const auto close = rest.find('}');
        const auto name = rest.substr(open + 1, close - open - 1);
        request.target += path_value(name, about);
        request.names_client = request.names_client || is_of_client(name);
        rest.remove_prefix(close + 1);
    }
    if (route.pattern == "/v1/search")
        request.target += "?q=" + about.id(client_number);
    if (route.pattern == "/v1/events")
        request.target += "?start=beginning&limit=1000";
    if (route.pattern == "/v1/audit" || route.pattern == "/v1/approvals" ||
        route.pattern == "/v1/clients" || route.pattern == "/v1/accounts")
        request.target += route.writes() ? "" : "?limit=1000";
    if (route.writes())
        request.body = body_of(route, about);
    return request;
}

}  // namespace cambist::gateway
