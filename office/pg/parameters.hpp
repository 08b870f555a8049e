#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "office/pg/wire.hpp"
#include "sync/vocabulary/ids.hpp"
#include "sync/vocabulary/instant.hpp"
#include "sync/vocabulary/operation_id.hpp"

namespace cambist::office::pg {

/// JSON text that is sent as jsonb.
struct Json {
    std::string_view text;
};
using Bytes = std::span<const std::byte>;

/// The values of $1, $2 ... of one statement, in PostgreSQL's binary format with their types named.
/// Spans become arrays, for `unnest($1, $2 ...)`; a zero OperationId becomes null. Views are
/// copied.
class Parameters {
  public:
    Parameters() = default;
    template <class... Values>
    static Parameters of(const Values&... values) {
        Parameters parameters;
        (parameters.add(values), ...);
        return parameters;
    }

    Parameters& add(bool value);
    Parameters& add(std::int16_t value);
    Parameters& add(std::int32_t value);
    Parameters& add(std::int64_t value);
    Parameters& add(std::uint64_t value) { return add(static_cast<std::int64_t>(value)); }
    Parameters& add(std::string_view value);
    Parameters& add(const std::string& value) { return add(std::string_view(value)); }
    Parameters& add(const char* value) { return add(std::string_view(value)); }
    Parameters& add(Json value);
    Parameters& add(Bytes value);
    Parameters& add(Instant value);
    Parameters& add(OperationId value);
    template <class Tag>
    Parameters& add(Id<Tag, std::uint64_t> id) {
        return add(id.value);
    }
    template <class Tag>
    Parameters& add(Id<Tag, std::uint32_t> id) {
        return add(static_cast<std::int32_t>(id.value));
    }
    template <class T>
    Parameters& add(const std::optional<T>& value) {
        return value ? add(*value) : add_null(type_of<T>());
    }

    Parameters& add(std::span<const bool> values);
    Parameters& add(std::span<const std::int16_t> values);
    Parameters& add(std::span<const std::int32_t> values);
    Parameters& add(std::span<const std::int64_t> values);
    Parameters& add(std::span<const std::uint64_t> values);
    Parameters& add(std::span<const std::string_view> values);
    Parameters& add(std::span<const std::string> values);
    Parameters& add(std::span<const Instant> values);
    Parameters& add(std::span<const OperationId> values);
    Parameters& add(std::span<const Bytes> values);
    template <class T>
    Parameters& add(const std::vector<T>& values) {
        return add(std::span<const T>(values));
    }

    int count() const { return static_cast<int>(types_.size()); }
    const std::uint32_t* types() const { return types_.data(); }
    /// Pointers into this object, valid until it changes.
    const char* const* values();
    const int* lengths() const { return lengths_.data(); }
    const int* formats();

  private:
    static constexpr std::size_t null_offset = SIZE_MAX;

    template <class T>
    static wire::Oid type_of() {
        if constexpr (std::is_same_v<T, bool>)
            return wire::Oid::boolean;
        else if constexpr (std::is_same_v<T, std::int16_t>)
            return wire::Oid::int2;
        else if constexpr (std::is_same_v<T, std::int32_t>)
            return wire::Oid::int4;
        else if constexpr (std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::uint64_t>)
            return wire::Oid::int8;
        else if constexpr (std::is_same_v<T, Instant>)
            return wire::Oid::timestamptz;
        else if constexpr (std::is_same_v<T, OperationId>)
            return wire::Oid::uuid;
        else if constexpr (std::is_same_v<T, Json>)
            return wire::Oid::jsonb;
        else if constexpr (std::is_same_v<T, Bytes>)
            return wire::Oid::bytea;
        else if constexpr (std::is_constructible_v<std::string_view, T>)
            return wire::Oid::text;
        else
            return sizeof(T) == 4 ? wire::Oid::int4 : wire::Oid::int8;  // a strong id
    }

    Parameters& add_null(wire::Oid type);
    /// Reserves the bytes of one more value and returns where they go.
    char* grow(wire::Oid type, std::size_t bytes);
    template <class T>
    Parameters& add_numbers(wire::Oid array, wire::Oid element, std::span<const T> values);
    template <class Text>
    Parameters& add_texts(wire::Oid array, wire::Oid element, std::span<const Text> values);

    std::string buffer_;
    std::vector<std::uint32_t> types_;
    std::vector<std::size_t> offsets_;
    std::vector<int> lengths_, formats_;
    std::vector<const char*> values_;
};

}  // namespace cambist::office::pg
