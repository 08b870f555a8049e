#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "office/pg/parameters.hpp"

namespace cambist::office::pg {

/// Rows in the binary format of COPY. Each row begins with `row(columns)`, followed by exactly that
/// many values whose types are those of the columns: nothing is converted by the server.
class CopyRows {
  public:
    CopyRows();

    CopyRows& row(int columns);
    CopyRows& add(bool value);
    CopyRows& add(std::int16_t value);
    CopyRows& add(std::int32_t value);
    CopyRows& add(std::int64_t value);
    CopyRows& add(std::uint64_t value) { return add(static_cast<std::int64_t>(value)); }
    CopyRows& add(std::string_view value);
    CopyRows& add(const char* value) { return add(std::string_view(value)); }
    CopyRows& add(const std::string& value) { return add(std::string_view(value)); }
    CopyRows& add(Instant value);
    CopyRows& add(OperationId value);
    CopyRows& null();

    /// The whole stream so far, trailer included.
    std::string_view finish();

  private:
    template <class T>
    CopyRows& number(T value);

    std::string buffer_;
};

/// Takes the fields of one row: for each its length (-1: null) and its bytes.
using RowSink = std::function<void(std::string_view fields)>;

/// Cuts the messages of a binary COPY ... TO STDOUT into rows; PostgreSQL sends one a message.
class CopyMessages {
  public:
    explicit CopyMessages(const RowSink& row) : row_(row) {}

    /// Throws DatabaseError(unexpected_answer).
    void take(std::string_view message);

  private:
    const RowSink& row_;
    bool begun_ = false;
};

}  // namespace cambist::office::pg
