#include "gateway/http/router.hpp"

#include <gtest/gtest.h>

namespace cambist::gateway {
namespace {

Router example() {
    Router router;
    router.add(Verb::get, "/v1/clients");
    router.add(Verb::post, "/v1/clients");
    router.add(Verb::post, "/v1/clients/batch");
    router.add(Verb::get, "/v1/clients/{id}");
    router.add(Verb::post, "/v1/clients/{id}/status");
    return router;
}

TEST(Router, gives_the_route_and_the_values_of_its_path) {
    const auto match = example().find("POST", {"v1", "clients", "c1", "status"});
    ASSERT_TRUE(match);
    EXPECT_EQ(match->route, 4u);
    EXPECT_EQ(match->values, (PathValues{{"id", "c1"}}));
}

TEST(Router, prefers_the_literal_segment) {
    EXPECT_EQ(example().find("POST", {"v1", "clients", "batch"})->route, 2u);
    EXPECT_EQ(example().find("GET", {"v1", "clients", "b"})->route, 3u);
}

TEST(Router, answers_head_where_get_is) {
    EXPECT_EQ(example().find("HEAD", {"v1", "clients"})->route, 0u);
    EXPECT_FALSE(example().find("HEAD", {"v1", "clients", "c1", "status"}));
}

TEST(Router, names_the_allowed_methods) {
    const auto wrong = example().find("DELETE", {"v1", "clients"});
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().problem->status, 405);
    EXPECT_EQ(wrong.error().allow, "GET, HEAD, POST, OPTIONS");
    const auto options = example().find("OPTIONS", {"v1", "clients", "c1"});
    ASSERT_FALSE(options);
    EXPECT_FALSE(options.error().problem);
    EXPECT_EQ(options.error().allow, "GET, HEAD, OPTIONS");
}

TEST(Router, an_unknown_method_is_not_allowed_and_an_unknown_path_is_not_found) {
    EXPECT_EQ(example().find("BREW", {"v1", "clients"}).error().problem->status, 405);
    EXPECT_EQ(example().find("GET", {"v2"}).error().problem->status, 404);
    EXPECT_EQ(example().find("GET", {}).error().problem->status, 404);
    EXPECT_EQ(example().find("GET", {"v1", "clients", "a", "b"}).error().problem->status, 404);
}

}  // namespace
}  // namespace cambist::gateway
