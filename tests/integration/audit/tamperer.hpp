#pragma once

#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "office/audit/seal/seal.hpp"
#include "office/pg/transaction.hpp"

namespace cambist::tests {

/// A sealed row as it is before anybody tampers.
struct SealedRow {
    std::int64_t id = 0, number = 0, seal = 0;
    std::string xid;
};

/// What is there to tamper with.
struct Record {
    std::vector<SealedRow> rows;
    std::int64_t seals = 0;
    std::int64_t copied_seals = 0, copied_rows = 0;  ///< how far the old copies go
};

/// What a verifier must say about one tampering.
struct Expected {
    std::string what;                  ///< for people
    std::set<std::string> codes;       ///< any of these, at the place below
    std::int64_t seal = 0;             ///< of the first finding
    std::set<std::int64_t> audit_ids;  ///< rows that must be named
    bool and_no_other = true;          ///< no other row may be named
};

/// A superuser who changes the audit behind everybody's back, recomputes hashes where it pleases,
/// and has no key. The same seed does the same.
class Tamperer {
  public:
    Tamperer(const Record& record, std::uint64_t seed) : record_(record), random_(seed) {}

    /// One random change, in the transaction.
    boost::asio::awaitable<Expected> tamper(office::pg::Transaction& tx);

  private:
    using Change = boost::asio::awaitable<Expected> (Tamperer::*)(office::pg::Transaction&);

    boost::asio::awaitable<Expected> alter_row(office::pg::Transaction& tx);
    boost::asio::awaitable<Expected> move_row(office::pg::Transaction& tx);
    boost::asio::awaitable<Expected> delete_rows(office::pg::Transaction& tx);
    boost::asio::awaitable<Expected> insert_row(office::pg::Transaction& tx);
    boost::asio::awaitable<Expected> renumber_row(office::pg::Transaction& tx);
    boost::asio::awaitable<Expected> swap_rows(office::pg::Transaction& tx);
    boost::asio::awaitable<Expected> truncate(office::pg::Transaction& tx);
    boost::asio::awaitable<Expected> restore_copy(office::pg::Transaction& tx);
    boost::asio::awaitable<Expected> alter_seal(office::pg::Transaction& tx);
    boost::asio::awaitable<Expected> delete_seal(office::pg::Transaction& tx);
    boost::asio::awaitable<Expected> forge_seal(office::pg::Transaction& tx);

    /// Makes the stored seals fit the rows as they are, signed by a key of the tamperer's own.
    boost::asio::awaitable<void> recompute(office::pg::Transaction& tx, std::int64_t from_seal);
    /// Sometimes; the first finding is then about the seal.
    boost::asio::awaitable<void> cover_up(office::pg::Transaction& tx, Expected& expected);
    bool chance(int percent) { return below(100) < percent; }
    std::int64_t below(std::int64_t bound);
    const SealedRow& any_row();
    std::pair<SealedRow, SealedRow> two_rows();

    const Record& record_;
    std::mt19937_64 random_;
    const office::SealKey own_key_ = office::SealKey::random();
};

}  // namespace cambist::tests
