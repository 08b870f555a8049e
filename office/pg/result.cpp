#include "office/pg/result.hpp"

#include <libpq-fe.h>

#include <charconv>

#include "office/pg/error.hpp"

namespace cambist::office::pg {

namespace {

using wire::Oid;

[[noreturn]] void unexpected(const pg_result* result, int column, std::string_view problem) {
    const char* name = PQfname(result, column);
    throw DatabaseError(Fault::unexpected_answer, "column " + std::to_string(column) + " (" +
                                                      (name ? name : "none") +
                                                      "): " + std::string(problem));
}

/// Calls `element(bytes)` for each element of a one-dimensional array.
template <class Element>
void each_element(const pg_result* result, int column, std::string_view raw, Element element) {
    if (raw.size() < 12)
        unexpected(result, column, "is no array");
    if (wire::take<std::int32_t>(raw.data()) == 0)
        return;
    const auto count = wire::take<std::int32_t>(raw.data() + 12);
    const char* at = raw.data() + 20;
    for (std::int32_t index = 0; index < count; ++index) {
        const auto length = wire::take<std::int32_t>(at);
        if (length < 0)
            unexpected(result, column, "holds a null element");
        element(std::string_view(at + 4, static_cast<std::size_t>(length)));
        at += 4 + length;
    }
}

}  // namespace

void Result::Clear::operator()(pg_result* result) const {
    PQclear(result);
}

int Result::size() const {
    return PQntuples(result_.get());
}

Row Result::one() const {
    if (size() != 1)
        throw DatabaseError(Fault::unexpected_answer,
                            "expected one row, got " + std::to_string(size()));
    return (*this)[0];
}

std::optional<Row> Result::first() const {
    if (empty())
        return std::nullopt;
    return (*this)[0];
}

std::int64_t Result::affected() const {
    const std::string_view count = PQcmdTuples(result_.get());
    std::int64_t rows = 0;
    std::from_chars(count.data(), count.data() + count.size(), rows);
    return rows;
}

bool Row::is_null(int column) const {
    return PQgetisnull(result_, row_, column) != 0;
}

std::optional<std::string_view> Row::wire_form(int column) const {
    if (is_null(column))
        return std::nullopt;
    return raw(column, Oid::unspecified);
}

std::string_view Row::raw(int column, Oid expected) const {
    if (is_null(column))
        unexpected(result_, column, "is null or missing");
    if (expected != Oid::unspecified && PQftype(result_, column) != static_cast<unsigned>(expected))
        unexpected(result_, column, "has another type");
    return {PQgetvalue(result_, row_, column),
            static_cast<std::size_t>(PQgetlength(result_, row_, column))};
}

std::int64_t Row::integer(int column) const {
    const char* at = raw(column, Oid::unspecified).data();
    switch (static_cast<Oid>(PQftype(result_, column))) {
        case Oid::int8:
        case Oid::xid8:
            return wire::take<std::int64_t>(at);
        case Oid::int4:
            return wire::take<std::int32_t>(at);
        case Oid::oid:
            return wire::take<std::uint32_t>(at);
        case Oid::int2:
            return wire::take<std::int16_t>(at);
        default:
            unexpected(result_, column, "is no integer");
    }
}

std::string_view Row::text(int column) const {
    const std::string_view bytes = raw(column, Oid::unspecified);
    switch (static_cast<Oid>(PQftype(result_, column))) {
        case Oid::text:
        case Oid::varchar:
        case Oid::bpchar:
        case Oid::name:
        case Oid::json:
            return bytes;
        case Oid::jsonb:
            return bytes.substr(1);
        default:
            unexpected(result_, column, "is no text");
    }
}

template <>
bool Row::read<bool>(int column) const {
    return raw(column, Oid::boolean)[0] != 0;
}

template <>
std::string Row::read<std::string>(int column) const {
    return std::string(text(column));
}

template <>
Bytes Row::read<Bytes>(int column) const {
    return std::as_bytes(std::span(raw(column, Oid::bytea)));
}

template <>
Instant Row::read<Instant>(int column) const {
    return wire::instant_of(wire::take<std::int64_t>(raw(column, Oid::timestamptz).data()));
}

template <>
OperationId Row::read<OperationId>(int column) const {
    const char* at = raw(column, Oid::uuid).data();
    return {wire::take<std::uint64_t>(at), wire::take<std::uint64_t>(at + 8)};
}

template <>
std::vector<std::int64_t> Row::read<std::vector<std::int64_t>>(int column) const {
    std::vector<std::int64_t> values;
    each_element(result_, column, raw(column, Oid::int8_array), [&](std::string_view bytes) {
        values.push_back(wire::take<std::int64_t>(bytes.data()));
    });
    return values;
}

template <>
std::vector<std::string> Row::read<std::vector<std::string>>(int column) const {
    std::vector<std::string> values;
    each_element(result_, column, raw(column, Oid::text_array),
                 [&](std::string_view bytes) { values.emplace_back(bytes); });
    return values;
}

}  // namespace cambist::office::pg
