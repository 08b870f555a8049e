#include "plugin/lane.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "plugin/mirror/lanes.hpp"

namespace cambist::plugin {
namespace {

struct Mark {
    std::uint64_t producer, number;
};

template <class Queue>
bool push(Queue& lane, const Mark& mark) {
    return lane.push([&](std::byte* to) { std::memcpy(to, &mark, sizeof mark); });
}

Mark read_mark(const std::byte* bytes) {
    Mark mark;
    std::memcpy(&mark, bytes, sizeof mark);
    return mark;
}

TEST(Lane, gives_back_what_was_pushed_in_order) {
    Lane<64, 8> lane;
    for (std::uint64_t number = 0; number < 5; ++number) {
        const Mark mark{1, number};
        ASSERT_TRUE(push(lane, mark));
    }
    std::vector<std::uint64_t> seen;
    EXPECT_EQ(lane.take(3, [&](const std::byte* at) { seen.push_back(read_mark(at).number); }), 3u);
    EXPECT_EQ(lane.take(9, [&](const std::byte* at) { seen.push_back(read_mark(at).number); }), 2u);
    EXPECT_EQ(seen, (std::vector<std::uint64_t>{0, 1, 2, 3, 4}));
}

TEST(Lane, counts_what_does_not_fit_and_goes_on_when_there_is_room) {
    Lane<64, 4> lane;
    const Mark mark{1, 7};
    for (int at = 0; at < 4; ++at)
        ASSERT_TRUE(push(lane, mark));
    EXPECT_FALSE(push(lane, mark));
    EXPECT_EQ(lane.dropped(), 1u);
    EXPECT_EQ(lane.take(1, [](const std::byte*) {}), 1u);
    EXPECT_TRUE(push(lane, mark));
    EXPECT_EQ(lane.dropped(), 1u);
}

TEST(Lane, wraps_many_times_without_loss) {
    Lane<64, 4> lane;
    std::uint64_t expected = 0;
    for (std::uint64_t number = 0; number < 1000; ++number) {
        const Mark mark{1, number};
        ASSERT_TRUE(push(lane, mark));
        if (number % 3 == 2)
            lane.take(3, [&](const std::byte* at) { EXPECT_EQ(read_mark(at).number, expected++); });
    }
}

TEST(Lane, four_producers_lose_only_what_was_counted_and_keep_their_own_order) {
    constexpr std::uint64_t producers = 4, each = 20'000;
    Lane<64, 256> lane;
    std::atomic<std::uint64_t> refused{0}, finished{0};
    std::vector<std::thread> threads;
    for (std::uint64_t producer = 0; producer < producers; ++producer)
        threads.emplace_back([&, producer] {
            for (std::uint64_t number = 1; number <= each; ++number) {
                const Mark mark{producer, number};
                if (!push(lane, mark))
                    refused.fetch_add(1);
            }
            finished.fetch_add(1);
        });
    std::vector<std::uint64_t> last(producers, 0);
    std::uint64_t taken = 0;
    const auto take_all = [&] {
        return lane.take(1024, [&](const std::byte* at) {
            const Mark mark = read_mark(at);
            EXPECT_GT(mark.number, last[mark.producer]);
            last[mark.producer] = mark.number;
            ++taken;
        });
    };
    while (finished.load() < producers)
        if (take_all() == 0)
            std::this_thread::yield();
    for (auto& thread : threads)
        thread.join();
    while (take_all() > 0) {
    }
    EXPECT_EQ(taken + refused.load(), producers * each);
    EXPECT_EQ(lane.dropped(), refused.load());
}

struct DealEvent {
    ctsp_event event{};
    ctsp_deal deal{};
};

TEST(Lanes, keep_the_order_of_one_login_and_the_whole_record) {
    Lanes lanes;
    for (std::uint64_t number = 1; number <= 100; ++number) {
        DealEvent deal;
        deal.event.size = sizeof deal;
        deal.event.type = CTSP_EV_DEAL_ADD;
        deal.event.login = 1 + number % 5;
        deal.deal.deal = number;
        lanes.capture(deal.event);
    }
    std::array<std::uint64_t, 6> last{};
    const std::size_t taken = lanes.take(1000, [&](const std::byte* bytes) {
        DealEvent deal;
        std::memcpy(&deal, bytes, sizeof deal);
        EXPECT_GT(deal.deal.deal, last[deal.event.login]);
        last[deal.event.login] = deal.deal.deal;
    });
    EXPECT_EQ(taken, 100u);
    EXPECT_EQ(lanes.dropped(), 0u);
}

TEST(Lanes, an_event_larger_than_any_payload_is_cut_to_its_header) {
    Lanes lanes;
    std::vector<std::byte> huge(4096);
    ctsp_event event{};
    event.size = 4096;
    event.login = 9;
    std::memcpy(huge.data(), &event, sizeof event);
    lanes.capture(*reinterpret_cast<const ctsp_event*>(huge.data()));
    lanes.take(1, [&](const std::byte* bytes) {
        ctsp_event taken;
        std::memcpy(&taken, bytes, sizeof taken);
        EXPECT_EQ(taken.login, 9u);
        EXPECT_EQ(taken.size, sizeof(ctsp_event));
    });
}

}  // namespace
}  // namespace cambist::plugin
