#include "gateway/http/forwarded.hpp"

#include <gtest/gtest.h>

namespace cambist::gateway {
namespace {

std::optional<std::string> address_of(std::initializer_list<std::string> fields) {
    Headers headers;
    headers.add("X-Real-IP", "9.9.9.9");
    for (const auto& field : fields)
        headers.add("x-forwarded-for", field);
    return forwarded_address(headers);
}

TEST(Forwarded, takes_what_the_proxy_added_and_nothing_that_the_client_wrote) {
    EXPECT_EQ(address_of({"10.0.0.1"}), "10.0.0.1");
    EXPECT_EQ(address_of({"8.8.8.8, 10.0.0.1"}), "10.0.0.1");
    EXPECT_EQ(address_of({"8.8.8.8,10.0.0.1"}), "10.0.0.1");
    EXPECT_EQ(address_of({"8.8.8.8", "7.7.7.7, 10.0.0.1"}), "10.0.0.1");
    EXPECT_EQ(address_of({"2001:db8::1"}), "2001:db8::1");
}

TEST(Forwarded, takes_only_addresses) {
    EXPECT_EQ(address_of({}), std::nullopt);
    for (const std::string none : {"", "unknown", "10.0.0.1:8080", "10.0.0", "8.8.8.8,",
                                   "fe80::1%1", "10.0.0.1\"}", "[2001:db8::1]"})
        EXPECT_EQ(address_of({none}), std::nullopt) << none;
}

}  // namespace
}  // namespace cambist::gateway
