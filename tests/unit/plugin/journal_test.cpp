#include "plugin/mirror/journal.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <numeric>

#include "tests/unit/plugin/folder.hpp"

namespace cambist::plugin {
namespace {

/// Blocks of `per_block` events; event n is n % 50 + 1 bytes of value n.
struct Written {
    Bytes events;
    std::vector<std::uint32_t> ends;
};

Written block(std::uint64_t first_seq, std::uint32_t per_block, std::size_t extra = 0) {
    Written written;
    for (std::uint64_t seq = first_seq; seq < first_seq + per_block; ++seq) {
        written.events.insert(written.events.end(), seq % 50 + 1 + extra, std::byte(seq));
        written.ends.push_back(static_cast<std::uint32_t>(written.events.size()));
    }
    return written;
}

bool append(Journal& journal, std::uint64_t first_seq, std::uint32_t count, std::size_t extra = 0) {
    const Written written = block(first_seq, count, extra);
    return journal.append(first_seq, written.events, written.ends);
}

struct Recovered {
    std::uint64_t epoch = 0, first = 0, last = 0;
    Bytes events;
};

Recovered recover(const Journal& journal, Journal::Position after = {}) {
    Recovered found;
    const auto visit = [&](Journal::Position first, std::uint32_t count, ByteView events) {
        if (found.first == 0)
            found.first = first.seq;
        else
            EXPECT_EQ(first.seq, found.last + 1);
        found.last = first.seq + count - 1;
        found.events.insert(found.events.end(), events.begin(), events.end());
    };
    found.epoch = journal.recover(after, visit);
    return found;
}

TEST(Journal, reads_back_any_range) {
    const TemporaryFolder folder;
    auto journal = Journal::open(folder.path(), 2);
    ASSERT_TRUE(journal);
    journal->begin_epoch(1);
    for (std::uint64_t seq = 1; seq <= 100; seq += 10)
        ASSERT_TRUE(append(*journal, seq, 10));
    for (std::uint64_t first = 1; first <= 100; ++first) {
        Bytes got;
        const std::uint64_t last = std::min<std::uint64_t>(100, first + 24);
        EXPECT_EQ(journal->read(first, last, 1 << 20, got), last - first + 1);
        const auto wanted = block(first, static_cast<std::uint32_t>(last - first + 1)).events;
        EXPECT_EQ(got, wanted);
    }
}

TEST(Journal, reads_no_more_bytes_than_asked_for_and_nothing_that_was_released) {
    const TemporaryFolder folder;
    auto journal = Journal::open(folder.path(), 2);
    ASSERT_TRUE(journal);
    journal->begin_epoch(1);
    ASSERT_TRUE(append(*journal, 1, 10));
    ASSERT_TRUE(append(*journal, 11, 10));
    Bytes got;
    const std::uint32_t count = journal->read(1, 20, 30, got);
    EXPECT_GT(count, 0u);
    EXPECT_LT(count, 20u);
    EXPECT_LE(got.size(), 30u);
    journal->release(10);
    got.clear();
    EXPECT_EQ(journal->read(1, 20, 1 << 20, got), 0u);
    EXPECT_EQ(journal->read(11, 20, 1 << 20, got), 10u);
}

TEST(Journal, refuses_when_full_and_takes_again_after_a_release) {
    const TemporaryFolder folder;
    auto journal = Journal::open(folder.path(), 2);
    ASSERT_TRUE(journal);
    journal->begin_epoch(1);
    std::uint64_t seq = 1;
    while (append(*journal, seq, 100, 5000))
        seq += 100;
    EXPECT_GT(journal->bytes_used(), journal->bytes_capacity() * 8 / 10);
    EXPECT_FALSE(append(*journal, seq, 100, 5000));
    journal->release(seq - 1);
    EXPECT_EQ(journal->bytes_used(), 0u);
    EXPECT_TRUE(append(*journal, seq, 100, 5000));
    Bytes got;
    EXPECT_EQ(journal->read(seq, seq + 99, 1 << 20, got), 100u);
}

TEST(Journal, recovers_what_follows_a_position) {
    const TemporaryFolder folder;
    {
        auto journal = Journal::open(folder.path(), 2);
        ASSERT_TRUE(journal);
        journal->begin_epoch(3);
        ASSERT_TRUE(append(*journal, 1, 50));
        journal->begin_epoch(4);
        ASSERT_TRUE(append(*journal, 1, 7));
        ASSERT_TRUE(append(*journal, 8, 3));
    }
    auto again = Journal::open(folder.path(), 2);
    ASSERT_TRUE(again);
    const Recovered found = recover(*again, {4, 0});
    EXPECT_EQ(found.epoch, 4u);
    EXPECT_EQ(found.first, 1u);
    EXPECT_EQ(found.last, 10u);
    EXPECT_EQ(found.events, block(1, 10).events);
    EXPECT_EQ(recover(*again, {4, 7}).first, 8u);
    EXPECT_EQ(recover(*again, {4, 10}).last, 0u);
    EXPECT_EQ(recover(*again, {4, 10}).epoch, 4u);
}

TEST(Journal, recovers_across_segments_that_were_used_again) {
    const TemporaryFolder folder;
    std::uint64_t seq = 1;
    {
        auto journal = Journal::open(folder.path(), 3);
        ASSERT_TRUE(journal);
        journal->begin_epoch(1);
        for (int at = 0; at < 120; ++at, seq += 100) {
            ASSERT_TRUE(append(*journal, seq, 100, 5000));
            if (seq > 1500)
                journal->release(seq - 1500);
        }
    }
    auto again = Journal::open(folder.path(), 3);
    ASSERT_TRUE(again);
    const Recovered found = recover(*again);
    EXPECT_EQ(found.last, seq - 1);
    EXPECT_LE(found.first, seq - 1500);
    EXPECT_EQ(
        found.events,
        block(found.first, static_cast<std::uint32_t>(found.last - found.first + 1), 5000).events);
}

/// Writes three blocks of four events, damages the file, and says what is recovered.
class DamagedJournal : public testing::Test {
  protected:
    void SetUp() override {
        auto journal = Journal::open(folder_.path(), 2);
        ASSERT_TRUE(journal);
        journal->begin_epoch(1);
        for (const std::uint64_t seq : {1, 5, 9})
            ASSERT_TRUE(append(*journal, seq, 4));
        used_ = journal->bytes_used();
        for (const char* name : {"/journal.0000", "/journal.0001"})
            if (const std::string bytes = file_bytes(folder_.path() + name);
                bytes.find("CBLK") != std::string::npos)
                path_ = folder_.path() + name;
        whole_ = file_bytes(path_).substr(0, used_);
    }

    Recovered recovered_from(const std::string& bytes) {
        std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
        file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        file.close();
        return recover(*Journal::open(folder_.path(), 2));
    }

    TemporaryFolder folder_;
    std::string path_, whole_;
    std::uint64_t used_ = 0;
};

TEST_F(DamagedJournal, torn_at_any_byte_keeps_the_whole_blocks_before_the_tear) {
    std::vector<std::size_t> block_ends;
    for (std::size_t at = 0; at < 3; ++at)
        block_ends.push_back(whole_.size() * (at + 1) / 3);
    std::uint64_t most = 0;
    for (std::size_t cut = 0; cut <= whole_.size(); ++cut) {
        std::string torn = whole_.substr(0, cut);
        torn.resize(whole_.size(), '\0');
        const Recovered found = recovered_from(torn);
        EXPECT_EQ(found.last % 4, 0u) << "cut at " << cut;
        EXPECT_GE(found.last, most) << "cut at " << cut;
        most = found.last;
        if (found.last > 0)
            EXPECT_EQ(found.events, block(1, static_cast<std::uint32_t>(found.last)).events);
    }
    EXPECT_EQ(most, 12u);
}

TEST_F(DamagedJournal, a_flipped_bit_anywhere_never_yields_a_wrong_event) {
    for (std::size_t at = 0; at < whole_.size(); ++at) {
        std::string flipped = whole_;
        flipped[at] = static_cast<char>(flipped[at] ^ 1 << at % 8);
        const Recovered found = recovered_from(flipped);
        EXPECT_LT(found.last, 12u) << "byte " << at;
        if (found.last > 0 && found.first == 1)
            EXPECT_EQ(found.events, block(1, static_cast<std::uint32_t>(found.last)).events);
    }
}

}  // namespace
}  // namespace cambist::plugin
