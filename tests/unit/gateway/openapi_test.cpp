#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <string>

#include "gateway/routes/table.hpp"

namespace cambist::gateway {
namespace {

/// One operation of the document, as far as the route table says the same.
struct Operation {
    std::string permission;
    KeyRule key = KeyRule::none;
    std::set<std::string> parameters;
    bool open = false, has_body = false, people_only = false, step_up = false;
};

/// Where two lists have parameters of one name that take different words, the audit's is set apart.
std::string parameter_named(const std::string& reference) {
    constexpr std::string_view apart = "audit_";
    return reference.starts_with(apart) ? reference.substr(apart.size()) : reference;
}

/// By "get /v1/servers"; reads the document's own layout: two blanks a level.
std::map<std::string, Operation> documented() {
    std::ifstream file(CAMBIST_OPENAPI);
    std::map<std::string, Operation> operations;
    std::string path;
    Operation* operation = nullptr;
    const std::string reference = "- $ref: '#/components/parameters/";
    for (std::string line; std::getline(file, line) && !line.starts_with("components:");) {
        const auto indent = line.find_first_not_of(' ');
        const std::string text = indent == std::string::npos ? "" : line.substr(indent);
        if (indent == 2 && text.starts_with("/")) {
            path = text.substr(0, text.size() - 1);
            operation = nullptr;
        } else if (indent == 4 && (text == "get:" || text == "post:" || text == "put:")) {
            operation = &operations[text.substr(0, text.size() - 1) + " " + path];
        } else if (operation && text.starts_with("x-permission: ")) {
            operation->permission = text.substr(14);
        } else if (operation && text == "security: []") {
            operation->open = true;
        } else if (operation && text == "security: [{session: []}]") {
            operation->people_only = true;
        } else if (operation && text == "x-step-up: true") {
            operation->step_up = true;
        } else if (operation && text.starts_with("requestBody:")) {
            operation->has_body = true;
        } else if (operation && text == reference + "idempotency_key_required'") {
            operation->key = KeyRule::required;
        } else if (operation && text == reference + "idempotency_key_optional'") {
            operation->key = KeyRule::optional;
        } else if (operation && text.starts_with(reference) &&
                   text.find("/if_") == std::string::npos) {
            operation->parameters.insert(
                parameter_named(text.substr(reference.size(), text.size() - reference.size() - 1)));
        }
    }
    return operations;
}

std::string name_in_document(Verb verb, std::string_view pattern) {
    const std::string_view word = verb == Verb::get    ? "get "
                                  : verb == Verb::post ? "post "
                                                       : "put ";
    return std::string(word) + std::string(pattern);
}

TEST(OpenApi, says_of_every_route_what_the_table_says) {
    const auto operations = documented();
    for (const Route& route : routes()) {
        const auto name = name_in_document(route.verb, route.pattern);
        const auto found = operations.find(name);
        ASSERT_NE(found, operations.end()) << name << " is not documented";
        const Operation& operation = found->second;
        EXPECT_EQ(operation.permission, route.permission) << name;
        EXPECT_TRUE(operation.key == route.key) << name;
        EXPECT_EQ(operation.has_body, route.writes()) << name;
        EXPECT_EQ(operation.open, route.callers == Callers::anybody) << name;
        const bool people_only =
            route.callers == Callers::people || route.callers == Callers::enrolling;
        EXPECT_EQ(operation.people_only, people_only) << name;
        EXPECT_EQ(operation.step_up, route.step_up) << name;
        const std::set<std::string> parameters(route.parameters.begin(), route.parameters.end());
        EXPECT_EQ(operation.parameters, parameters) << name;
    }
    for (const std::string_view pattern : open_routes()) {
        const auto found = operations.find("get " + std::string(pattern));
        ASSERT_NE(found, operations.end()) << pattern << " is not documented";
        EXPECT_TRUE(found->second.open) << pattern;
    }
}

TEST(OpenApi, documents_no_route_that_is_not_there) {
    std::set<std::string> known;
    for (const Route& route : routes())
        known.insert(name_in_document(route.verb, route.pattern));
    for (const std::string_view pattern : open_routes())
        known.insert("get " + std::string(pattern));
    for (const auto& [name, operation] : documented())
        EXPECT_TRUE(known.contains(name)) << name;
    EXPECT_EQ(documented().size(), known.size());
}

TEST(RouteTable, what_creates_or_moves_money_needs_an_idempotency_key) {
    for (const Route& route : routes()) {
        const bool orders =
            route.writes() &&
            (route.permission.starts_with("account.operate") ||
             route.permission.starts_with("account.open") ||
             route.permission == "account.set_leverage" ||
             route.permission == "account.move_group" || route.permission == "account.disconnect" ||
             route.pattern.ends_with("/holds") || route.pattern.starts_with("/v1/clients/batch") ||
             route.pattern == "/v1/clients" || route.pattern == "/v1/servers");
        if (orders)
            EXPECT_TRUE(route.key == KeyRule::required) << route.pattern;
        if (!route.writes())
            EXPECT_TRUE(route.key == KeyRule::none) << route.pattern;
    }
}

}  // namespace
}  // namespace cambist::gateway
