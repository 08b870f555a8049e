#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>

#include "sync/vocabulary/instant.hpp"

/// PostgreSQL's binary formats: big endian, times in microseconds since 2000-01-01 UTC.
namespace cambist::office::pg::wire {

enum class Oid : std::uint32_t {
    unspecified = 0,
    boolean = 16,
    bytea = 17,
    name = 19,
    int8 = 20,
    int2 = 21,
    int4 = 23,
    text = 25,
    oid = 26,
    json = 114,
    bpchar = 1042,
    varchar = 1043,
    timestamptz = 1184,
    uuid = 2950,
    jsonb = 3802,
    xid8 = 5069,
    boolean_array = 1000,
    bytea_array = 1001,
    int2_array = 1005,
    int4_array = 1007,
    text_array = 1009,
    int8_array = 1016,
    timestamptz_array = 1185,
    uuid_array = 2951,
};

template <std::integral T>
T big_endian(T value) {
    if constexpr (sizeof(T) == 1 || std::endian::native == std::endian::big)
        return value;
    else
        return std::byteswap(value);
}

template <std::integral T>
char* put(char* at, T value) {
    value = big_endian(value);
    std::memcpy(at, &value, sizeof value);
    return at + sizeof value;
}

template <std::integral T>
T take(const char* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return big_endian(value);
}

constexpr std::int64_t epoch_2000_us = 946'684'800'000'000;

/// Rounds up to the next microsecond: a stored instant never precedes the real one.
constexpr std::int64_t timestamp_of(Instant at) {
    const std::int64_t whole = at.ns / 1000;
    return whole + (at.ns % 1000 > 0 ? 1 : 0) - epoch_2000_us;
}
constexpr Instant instant_of(std::int64_t timestamp) {
    return {(timestamp + epoch_2000_us) * 1000};
}

}  // namespace cambist::office::pg::wire
