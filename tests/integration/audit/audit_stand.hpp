#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bridge/jobs/audit_sealer.hpp"
#include "office/audit/verify/verification.hpp"
#include "office/pg/pool.hpp"
#include "tests/integration/test_database.hpp"

namespace cambist::tests {

using boost::asio::awaitable;
namespace pg = office::pg;
namespace verify = office::verify;

/// A database whose audit is sealed step by step into a folder of anchors, and verified.
class AuditStand : public ::testing::Test {
  protected:
    AuditStand();
    ~AuditStand() override;

    /// A sealer as a bridge has one; its seals have at most so many rows.
    std::unique_ptr<bridge::AuditSealer> sealer(std::vector<std::filesystem::path> folders,
                                                std::int64_t rows = 65'536);
    std::unique_ptr<bridge::AuditSealer> sealer() { return sealer({anchors}); }
    /// Steps until nothing is left to seal.
    void seal_all(bridge::AuditSealer& sealer);
    void seal_all() { seal_all(*sealer()); }
    /// Rows of a transaction of its own, about the given subjects.
    void change(int rows = 1, const std::string& subject = "client:1");

    verify::Question question(const std::filesystem::path& folder) const;
    /// What a verifier with a connection of its own finds.
    verify::Report verified(verify::Question question, const std::string& role = "cambist_reports");
    verify::Report verified(const std::filesystem::path& folder) {
        return verified(question(folder));
    }
    verify::Report verified() { return verified(anchors); }
    /// Findings as text, `code seal/number#id`, each in brackets.
    static std::string found(const verify::Report& report);
    std::string found() { return found(verified()); }

    std::string sql(const std::string& text) const { return database.psql(text); }
    std::filesystem::path new_folder(const std::string& name) const;
    /// The newest anchor file of a folder.
    static std::filesystem::path anchor_file(const std::filesystem::path& folder);
    static std::string text_of(const std::filesystem::path& file);
    static void write(const std::filesystem::path& file, const std::string& text);

    TestDatabase database;
    boost::asio::io_context context;
    std::unique_ptr<pg::Pool> pool;
    office::SealKey key;
    std::filesystem::path place, anchors, public_key;
};

}  // namespace cambist::tests
