#include "gateway/http/framing.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cambist::gateway {
namespace {

using namespace std::string_literals;

/// What a server that reads the whole text at once would answer.
std::optional<Problem> verdict_on(const std::string& text) {
    const HeaderLimits limits;
    const auto end = find_header_end(text, 0, limits);
    if (!end)
        return end.error();
    if (!*end)
        return Problem{0, "incomplete", "", {}, {}};
    return check_header(std::string_view(text).substr(0, **end), limits);
}

TEST(Framing, takes_a_plain_request) {
    EXPECT_FALSE(verdict_on("GET /v1 HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n"));
    EXPECT_FALSE(verdict_on("POST /v1 HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}"));
    EXPECT_FALSE(verdict_on("GET /v1 HTTP/1.0\r\n\r\n"));
}

TEST(Framing, finds_the_end_whatever_the_pieces_in_which_it_arrives) {
    const std::string text = "GET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
    const HeaderLimits limits;
    for (std::size_t first = 0; first < text.size(); ++first) {
        const auto early = find_header_end(text.substr(0, first), 0, limits);
        ASSERT_TRUE(early);
        const std::size_t size = text.size() - 4;
        if (*early)
            EXPECT_EQ(**early, size);
        else
            EXPECT_EQ(find_header_end(text, first, limits).value().value(), size) << first;
    }
}

struct BadHeader {
    const char* name;
    std::string text;
    int status;
    const char* code;
};

class BadHeaders : public ::testing::TestWithParam<BadHeader> {};

TEST_P(BadHeaders, are_refused_with_status_and_code) {
    const auto problem = verdict_on(GetParam().text);
    ASSERT_TRUE(problem);
    EXPECT_EQ(problem->status, GetParam().status);
    EXPECT_EQ(problem->code, GetParam().code);
}

std::string post_with(const std::string& fields) {
    return "POST /v1 HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

std::string many_fields() {
    std::string text;
    for (int i = 0; i < 100; ++i)
        text += "X-" + std::to_string(i) + ": 1\r\n";
    return text;
}

INSTANTIATE_TEST_SUITE_P(
    Framing, BadHeaders,
    ::testing::Values(
        BadHeader{"length_and_coding",
                  post_with("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"), 400,
                  "bad_framing"},
        BadHeader{"two_lengths", post_with("Content-Length: 2\r\nContent-Length: 3\r\n"), 400,
                  "bad_framing"},
        BadHeader{"two_equal_lengths", post_with("Content-Length: 2\r\nContent-Length: 2\r\n"), 400,
                  "bad_framing"},
        BadHeader{"length_list", post_with("Content-Length: 2, 2\r\n"), 400, "bad_framing"},
        BadHeader{"negative_length", post_with("Content-Length: -1\r\n"), 400, "bad_framing"},
        BadHeader{"signed_length", post_with("Content-Length: +2\r\n"), 400, "bad_framing"},
        BadHeader{"hexadecimal_length", post_with("Content-Length: 0x2\r\n"), 400, "bad_framing"},
        BadHeader{"huge_length", post_with("Content-Length: 99999999999999999999\r\n"), 400,
                  "bad_framing"},
        BadHeader{"unknown_coding", post_with("Transfer-Encoding: gzip, chunked\r\n"), 400,
                  "bad_framing"},
        BadHeader{"hidden_coding", post_with("Transfer-Encoding: xchunked\r\n"), 400,
                  "bad_framing"},
        BadHeader{"two_codings",
                  post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400,
                  "bad_framing"},
        BadHeader{"coding_in_http_1_0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
                  400, "bad_framing"},
        BadHeader{"folded_line", post_with("X: a\r\n b\r\n"), 400, "bad_framing"},
        BadHeader{"space_before_colon", post_with("Content-Length : 2\r\n"), 400, "bad_framing"},
        BadHeader{"no_colon", post_with("garbage\r\n"), 400, "bad_framing"},
        BadHeader{"no_name", post_with(": x\r\n"), 400, "bad_framing"},
        BadHeader{"control_in_value", post_with("X: a\x01\r\n"), 400, "bad_framing"},
        BadHeader{"nul", "GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n"s, 400, "bad_framing"},
        BadHeader{"bare_line_feed", "GET / HTTP/1.1\nHost: a\n\n", 400, "bad_framing"},
        BadHeader{"bare_carriage_return", "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400,
                  "bad_framing"},
        BadHeader{"empty_line_first", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_framing"},
        BadHeader{"no_host", "GET / HTTP/1.1\r\n\r\n", 400, "bad_framing"},
        BadHeader{"two_hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "bad_framing"},
        BadHeader{"http_0_9", "GET /\r\n\r\n", 400, "bad_framing"},
        BadHeader{"http_2", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, "http_version"},
        BadHeader{"lower_case_version", "GET / http/1.1\r\nHost: a\r\n\r\n", 400, "bad_framing"},
        BadHeader{"space_in_target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_framing"},
        BadHeader{"method_not_a_token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_framing"},
        BadHeader{"tls_hello", "\x16\x03\x01\x02\r\n\r\n", 400, "bad_framing"},
        BadHeader{"too_many_fields", post_with(many_fields()), 431, "too_many_headers"},
        BadHeader{"too_large", post_with("X: " + std::string(64 * 1024, 'a') + "\r\n"), 431,
                  "header_too_large"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace cambist::gateway
