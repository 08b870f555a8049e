#include "gateway/ctl/outcome.hpp"

#include <gtest/gtest.h>

namespace cambist::ctl {
namespace {

HttpAnswer answer(long status, std::string body = "") {
    return {.status = status,
            .headers = {{"content-type", "application/json"}},
            .body = std::move(body)};
}

TEST(ExitCodes, follow_from_the_answer) {
    EXPECT_EQ(exit_code_of(answer(200), true), ExitCode::done);
    EXPECT_EQ(exit_code_of(answer(201), true), ExitCode::done);
    EXPECT_EQ(exit_code_of(answer(204), true), ExitCode::done);
    EXPECT_EQ(exit_code_of(answer(202, R"({"id":"1","status":"queued"})"), true), ExitCode::done);
    EXPECT_EQ(exit_code_of(answer(202, R"({"approval":{"id":"1"}})"), true),
              ExitCode::needs_approval);
    EXPECT_EQ(exit_code_of(answer(401), true), ExitCode::not_allowed);
    EXPECT_EQ(exit_code_of(answer(403), true), ExitCode::not_allowed);
    for (const long status : {400, 404, 409, 412, 413, 415, 422})
        EXPECT_EQ(exit_code_of(answer(status), true), ExitCode::refused) << status;
    for (const long status : {408, 429})
        EXPECT_EQ(exit_code_of(answer(status), true), ExitCode::unreachable) << status;
    EXPECT_EQ(exit_code_of(answer(500), true), ExitCode::broken);
    EXPECT_EQ(exit_code_of(answer(302), true), ExitCode::broken);
}

TEST(ExitCodes, a_503_says_by_its_code_whether_anything_was_done) {
    EXPECT_EQ(exit_code_of(answer(503, R"({"code":"database_unavailable"})"), true),
              ExitCode::unreachable);
    EXPECT_EQ(exit_code_of(answer(503, "<html>"), true), ExitCode::unreachable);
    EXPECT_EQ(exit_code_of(answer(503, R"({"code":"outcome_unknown"})"), true),
              ExitCode::outcome_unknown);
}

TEST(ExitCodes, a_proxy_that_lost_the_gateway_does_not_know) {
    EXPECT_EQ(exit_code_of(answer(502), true), ExitCode::outcome_unknown);
    EXPECT_EQ(exit_code_of(answer(504), true), ExitCode::outcome_unknown);
    EXPECT_EQ(exit_code_of(answer(504), false), ExitCode::unreachable);
}

TEST(ExitCodes, only_a_write_that_went_out_may_have_been_done) {
    EXPECT_EQ(exit_code_of({.sent = true, .why = ""}, true), ExitCode::outcome_unknown);
    EXPECT_EQ(exit_code_of({.sent = true, .why = ""}, false), ExitCode::unreachable);
    EXPECT_EQ(exit_code_of({.sent = false, .why = ""}, true), ExitCode::unreachable);
}

TEST(Addresses, secrets_go_over_tls_or_to_this_machine) {
    for (const char* url : {"https://broker.example", "http://127.0.0.1:8600", "http://localhost",
                            "http://[::1]:8600", "HTTPS://x"})
        EXPECT_TRUE(is_private(url)) << url;
    for (const char* url : {"http://broker.example", "http://127.0.0.1.example", "http://10.0.0.1",
                            "http://localhost.example"})
        EXPECT_FALSE(is_private(url)) << url;
}

TEST(Addresses, are_scheme_host_port_and_path) {
    for (const char* url : {"http://a", "https://a:1/api/"})
        EXPECT_EQ(problem_of_url(url), "") << url;
    for (const char* url : {"ftp://a", "a", "", "http://ada:secret@a", "http://a?x=1", "http://a#b",
                            "file:///etc/passwd"})
        EXPECT_NE(problem_of_url(url), "") << url;
}

}  // namespace
}  // namespace cambist::ctl
