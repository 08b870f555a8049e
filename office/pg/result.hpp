#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "office/pg/parameters.hpp"

struct pg_result;

namespace cambist::office::pg {

/// One row of a Result. `get` reads a column by its place, from zero: bool, std::int16_t,
/// std::int32_t, std::int64_t, std::uint64_t, std::string_view (text, json, jsonb; lives as long as
/// the result), std::string, Bytes, Instant, OperationId, strong ids, and vectors of std::int64_t
/// and std::string; `std::optional` of these when the column may be null. Integers narrower than
/// asked are widened. A null or a type that does not fit throws DatabaseError(unexpected_answer).
class Row {
  public:
    template <class T>
    T get(int column) const;
    bool is_null(int column) const;
    /// The value of any type in PostgreSQL's binary form, which lives as long as the result;
    /// nothing when null.
    std::optional<std::string_view> wire_form(int column) const;

  private:
    friend class Result;
    Row(const pg_result* result, int row) : result_(result), row_(row) {}

    template <class T>
    T read(int column) const;
    std::int64_t integer(int column) const;
    std::string_view text(int column) const;
    std::string_view raw(int column, wire::Oid expected) const;

    const pg_result* result_;
    int row_;
};

/// The rows of one statement, in binary format.
class Result {
  public:
    explicit Result(pg_result* result) : result_(result) {}

    int size() const;
    bool empty() const { return size() == 0; }
    Row operator[](int row) const { return {result_.get(), row}; }
    /// The single row; another number of rows throws DatabaseError(unexpected_answer).
    Row one() const;
    /// The first row, or nothing.
    std::optional<Row> first() const;
    /// Rows inserted, updated, deleted or selected.
    std::int64_t affected() const;

    /// libpq's own, still owned here; may be null.
    const pg_result* get() const { return result_.get(); }

    class Iterator {
      public:
        Iterator(const Result& result, int row) : result_(&result), row_(row) {}
        Row operator*() const { return (*result_)[row_]; }
        Iterator& operator++() {
            ++row_;
            return *this;
        }
        bool operator==(const Iterator& other) const { return row_ == other.row_; }

      private:
        const Result* result_;
        int row_;
    };
    Iterator begin() const { return {*this, 0}; }
    Iterator end() const { return {*this, size()}; }

  private:
    struct Clear {
        void operator()(pg_result* result) const;
    };
    std::unique_ptr<pg_result, Clear> result_;
};

template <>
bool Row::read<bool>(int column) const;
template <>
std::string Row::read<std::string>(int column) const;
template <>
Bytes Row::read<Bytes>(int column) const;
template <>
Instant Row::read<Instant>(int column) const;
template <>
OperationId Row::read<OperationId>(int column) const;
template <>
std::vector<std::int64_t> Row::read<std::vector<std::int64_t>>(int column) const;
template <>
std::vector<std::string> Row::read<std::vector<std::string>>(int column) const;

template <class T>
T Row::read(int column) const {
    if constexpr (std::is_same_v<T, std::string_view>)
        return text(column);
    else if constexpr (std::is_integral_v<T>)
        return static_cast<T>(integer(column));
    else
        return T{static_cast<decltype(T{}.value)>(integer(column))};  // a strong id
}

template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;

template <class T>
T Row::get(int column) const {
    if constexpr (is_optional<T>) {
        if (is_null(column))
            return std::nullopt;
        return read<typename T::value_type>(column);
    } else {
        return read<T>(column);
    }
}

}  // namespace cambist::office::pg
