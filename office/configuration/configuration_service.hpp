#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string_view>
#include <vector>

#include "office/approvals/approved.hpp"
#include "office/configuration/configuration.hpp"
#include "office/pg/transaction.hpp"

/// Use cases of the configuration. Each runs in the caller's transaction and never commits it;
/// refused, it wrote nothing.
namespace cambist::office {

using boost::asio::awaitable;

/// One document that the configuration consists of, and the noun's rules that judge it.
struct ConfigurationKind {
    std::string_view name, describe;
    std::function<DocumentProblems(const boost::json::value&, const KnownNames&)> review;
    /// What else follows from a new version, in the same transaction; may be none.
    std::function<void(pg::Transaction&, const ConfigurationVersion&)> follow{};
};

/// A change that nothing but the authority stands against.
struct ReviewedChange {
    ConfigurationVersion now;
    std::vector<Difference> differences;
};

/// Judges a change without making it. Refused as change_configuration, but for needs_approval.
awaitable<std::expected<ReviewedChange, NotChanged>> review_configuration(
    pg::Transaction& tx, const ConfigurationKind& kind, ConfigurationChange change);

/// Makes the document the next version; always takes an approval. Refused as ConfigurationRefusal
/// says, unknown documents by whoever looks for their kind.
awaitable<std::expected<ConfigurationVersion, NotChanged>> change_configuration(
    pg::Transaction& tx, const ConfigurationKind& kind, ConfigurationChange change,
    Authority authority);

}  // namespace cambist::office
