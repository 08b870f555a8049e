#include "office/staff/api_key.hpp"

#include <gtest/gtest.h>

#include "gateway/auth/request_key.hpp"
#include "office/staff/permission.hpp"

namespace cambist::gateway {
namespace {

using office::ApiKey;
using office::KeyText;

ApiKey kept(const KeyText& text) {
    ApiKey key;
    key.id = text.id;
    key.hash = office::hash_of(text);
    return key;
}

TEST(ApiKey, is_read_back_as_it_was_made_and_opens_itself_alone) {
    const auto one = KeyText::random(), other = KeyText::random();
    const auto again = KeyText::from(one.text());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->text(), one.text());
    EXPECT_NE(one.text(), other.text());
    EXPECT_TRUE(office::opens(*again, kept(one)));
    EXPECT_FALSE(office::opens(other, kept(one)));
    EXPECT_FALSE(office::opens(one, std::nullopt));
}

TEST(ApiKey, opens_nothing_once_ended) {
    const auto text = KeyText::random();
    ApiKey key = kept(text);
    key.ended = true;
    EXPECT_FALSE(office::opens(text, key));
}

TEST(ApiKey, has_one_form_of_text) {
    const std::string good = KeyText::random().text();
    std::string upper = good;
    upper[10] = 'A';
    for (const std::string& bad :
         {std::string(), good.substr(1), good + "0", good + "\n", upper, "xmb" + good.substr(3),
          good.substr(0, 20) + "-" + good.substr(21)})
        EXPECT_FALSE(KeyText::from(bad)) << bad;
}

TEST(Permissions, are_those_that_routes_ask_for_and_two_are_for_people_alone) {
    EXPECT_TRUE(office::is_known_permission("client.read"));
    EXPECT_FALSE(office::is_known_permission("client"));
    EXPECT_FALSE(office::is_known_permission(""));
    EXPECT_TRUE(office::is_for_people_alone("approval.decide"));
    EXPECT_TRUE(office::is_for_people_alone("delegation.create"));
    EXPECT_FALSE(office::is_for_people_alone("approval.read"));
}

Request request_to(const std::string& method, std::vector<std::string> segments) {
    Request request;
    request.method = method;
    request.target.segments = std::move(segments);
    return request;
}

TEST(RequestKey, binds_method_path_and_body) {
    const auto hash = [](const Request& request, const char* body) {
        return bind("a", "k", "/r", request, body).hash;
    };
    const auto post = request_to("POST", {"v1", "a"});
    EXPECT_EQ(hash(post, "{}"), hash(post, "{}"));
    EXPECT_NE(hash(post, "{}"), hash(post, "{} "));
    EXPECT_NE(hash(post, "{}"), hash(request_to("PUT", {"v1", "a"}), "{}"));
    EXPECT_NE(hash(post, "{}"), hash(request_to("POST", {"v1", "b"}), "{}"));
    EXPECT_NE(hash(post, "{}"), hash(request_to("POST", {"v1"}), "{}"));
}

}  // namespace
}  // namespace cambist::gateway
