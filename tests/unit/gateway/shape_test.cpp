#include "gateway/routes/shape.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "gateway/routes/api.hpp"
#include "office/pg/error.hpp"

namespace cambist::gateway {
namespace {

using office::Refused;
using office::pg::DatabaseError;
using office::pg::Fault;

TEST(Shape, writes_times_in_utc_with_the_fraction_they_have) {
    EXPECT_EQ(rfc3339(Instant{0}), "1970-01-01T00:00:00Z");
    EXPECT_EQ(rfc3339(Instant{1'709'164'800'500'000'000}), "2024-02-29T00:00:00.5Z");
    EXPECT_EQ(rfc3339(Instant{4'102'444'799'000'000'001}), "2099-12-31T23:59:59.000000001Z");
    EXPECT_TRUE(rfc3339(std::optional<Instant>{}).is_null());
}

TEST(Shape, writes_money_as_text) {
    EXPECT_EQ(boost::json::serialize(money(-5, 2, "USD")),
              R"({"amount":"-0.05","currency":"USD"})");
    EXPECT_EQ(boost::json::serialize(money(1500, 0, "JPY")),
              R"({"amount":"1500","currency":"JPY"})");
}

TEST(Shape, numbers_have_one_form) {
    EXPECT_EQ(number_of("17", 20), 17u);
    for (const char* bad :
         {"", "0", "017", "-1", "+1", " 1", "1 ", "1.0", "21", "99999999999999999999"})
        EXPECT_FALSE(number_of(bad, 20)) << bad;
}

TEST(Shape, a_refusals_kind_decides_the_status) {
    using enum Refused::Kind;
    EXPECT_EQ(problem_of(Refused{invalid, "x"}).status, 422);
    EXPECT_EQ(problem_of(Refused{not_found, "x"}).status, 404);
    EXPECT_EQ(problem_of(Refused{forbidden, "x"}).status, 403);
    EXPECT_EQ(problem_of(Refused{conflict, "x"}).status, 409);
    EXPECT_EQ(problem_of(Refused{conflict, "stale_version"}).status, 412);
}

TEST(Shape, what_breaks_in_the_database_says_whether_something_was_done) {
    const DatabaseError lost(Fault::connection_lost, "gone");
    EXPECT_EQ(problem_of(lost).code, "database_unavailable");
    EXPECT_EQ(problem_of(lost.as_in_doubt()).code, "outcome_unknown");
    EXPECT_EQ(problem_of(DatabaseError(Fault::pool_exhausted, "full")).status, 503);
    EXPECT_EQ(problem_of(DatabaseError(Fault::deadline_exceeded, "late")).code, "too_slow");
    EXPECT_EQ(problem_of(DatabaseError("late", "57014", "")).code, "too_slow");
    EXPECT_EQ(problem_of(DatabaseError("no server", "23503", "account_server_id_fkey")).code,
              "unknown_server");
    EXPECT_EQ(problem_of(DatabaseError("a secret", "23514", "a_check")).code, "internal");
    EXPECT_EQ(problem_of(DatabaseError("a secret", "23514", "a_check")).detail.find("secret"),
              std::string::npos);
}

}  // namespace
}  // namespace cambist::gateway
