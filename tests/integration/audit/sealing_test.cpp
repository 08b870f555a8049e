#include <gmock/gmock.h>

#include "tests/integration/audit/audit_stand.hpp"

namespace cambist::tests {

namespace {

class AuditSeal : public AuditStand {};

TEST_F(AuditSeal, covers_every_row_and_is_found_intact) {
    change(5);
    seal_all();
    change(3);
    seal_all();
    const auto report = verified();
    EXPECT_TRUE(report.intact()) << found(report);
    EXPECT_EQ(report.rows, 8);
    EXPECT_EQ(report.last_seal, 2);
    EXPECT_EQ(report.unsealed, 0);
    EXPECT_EQ(sql("select string_agg(first_number || '+' || rows, ' ' order by number) "
                  "from audit_seal"),
              "1+5 6+3");
}

TEST_F(AuditSeal, names_a_row_that_was_altered) {
    change(5);
    seal_all();
    sql("alter table audit disable trigger append_only; "
        "update audit set reason = 'another' where id = 3; "
        "alter table audit enable always trigger append_only");
    EXPECT_EQ(found(), "[row_altered 1/3#3]");
}

}  // namespace
}  // namespace cambist::tests
