#include "office/audit/audit_store.hpp"
#include "tests/integration/office/office_desk.hpp"

namespace cambist::tests {

namespace {

class AuditSearch : public OfficeDesk {
  protected:
    /// A record of `actor`; its number in `after`.
    void record(const std::string& actor, const std::string& action, const std::string& subject) {
        committed(bridge, [&](pg::Transaction& tx) -> awaitable<bool> {
            const Change change{.action = action,
                                .subject = subject,
                                .before = {},
                                .after = std::to_string(++number_),
                                .reason = "why"};
            audit::append(tx, Actor{.name = actor, .request_id = "r1", .address = "::1"}, change);
            co_return true;
        });
    }
    std::vector<AuditRecord> search(const AuditFilter& filter, const AuditPage& page = {}) {
        return committed(bridge, [&](auto& tx) { return audit::visible(tx, filter, page); });
    }
    /// The numbers of what was found, in their order.
    std::string found(const AuditFilter& filter, const AuditPage& page = {}) {
        std::string numbers;
        for (const AuditRecord& record : search(filter, page))
            numbers += record.change.after;
        return numbers;
    }

  private:
    int number_ = 0;
};

TEST_F(AuditSearch, finds_by_actor_action_and_subject_alone_and_together) {
    record("staff:ada", "opened", "server:1");
    record("staff:bob", "opened", "server:2");
    record("staff:ada", "closed", "server:2");
    record("staff:bob", "closed", "server:1");
    EXPECT_EQ(found({}), "1234");
    EXPECT_EQ(found({.actor = "staff:ada"}), "13");
    EXPECT_EQ(found({.action = "opened"}), "12");
    EXPECT_EQ(found({.subject = "server:2"}), "23");
    EXPECT_EQ(found({.actor = "staff:bob", .action = "closed"}), "4");
    EXPECT_EQ(found({.actor = "staff:ada", .action = "closed", .subject = "server:2"}), "3");
    EXPECT_EQ(found({.actor = "staff:eve"}), "");
}

TEST_F(AuditSearch, finds_the_history_of_a_client_whatever_the_subject) {
    const Client client = approved_client({100});
    const auto records = search({.client = client.id});
    ASSERT_GE(records.size(), 2u);
    for (const AuditRecord& record : records)
        EXPECT_EQ(record.client, client.id);
    EXPECT_EQ(records.front().change.subject, "client:" + client.id.uuid());
    EXPECT_EQ(records.back().change.subject, "account:1/100");
    EXPECT_TRUE(search({.client = {1, 2}}).empty());
}

TEST_F(AuditSearch, finds_by_time_from_an_instant_on_and_before_another) {
    for (int part = 0; part < 3; ++part)
        record("staff:ada", "opened", "server:1");
    const auto all = search({});
    EXPECT_EQ(found({.from = all[1].at}), "23");
    EXPECT_EQ(found({.to = all[1].at}), "1");
    EXPECT_EQ(found({.from = all[1].at, .to = all[2].at}), "2");
    EXPECT_EQ(found({.actor = "staff:ada", .from = all[2].at}), "3");
    EXPECT_EQ(found({.from = all[2].at + std::chrono::seconds(1)}), "");
}

TEST_F(AuditSearch, goes_page_after_page_in_both_directions) {
    for (int part = 0; part < 7; ++part)
        record("staff:ada", part % 2 == 0 ? "even" : "odd", "server:1");
    for (const bool newest_first : {false, true}) {
        AuditPage page{.newest_first = newest_first, .limit = 2};
        std::string pages;
        for (auto part = search({.action = "even"}, page); !part.empty();
             part = search({.action = "even"}, page)) {
            for (const AuditRecord& record : part)
                pages += record.change.after;
            pages += "|";
            page.place = {part.back().xid, part.back().id};
        }
        EXPECT_EQ(pages, newest_first ? "75|31|" : "13|57|");
    }
}

TEST_F(AuditSearch, shows_nothing_that_an_open_transaction_may_still_precede) {
    await(context, [&]() -> awaitable<void> {
        const Change change{.action = "a", .subject = "x", .before = {}, .after = {}, .reason = {}};
        auto early = co_await bridge.begin();
        audit::append(early, Actor{.name = "early"}, change);
        co_await early.gather();
        auto late = co_await bridge.begin();
        audit::append(late, Actor{.name = "late"}, change);
        co_await late.commit();

        auto reader = co_await bridge.begin();
        const AuditFilter filter{.subject = "x"};
        EXPECT_TRUE((co_await audit::visible(reader, filter, {})).empty());
        EXPECT_TRUE((co_await audit::visible(reader, filter, {.newest_first = true})).empty());
        co_await reader.commit();
        co_await early.commit();
        auto again = co_await bridge.begin();
        const auto both = co_await audit::visible(again, filter, {});
        EXPECT_EQ(both.size(), 2u);
        EXPECT_EQ(both.at(0).actor, "early");
        EXPECT_EQ(both.at(0).change.reason, "");
    }());
}

TEST_F(AuditSearch, uses_an_index_for_each_filter) {
    // Enough rows that reading all of them would be the slower way.
    database.psql(
        "insert into audit (actor, action, subject, client_id) select 'staff:' || n % 50, "
        "'action' || n % 40, 'server:' || n % 48, md5((n % 45)::text)::uuid "
        "from generate_series(1, 50000) n; analyze audit");
    const std::pair<const char*, const char*> filters[] = {
        {"subject = 'server:7'", "subject"},
        {"actor = 'staff:7'", "actor"},
        {"action = 'action9'", "action"},
        {"client_id = md5('7')::uuid", "client_id"}};
    for (const auto& [filter, column] : filters) {
        const std::string plan =
            database.psql("explain select * from audit where " + std::string(filter) +
                          " order by xid desc, id desc limit 100");
        EXPECT_NE(plan.find("Index Cond: (" + std::string(column)), std::string::npos) << plan;
        EXPECT_EQ(plan.find("Sort  "), std::string::npos) << plan;
    }
}

}  // namespace
}  // namespace cambist::tests
