#include <gmock/gmock.h>

#include <set>
#include <sstream>
#include <utility>

#include "office/audit/seal/seal_store.hpp"
#include "tests/integration/audit/audit_stand.hpp"

namespace cambist::tests {

namespace {

/// The database is honest; somebody is at the anchors.
class AuditAnchors : public AuditStand {
  protected:
    AuditAnchors() {
        for (int seal = 0; seal < 4; ++seal) {
            change(2 + seal);
            seal_all();
        }
        file = anchor_file(anchors);
        whole = text_of(file);
        for (std::size_t at = 0; at < whole.size(); at = whole.find('\n', at) + 1)
            starts.push_back(at);
    }
    std::string line(std::size_t number) const {
        const std::size_t from = starts[number - 1];
        return whole.substr(from, whole.find('\n', from) + 1 - from);
    }
    std::string with(const std::string& text) {
        write(file, text);
        return found(verified());
    }

    std::filesystem::path file;
    std::string whole;
    std::vector<std::size_t> starts;
};

TEST_F(AuditAnchors, with_one_byte_changed_anywhere_are_found_at_their_seal) {
    const std::set<verify::Code> fitting{verify::Code::anchor_altered,
                                         verify::Code::signature_invalid};
    const std::size_t from = starts[1], to = starts[2] - 1;
    for (std::size_t at = from; at < to; ++at) {
        std::string changed = whole;
        changed[at] = static_cast<char>(changed[at] ^ (at % 3 == 0 ? 1 : 2));
        write(file, changed);
        const auto report = verified();
        const auto& findings = report.findings.kept();
        ASSERT_FALSE(findings.empty())
            << "byte " << at - from << " of " << changed.substr(from, 80);
        ASSERT_TRUE(fitting.contains(findings[0].code)) << found(report) << " byte " << at - from;
        ASSERT_EQ(findings[0].seal, 2) << found(report) << " byte " << at - from;
        ASSERT_EQ(findings.size(), 1u) << found(report) << " byte " << at - from;
    }
}

TEST_F(AuditAnchors, without_a_line_are_found) {
    EXPECT_EQ(with(line(1) + line(2) + line(4)), "[anchor_missing 3]");
    EXPECT_EQ(with(line(3) + line(4)), "[anchor_missing 1][anchor_missing 2]");
}

TEST_F(AuditAnchors, without_a_list_of_rows_are_found) {
    const std::string third = line(3);
    EXPECT_EQ(
        with(line(1) + line(2) + third.substr(0, third.find(",\"leaves\":")) + "}\n" + line(4)),
        "[anchor_altered 3]");
}

TEST_F(AuditAnchors, with_lines_twice_in_another_order_or_of_rubbish_are_found) {
    EXPECT_EQ(with(line(1) + line(2) + line(2) + line(3) + line(4)), "[anchor_altered 2]");
    EXPECT_EQ(with(line(1) + line(3) + line(2) + line(4)), "[anchor_missing 2][anchor_altered 2]");
    EXPECT_EQ(with(line(1) + "rubbish\n" + line(2) + line(3) + line(4)), "[anchor_altered 2]");
    EXPECT_EQ(with(line(1) + line(2) + line(3) + line(4) + "{}\n"), "[anchor_altered 5]");
}

TEST_F(AuditAnchors, that_end_too_early_are_found_once_they_are_old) {
    EXPECT_EQ(with(line(1) + line(2)), "") << "they may be on their way";
    EXPECT_EQ(verified().unanchored, 2);
    write(file, whole);
    await(context, [&]() -> awaitable<void> {
        auto tx = co_await pool->begin();
        office::Seal old = (co_await office::seals::newest(tx)).value();
        ++old.number;
        old.first_number += std::exchange(old.rows, 0);
        old.from = old.to;
        old.previous = old.hash;
        old.root = old.leaves_hash = office::sha256("");
        old.sealed_at = old.sealed_at + -std::chrono::minutes(2);
        sign(old, key);
        office::seals::insert(tx, old);
        co_await tx.commit();
    }());
    EXPECT_EQ(found(), "[anchor_missing 5]");
    seal_all();
    EXPECT_EQ(found(), "");
}

TEST_F(AuditAnchors, of_many_seals_are_each_held_to_their_own) {
    constexpr int more = 600;
    change(more);
    seal_all(*sealer({anchors}, 1));
    EXPECT_EQ(found(), "");
    std::istringstream lines(text_of(file));
    std::string line, text, expected, expected_late;
    for (int number = 1; std::getline(lines, line); ++number) {
        // Blocks of 256 lines are checked at once: both sides of their ends, and some within.
        if (std::set{7, 255, 256, 257, 400, 511, 513, 604}.contains(number)) {
            const bool is_signature = number % 2 == 0;
            const std::string_view field = is_signature ? "\"signature\":\"" : "\"root\":\"";
            char& digit = line[line.find(field) + field.size()];
            digit = digit == '0' ? '1' : '0';
            const std::string finding =
                (is_signature ? "[signature_invalid " : "[anchor_altered ") +
                std::to_string(number) + "]";
            expected += finding;
            expected_late += number < 300 ? "" : finding;
        }
        text += line + "\n";
    }
    EXPECT_EQ(with(text), expected);
    auto late = question(anchors);
    late.from_seal = 300;
    const auto report = verified(late);
    EXPECT_EQ(found(report), expected_late);
    EXPECT_EQ(report.seals, 4 + more - 299);
}

TEST_F(AuditAnchors, of_another_key_are_not_begun) {
    key = office::SealKey::random();
    const auto other = new_folder("other");
    EXPECT_THROW(seal_all(*sealer({other})), office::SealingRefused) << "not its key";
}

}  // namespace
}  // namespace cambist::tests
