#include "gateway/auth/client_address.hpp"

#include <gtest/gtest.h>

namespace cambist::gateway {
namespace {

const ProxyTrust trust{.addresses = {"10.0.0.1", "10.0.0.2"}, .country_header = "X-Country"};

using Fields = std::initializer_list<std::pair<std::string, std::string>>;

Request from(const std::string& peer, Fields fields) {
    Request request;
    request.peer = peer;
    for (const auto& [name, value] : fields)
        request.headers.add(name, value);
    return request;
}

std::string address(const std::string& peer, const std::string& named) {
    return client_address(from(peer, {{"X-Forwarded-For", named}}), trust);
}

TEST(ClientAddress, is_the_other_end_unless_that_is_a_proxy_of_ours) {
    EXPECT_EQ(address("8.8.8.8", "1.1.1.1"), "8.8.8.8");
    EXPECT_EQ(client_address(from("10.0.0.1", {}), trust), "10.0.0.1");
    EXPECT_EQ(address("10.0.0.1", "1.1.1.1"), "1.1.1.1");
}

TEST(ClientAddress, is_the_last_that_is_no_proxy_of_ours) {
    EXPECT_EQ(address("10.0.0.1", "9.9.9.9, 1.1.1.1"), "1.1.1.1")
        << "the first is the client's word";
    EXPECT_EQ(address("10.0.0.1", "9.9.9.9, 1.1.1.1, 10.0.0.2"), "1.1.1.1");
    EXPECT_EQ(address("10.0.0.1", "10.0.0.2,10.0.0.2"), "10.0.0.2");
}

TEST(ClientAddress, is_written_in_one_form) {
    EXPECT_EQ(address("10.0.0.1", "2001:DB8:0::1"), "2001:db8::1");
    EXPECT_EQ(address("10.0.0.1", "  1.1.1.1 "), "1.1.1.1");
}

TEST(ClientAddress, is_nothing_that_is_no_address) {
    for (const char* named : {"", "unknown", "1.1.1", "1.1.1.1:80", "[2001:db8::1]", "9.9.9.9, x"})
        EXPECT_EQ(address("10.0.0.1", named), "10.0.0.1") << named;
}

TEST(ClientAddress, is_read_from_several_fields_as_from_one) {
    EXPECT_EQ(client_address(from("10.0.0.1",
                                  {{"X-Forwarded-For", "9.9.9.9"}, {"x-forwarded-for", "1.1.1.1"}}),
                             trust),
              "1.1.1.1");
}

TEST(ClientCountry, is_said_by_a_proxy_of_ours_alone) {
    EXPECT_EQ(client_country(from("10.0.0.1", {{"X-Country", "MT"}}), trust), "MT");
    EXPECT_EQ(client_country(from("8.8.8.8", {{"X-Country", "MT"}}), trust), "");
    EXPECT_EQ(client_country(from("10.0.0.1", {}), trust), "");
    EXPECT_EQ(client_country(from("10.0.0.1", {{"X-Country", "MT"}, {"X-Country", "US"}}), trust),
              "");
    EXPECT_EQ(client_country(from("10.0.0.1", {{"X-Country", "MT"}}),
                             {.addresses = {"10.0.0.1"}, .country_header = ""}),
              "");
    for (const char* said : {"", "M", "mt", "MLT", "T1", "M "})
        EXPECT_EQ(client_country(from("10.0.0.1", {{"X-Country", said}}), trust), "") << said;
}

}  // namespace
}  // namespace cambist::gateway
