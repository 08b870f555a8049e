#include "office/outbox/outbox_store.hpp"
#include "tests/integration/office/office_desk.hpp"

namespace cambist::tests {

namespace {

class Outbox : public OfficeDesk {
  protected:
    std::vector<std::string> take(int limit = 100) {
        const auto events =
            committed(bridge, [&](auto& tx) { return outbox::take(tx, "mail", limit); });
        std::vector<std::string> topics;
        for (const OutboxEvent& event : events)
            topics.push_back(event.topic);
        return topics;
    }
    using Topics = std::vector<std::string>;
};

TEST_F(Outbox, waits_for_transactions_that_began_earlier_and_then_misses_nothing) {
    await(context, [&]() -> awaitable<void> {
        auto early = co_await gateway.begin();
        outbox::append(early, "early", "x", "{}");
        co_await early.gather();  // has its id, and is not committed
        auto late = co_await gateway.begin();
        outbox::append(late, "late", "x", "{}");
        co_await late.commit();

        auto reader = co_await bridge.begin();
        EXPECT_TRUE((co_await outbox::take(reader, "mail", 100)).empty())
            << "read past an event that is not visible yet";
        co_await reader.commit();
        co_await early.commit();
    }());
    EXPECT_EQ(take(), (Topics{"early", "late"}));
    EXPECT_EQ(take(), Topics{});
}

TEST_F(Outbox, each_consumer_keeps_its_place_and_a_rolled_back_reader_reads_again) {
    committed([&](pg::Transaction& tx) -> awaitable<bool> {
        for (const char* topic : {"a", "b", "c"})
            outbox::append(tx, topic, "x", "{}");
        co_return true;
    });
    await(context, [&]() -> awaitable<void> {
        auto reader = co_await bridge.begin();
        EXPECT_EQ((co_await outbox::take(reader, "mail", 2)).size(), 2u);
    }());
    EXPECT_EQ(take(2), (Topics{"a", "b"}));
    EXPECT_EQ(take(2), (Topics{"c"}));
    const auto others = committed(bridge, [&](auto& tx) { return outbox::take(tx, "crm", 100); });
    EXPECT_EQ(others.size(), 3u);
}

TEST_F(Outbox, an_event_of_a_transaction_that_failed_never_happened) {
    await(context, [&]() -> awaitable<void> {
        auto tx = co_await gateway.begin();
        outbox::append(tx, "lost", "x", "{}");
        co_await tx.gather();
    }());
    EXPECT_EQ(take(), Topics{});
}

}  // namespace
}  // namespace cambist::tests
