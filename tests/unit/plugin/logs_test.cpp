#include <gtest/gtest.h>

#include "plugin/commands/command_log.hpp"
#include "plugin/commands/policy_log.hpp"
#include "plugin/record_log.hpp"
#include "plugin/state_file.hpp"
#include "tests/unit/plugin/folder.hpp"

namespace cambist::plugin {
namespace {

Bytes bytes_of(std::string_view text) {
    Bytes bytes(text.size());
    std::memcpy(bytes.data(), text.data(), text.size());
    return bytes;
}

struct Held {
    std::vector<std::string> records;
    bool damaged = false;
};

Held held_by(const std::string& path) {
    Held held;
    const auto opened = RecordLog::open(path, [&](ByteView record) {
        held.records.emplace_back(reinterpret_cast<const char*>(record.data()), record.size());
    });
    EXPECT_TRUE(opened);
    held.damaged = opened->damaged;
    return held;
}

class RecordLogTest : public testing::Test {
  protected:
    std::string write(const std::vector<std::string>& records) {
        auto opened = RecordLog::open(path_, [](ByteView) {});
        for (const std::string& record : records)
            EXPECT_TRUE(opened->log.append(bytes_of(record)));
        EXPECT_TRUE(opened->log.sync());
        return file_bytes(path_);
    }
    TemporaryFolder folder_;
    std::string path_ = folder_.path() + "/log";
    const std::vector<std::string> three_{"first", "the second record", "third"};
};

TEST_F(RecordLogTest, torn_at_any_byte_keeps_the_whole_records_and_goes_on) {
    const std::string whole = write(three_);
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        write_bytes(path_, whole.substr(0, cut));
        const Held held = held_by(path_);
        EXPECT_FALSE(held.damaged) << "a tear is no damage; cut at " << cut;
        ASSERT_LE(held.records.size(), 3u);
        for (std::size_t at = 0; at < held.records.size(); ++at)
            EXPECT_EQ(held.records[at], three_[at]);
        write({"next"});
        EXPECT_EQ(held_by(path_).records.size(), held.records.size() + 1);
    }
}

TEST_F(RecordLogTest, a_flipped_bit_never_yields_a_wrong_record_and_is_told) {
    const std::string whole = write(three_);
    const std::size_t last = whole.size() - three_.back().size() - 16;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string flipped = whole;
        flipped[at] = static_cast<char>(flipped[at] ^ 1 << at % 8);
        write_bytes(path_, flipped);
        const Held held = held_by(path_);
        EXPECT_LT(held.records.size(), 3u);
        EXPECT_EQ(held.damaged, at < last) << "byte " << at;
        for (std::size_t record = 0; record < held.records.size(); ++record)
            EXPECT_EQ(held.records[record], three_[record]);
    }
}

TEST_F(RecordLogTest, is_replaced_as_a_whole) {
    write(three_);
    auto opened = RecordLog::open(path_, [](ByteView) {});
    ASSERT_TRUE(
        opened->log.rewrite([](RecordLog& fresh) { return fresh.append(bytes_of("one")); }));
    ASSERT_TRUE(opened->log.append(bytes_of("two")));
    EXPECT_EQ(held_by(path_).records, (std::vector<std::string>{"one", "two"}));
}

AccountPolicy policy(std::uint64_t login, std::uint32_t version) {
    return {Login{login}, version, Rights::all(), Reason::none, 0, 0};
}

TEST(PolicyLog, gives_the_table_back_with_its_era) {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/policy.log";
    {
        GateTable table(100);
        auto loaded = PolicyLog::open(path, table);
        ASSERT_TRUE(loaded);
        const std::vector<AccountPolicy> first{policy(1, 1), policy(2, 1)}, second{policy(1, 2)};
        ASSERT_TRUE(loaded->log.append(1, first));
        ASSERT_TRUE(loaded->log.append(1, second));
    }
    GateTable table(100);
    const auto loaded = PolicyLog::open(path, table);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->era, 1u);
    EXPECT_EQ(table.version_of(Login{1}), 2u);
    EXPECT_EQ(table.version_of(Login{2}), 1u);
}

TEST(PolicyLog, a_higher_era_forgets_the_earlier_ones) {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/policy.log";
    {
        GateTable table(100);
        auto loaded = PolicyLog::open(path, table);
        const std::vector<AccountPolicy> old{policy(1, 9), policy(2, 9)}, fresh{policy(1, 1)};
        ASSERT_TRUE(loaded->log.append(1, old));
        ASSERT_TRUE(loaded->log.append(2, fresh));
    }
    GateTable table(100);
    EXPECT_EQ(PolicyLog::open(path, table)->era, 2u);
    EXPECT_EQ(table.version_of(Login{1}), 1u);
    EXPECT_EQ(table.version_of(Login{2}), 0u);
}

TEST(PolicyLog, rewriting_keeps_every_policy) {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/policy.log";
    GateTable table(100);
    {
        auto loaded = PolicyLog::open(path, table);
        for (std::uint64_t login = 1; login <= 9000; ++login)
            table.publish(policy(login, 3));
        ASSERT_TRUE(loaded->log.rewrite(4, table));
    }
    GateTable again(100);
    EXPECT_EQ(PolicyLog::open(path, again)->era, 4u);
    EXPECT_EQ(again.size(), 9000u);
}

TEST(PolicyLog, the_settings_of_the_gate_outlive_a_restart_and_a_rewrite) {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/policy.log";
    GateTable table(100);
    {
        auto loaded = PolicyLog::open(path, table);
        EXPECT_FALSE(loaded->settings);
        ASSERT_TRUE(loaded->log.append(GateSettings{true, {"real/*"}}));
        ASSERT_TRUE(loaded->log.append(GateSettings{false, {"demo/*", "!demo/x"}}));
        ASSERT_TRUE(loaded->log.rewrite(1, table));
    }
    const auto again = PolicyLog::open(path, table);
    ASSERT_TRUE(again->settings);
    EXPECT_FALSE(again->settings->enforce);
    EXPECT_EQ(again->settings->scope, (std::vector<std::string>{"demo/*", "!demo/x"}));
}

Command command(std::uint64_t number) {
    Command order;
    order.id = OperationId{7, number};
    order.number = number;
    order.deadline = Instant{INT64_MAX};
    order.login = Login{5};
    return order;
}

CommandResult done(const Command& order) {
    CommandResult result;
    result.id = order.id;
    result.outcome = Outcome::done;
    return result;
}

TEST(CommandLog, tells_intents_without_outcome_and_remembers_the_rest) {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/command.log";
    {
        CommandExecutor executor;
        auto loaded = CommandLog::open(path, executor);
        ASSERT_TRUE(loaded->log.intent(command(1)));
        ASSERT_TRUE(loaded->log.outcome(done(command(1))));
        ASSERT_TRUE(loaded->log.intent(command(2)));
    }
    CommandExecutor executor;
    ASSERT_TRUE(CommandLog::open(path, executor));
    ASSERT_EQ(executor.unresolved().size(), 1u);
    EXPECT_EQ(executor.unresolved()[0].number, 2u);
    const auto step = executor.on_command(command(1), Instant{1});
    ASSERT_TRUE(std::holds_alternative<CommandExecutor::Answer>(step));
    EXPECT_EQ(std::get<CommandExecutor::Answer>(step).result.outcome, Outcome::done);
}

TEST(CommandLog, retired_numbers_stay_retired) {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/command.log";
    {
        CommandExecutor executor;
        auto loaded = CommandLog::open(path, executor);
        ASSERT_TRUE(loaded->log.intent(command(1)));
        ASSERT_TRUE(loaded->log.outcome(done(command(1))));
        ASSERT_TRUE(loaded->log.retire(1));
    }
    CommandExecutor executor;
    ASSERT_TRUE(CommandLog::open(path, executor));
    EXPECT_EQ(executor.low_water(), 1u);
    const auto step = executor.on_command(command(1), Instant{1});
    ASSERT_TRUE(std::holds_alternative<CommandExecutor::Answer>(step));
    EXPECT_EQ(std::get<CommandExecutor::Answer>(step).result.failure, CommandFailure::retired_id);
}

TEST(CommandLog, torn_at_any_byte_never_forgets_an_intent_that_was_whole) {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/command.log";
    std::size_t intent_bytes = 0;
    {
        CommandExecutor executor;
        auto loaded = CommandLog::open(path, executor);
        ASSERT_TRUE(loaded->log.intent(command(1)));
        intent_bytes = file_bytes(path).size();
        ASSERT_TRUE(loaded->log.outcome(done(command(1))));
    }
    const std::string whole = file_bytes(path);
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        write_bytes(path, whole.substr(0, cut));
        CommandExecutor executor;
        ASSERT_TRUE(CommandLog::open(path, executor));
        EXPECT_EQ(executor.remembered(), cut >= intent_bytes ? 1u : 0u);
        EXPECT_EQ(executor.unresolved().size(),
                  cut >= intent_bytes && cut < whole.size() ? 1u : 0u);
    }
}

TEST(StateFile, a_torn_write_leaves_the_numbers_before_it) {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/state";
    std::string before;
    {
        auto state = StateFile::open(path);
        ASSERT_TRUE(state->write({1, 10, 0, 0}));
        before = file_bytes(path);
        ASSERT_TRUE(state->write({2, 20, 0, 0}));
    }
    const std::string after = file_bytes(path);
    for (std::size_t cut = 0; cut <= after.size(); ++cut) {
        std::string torn = before;
        torn.replace(0, cut, after.substr(0, cut));
        write_bytes(path, torn);
        const auto epoch = StateFile::open(path)->numbers().epoch;
        EXPECT_TRUE(epoch == 1 || epoch == 2) << "cut at " << cut;
    }
    write_bytes(path, after);
    EXPECT_EQ(StateFile::open(path)->numbers().bridge_epoch, 20u);
}

}  // namespace
}  // namespace cambist::plugin
