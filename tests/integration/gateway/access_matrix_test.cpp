#include <gmock/gmock.h>
#include <spdlog/fmt/fmt.h>

#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <vector>

#include "tests/integration/gateway/matrix_world.hpp"
#include "tests/integration/gateway/running_gateway.hpp"

namespace cambist::gateway {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;

/// Who may do what, as docs/roles.md says and as the gateway answers.
class AccessMatrix : public testing::Test {
  protected:
    AccessMatrix() {
        read_table();
        std::istringstream names(world.database().psql("select name from cambist.role"));
        for (std::string line; std::getline(names, line);)
            roles.push_back(line);
    }

    /// Every route under that grant, about the near and the far client.
    void walk(const std::string& role, GrantScope scope) {
        const auto fields = world.only_grant(role, scope);
        const auto far_before = world.state_of(far_client());
        for (const Route& route : routes()) {
            if (route.permission.empty())
                continue;
            const bool permitted = is_in_force(scope) && may_ask(role, route);
            const std::string cell =
                fmt::format("{} of {}: {} ", role, name_of(scope), route.pattern);
            const auto near = request_of(route, near_client());
            const bool inside = permitted && can_be_inside(route, scope);
            compare(cell + "near", inside, ask(route, near, fields), near.names_client);
            if (near.names_client && permitted)
                compare(cell + "far", scope == GrantScope::everything,
                        ask(route, request_of(route, far_client()), fields), true);
            if (!near.names_client && !route.writes() && permitted)
                look_through(cell, route, scope, fields);
        }
        if (scope != GrantScope::everything && world.state_of(far_client()) != far_before)
            extra.push_back(fmt::format("{} of {} changed the far client", role, name_of(scope)));
    }

    void report() const {
        for (const std::string& cell : extra)
            std::cout << "extra allow: " << cell << '\n';
        for (const std::string& cell : missing)
            std::cout << "missing allow: " << cell << '\n';
        std::cout << compared << " cells, extra allows " << extra.size() << ", missing allows "
                  << missing.size() << '\n';
    }

    MatrixWorld world;
    RunningGateway gateway{world.database().settings("cambist_gateway")};
    HttpClient http = gateway.client();
    std::vector<std::string> roles;
    std::set<std::string> held;  ///< `role permission`
    std::vector<std::string> extra, missing;
    int compared = 0, requests = 0;

  private:
    /// Rows such as "| `client.read` | support, sales |".
    void read_table() {
        std::ifstream table(CAMBIST_ROLES);
        for (std::string line; std::getline(table, line);) {
            const auto permission = line.find('`'), end = line.find("` |");
            if (!line.starts_with("| `") || end == std::string::npos)
                continue;
            std::istringstream roles_of(line.substr(end + 3, line.rfind('|') - end - 3));
            for (std::string role; std::getline(roles_of >> std::ws, role, ',');)
                held.insert(role.substr(0, role.find(' ')) + " " +
                            line.substr(permission + 1, end - permission - 1));
        }
    }

    /// Other words for what waits are for those who could have asked for it.
    bool may_ask(const std::string& role, const Route& route) const {
        const bool edits = route.pattern == "/v1/approvals/{approval}/edit";
        return held.contains(role + " " + std::string(route.permission)) &&
               (!edits || held.contains(role + " client.change_status"));
    }

    /// Nobody gives a client to a partner while adding them.
    static bool can_be_inside(const Route& route, GrantScope scope) {
        const bool adds = route.writes() && route.permission == "client.register";
        return !adds || (scope != GrantScope::partner && scope != GrantScope::own_clients);
    }

    ReceivedAnswer ask(const Route& route, const MatrixRequest& request,
                       const HttpClient::Fields& fields) {
        if (!route.writes())
            return http.ask("GET", request.target, fields);
        auto sent = with_request_key(fields, "m" + std::to_string(++requests));
        if (route.pattern.starts_with("/v1/approvals/{approval}/"))
            sent.emplace_back("If-Match", "\"v1\"");
        return http.ask("POST", request.target, sent, request.body);
    }

    static bool is_refused(const ReceivedAnswer& answer, bool names_client) {
        if (answer.status == 401 || answer.code() == "permission_missing")
            return true;
        return names_client &&
               (answer.status == 404 || answer.body.contains("out_of_scope") ||
                answer.body.contains("unknown_client") || answer.body.contains("unknown_approval"));
    }

    void compare(const std::string& cell, bool expected, const ReceivedAnswer& answer,
                 bool names_client) {
        ++compared;
        const bool allowed = !is_refused(answer, names_client);
        const std::string told = fmt::format("{} {} {}", cell, answer.status, answer.body);
        EXPECT_LT(answer.status, 500) << told;
        if (allowed && !expected)
            extra.push_back(told);
        if (!allowed && expected)
            missing.push_back(told);
    }

    /// What names nothing of a client shows the far one to nobody but who may see everything.
    void look_through(const std::string& cell, const Route& route, GrantScope scope,
                      const HttpClient::Fields& fields) {
        static const std::set<std::string_view> lists{
            "/v1/clients", "/v1/clients/export", "/v1/accounts", "/v1/drift",
            "/v1/audit",   "/v1/approvals",      "/v1/events",   "/v1/servers/{server}/quarantine"};
        const bool everything = scope == GrantScope::everything;
        const auto shows = [](const ReceivedAnswer& answer, const Belongings& of) {
            return answer.body.contains(of.mark) || answer.body.contains(of.login);
        };
        ++compared;
        const auto answer = ask(route, request_of(route, near_client()), fields);
        const bool far = shows(answer, far_client());
        if (route.pattern == "/v1/search")
            return look_for_far(cell, everything, fields);
        if (route.pattern == "/v1/clients/count")
            return compare_count(cell, answer);
        if (far && !everything)
            extra.push_back(cell + answer.body);
        if (lists.contains(route.pattern) &&
            (!shows(answer, near_client()) || (everything && !far)))
            missing.push_back(cell + answer.body);
    }

    void look_for_far(const std::string& cell, bool everything, const HttpClient::Fields& fields) {
        for (const std::string& text : {far_client().login, far_client().id(1)}) {
            const auto answer = http.ask("GET", "/v1/search?q=" + text, fields);
            EXPECT_EQ(answer.status, 200) << answer.body;
            const bool found = answer.body.contains(far_client().mark);
            if (found && !everything)
                extra.push_back(cell + answer.body);
            if (!found && everything)
                missing.push_back(cell + answer.body);
        }
    }

    /// As many as the database itself counts in the scope of the one grant that there is.
    void compare_count(const std::string& cell, const ReceivedAnswer& answer) {
        const std::string count = world.database().psql(
            "select count(*) from cambist.client c, cambist.role_grant g "
            "where (g.legal_entities is null or c.legal_entity = any(g.legal_entities)) "
            "and (g.regions is null or c.region = any(g.regions)) "
            "and (not g.own_clients or c.manager_id = g.staff_id) "
            "and (g.partner_id is null or c.partner_id in (select partner_id "
            "  from cambist.partner_subtree where ancestor_id = g.partner_id))");
        const auto counted = answer.body == "{\"count\":" + count + "}";
        const bool more =
            answer.body.size() > count.size() + 10 || answer.body > "{\"count\":" + count + "}";
        if (!counted)
            (more ? extra : missing).push_back(cell + answer.body + " of " + count);
    }
};

TEST_F(AccessMatrix, every_role_does_in_its_scope_what_the_data_says_and_nothing_else) {
    for (const std::string& role : roles)
        for (const GrantScope scope : grant_scopes)
            walk(role, scope);
    report();
    EXPECT_THAT(extra, IsEmpty());
    EXPECT_THAT(missing, IsEmpty());
    EXPECT_GT(compared, 5000);
}

TEST_F(AccessMatrix, finds_a_filter_that_shows_too_much) {
    world.database().psql("alter policy in_scope on cambist.client using (true)");
    walk("compliance", GrantScope::region);
    EXPECT_THAT(extra,
                IsSupersetOf({HasSubstr("/v1/clients/{client} far 200"),
                              HasSubstr("/v1/clients/{client}/status far 200"),
                              HasSubstr("/v1/clients/count"), HasSubstr("/v1/search"),
                              HasSubstr("/v1/clients/export"), HasSubstr("changed the far")}));
}

TEST_F(AccessMatrix, finds_a_filter_that_shows_too_little) {
    world.database().psql("alter policy in_scope on cambist.account using (false)");
    walk("compliance", GrantScope::everything);
    EXPECT_THAT(extra, IsEmpty());
    EXPECT_THAT(missing, IsSupersetOf({HasSubstr("/v1/accounts {"),
                                       HasSubstr("/v1/accounts/{server}/{login} near 404")}));
}

TEST_F(AccessMatrix, finds_a_permission_that_was_slipped_in) {
    world.database().psql("insert into cambist.role_permission values ('support', 'staff.manage')");
    walk("support", GrantScope::everything);
    EXPECT_THAT(extra, Contains(HasSubstr("/v1/staff ")));
}

TEST_F(AccessMatrix, is_walked_by_the_roles_and_permissions_that_there_are) {
    std::istringstream rows(
        world.database().psql("select role || ' ' || permission from cambist.role_permission"));
    std::set<std::string> stored;
    for (std::string row; std::getline(rows, row);)
        stored.insert(row);
    EXPECT_EQ(held, stored);
}

}  // namespace
}  // namespace cambist::gateway
