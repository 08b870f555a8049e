#include "office/pg/parameters.hpp"

namespace cambist::office::pg {

namespace {

using wire::Oid;
using wire::put;

constexpr std::size_t array_header = 20;

char* put_array_header(char* at, Oid element, std::size_t count, bool nulls) {
    at = put<std::int32_t>(at, 1);
    at = put<std::int32_t>(at, nulls ? 1 : 0);
    at = put<std::uint32_t>(at, static_cast<std::uint32_t>(element));
    at = put<std::int32_t>(at, static_cast<std::int32_t>(count));
    return put<std::int32_t>(at, 1);
}

char* put_uuid(char* at, OperationId id) {
    at = put(at, id.hi);
    return put(at, id.lo);
}

}  // namespace

char* Parameters::grow(Oid type, std::size_t bytes) {
    const std::size_t offset = buffer_.size();
    buffer_.resize(offset + bytes);
    types_.push_back(static_cast<std::uint32_t>(type));
    offsets_.push_back(offset);
    lengths_.push_back(static_cast<int>(bytes));
    return buffer_.data() + offset;
}

Parameters& Parameters::add_null(Oid type) {
    types_.push_back(static_cast<std::uint32_t>(type));
    offsets_.push_back(null_offset);
    lengths_.push_back(0);
    return *this;
}

Parameters& Parameters::add(bool value) {
    *grow(Oid::boolean, 1) = value ? 1 : 0;
    return *this;
}

Parameters& Parameters::add(std::int16_t value) {
    put(grow(Oid::int2, 2), value);
    return *this;
}

Parameters& Parameters::add(std::int32_t value) {
    put(grow(Oid::int4, 4), value);
    return *this;
}

Parameters& Parameters::add(std::int64_t value) {
    put(grow(Oid::int8, 8), value);
    return *this;
}

Parameters& Parameters::add(std::string_view value) {
    value.copy(grow(Oid::text, value.size()), value.size());
    return *this;
}

Parameters& Parameters::add(Json value) {
    char* at = grow(Oid::jsonb, value.text.size() + 1);
    *at = 1;  // version of the binary form
    value.text.copy(at + 1, value.text.size());
    return *this;
}

Parameters& Parameters::add(Bytes value) {
    char* at = grow(Oid::bytea, value.size());
    if (!value.empty())
        std::memcpy(at, value.data(), value.size());
    return *this;
}

Parameters& Parameters::add(Instant value) {
    put(grow(Oid::timestamptz, 8), wire::timestamp_of(value));
    return *this;
}

Parameters& Parameters::add(OperationId value) {
    if (value.empty())
        return add_null(Oid::uuid);
    put_uuid(grow(Oid::uuid, 16), value);
    return *this;
}

template <class T>
Parameters& Parameters::add_numbers(Oid array, Oid element, std::span<const T> values) {
    char* at = grow(array, array_header + values.size() * (4 + sizeof(T)));
    at = put_array_header(at, element, values.size(), false);
    for (const T value : values) {
        at = put<std::int32_t>(at, sizeof(T));
        at = put(at, value);
    }
    return *this;
}

template <class Text>
Parameters& Parameters::add_texts(Oid array, Oid element, std::span<const Text> values) {
    std::size_t bytes = array_header + 4 * values.size();
    for (const Text& value : values)
        bytes += value.size();
    char* at = put_array_header(grow(array, bytes), element, values.size(), false);
    for (const Text& value : values) {
        at = put<std::int32_t>(at, static_cast<std::int32_t>(value.size()));
        if (!value.empty())
            std::memcpy(at, value.data(), value.size());
        at += value.size();
    }
    return *this;
}

Parameters& Parameters::add(std::span<const std::int16_t> values) {
    return add_numbers(Oid::int2_array, Oid::int2, values);
}

Parameters& Parameters::add(std::span<const std::int32_t> values) {
    return add_numbers(Oid::int4_array, Oid::int4, values);
}

Parameters& Parameters::add(std::span<const std::int64_t> values) {
    return add_numbers(Oid::int8_array, Oid::int8, values);
}

Parameters& Parameters::add(std::span<const std::uint64_t> values) {
    return add_numbers(Oid::int8_array, Oid::int8, values);
}

Parameters& Parameters::add(std::span<const std::string_view> values) {
    return add_texts(Oid::text_array, Oid::text, values);
}

Parameters& Parameters::add(std::span<const std::string> values) {
    return add_texts(Oid::text_array, Oid::text, values);
}

Parameters& Parameters::add(std::span<const Bytes> values) {
    return add_texts(Oid::bytea_array, Oid::bytea, values);
}

Parameters& Parameters::add(std::span<const bool> values) {
    char* at = grow(Oid::boolean_array, array_header + values.size() * 5);
    at = put_array_header(at, Oid::boolean, values.size(), false);
    for (const bool value : values) {
        at = put<std::int32_t>(at, 1);
        *at++ = value ? 1 : 0;
    }
    return *this;
}

Parameters& Parameters::add(std::span<const Instant> values) {
    char* at = grow(Oid::timestamptz_array, array_header + values.size() * 12);
    at = put_array_header(at, Oid::timestamptz, values.size(), false);
    for (const Instant value : values) {
        at = put<std::int32_t>(at, 8);
        at = put(at, wire::timestamp_of(value));
    }
    return *this;
}

Parameters& Parameters::add(std::span<const OperationId> values) {
    std::size_t bytes = array_header + 4 * values.size();
    bool nulls = false;
    for (const OperationId value : values) {
        bytes += value.empty() ? 0 : 16;
        nulls = nulls || value.empty();
    }
    char* at = put_array_header(grow(Oid::uuid_array, bytes), Oid::uuid, values.size(), nulls);
    for (const OperationId value : values) {
        at = put<std::int32_t>(at, value.empty() ? -1 : 16);
        if (!value.empty())
            at = put_uuid(at, value);
    }
    return *this;
}

const char* const* Parameters::values() {
    values_.clear();
    for (const std::size_t offset : offsets_)
        values_.push_back(offset == null_offset ? nullptr : buffer_.data() + offset);
    return values_.data();
}

const int* Parameters::formats() {
    formats_.assign(types_.size(), 1);
    return formats_.data();
}

}  // namespace cambist::office::pg
