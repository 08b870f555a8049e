#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace cambist::office::pg {

/// What went wrong, apart from what the server's SQLSTATE says.
enum class Fault {
    refused_by_server,  ///< an error with a SQLSTATE; the connection lives
    connection_lost,    ///< the connection broke or could not be made
    deadline_exceeded,  ///< gave up waiting; the connection was discarded
    pool_exhausted,     ///< no connection became free in time, or too many wait already
    unexpected_answer,  ///< the rows are not what the caller said they would be
};

/// What the server says when a transaction can only succeed when it is run again.
inline constexpr std::string_view serialization_failure = "40001";

/// The database did not do what was asked. The only exception family of office/pg.
class DatabaseError : public std::runtime_error {
  public:
    DatabaseError(Fault fault, const std::string& what) : runtime_error(what), fault_(fault) {}
    DatabaseError(const std::string& what, std::string sqlstate, std::string constraint)
        : runtime_error(what),
          fault_(Fault::refused_by_server),
          sqlstate_(std::move(sqlstate)),
          constraint_(std::move(constraint)) {}

    Fault fault() const { return fault_; }
    /// Five characters, empty when the server did not answer.
    std::string_view sqlstate() const { return sqlstate_; }
    /// Name of the violated constraint, or empty. Conflicts are recognised by it alone.
    std::string_view constraint() const { return constraint_; }
    /// The transaction may have committed: only looking for its rows can tell.
    bool in_doubt() const { return in_doubt_; }
    /// Nothing was committed and the same transaction may succeed when run again.
    bool retryable() const;

    DatabaseError as_in_doubt() const {
        DatabaseError copy = *this;
        copy.in_doubt_ = true;
        return copy;
    }

  private:
    Fault fault_;
    std::string sqlstate_, constraint_;
    bool in_doubt_ = false;
};

}  // namespace cambist::office::pg
