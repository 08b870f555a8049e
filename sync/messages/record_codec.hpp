#pragma once

// Values and records of bounded size: how each is written, read, and how many bytes it can take.

#include <limits>

#include "sync/messages/reader.hpp"
#include "sync/messages/record_fields.hpp"
#include "sync/messages/writer.hpp"

namespace cambist {

template <class T>
concept Enumeration = std::is_enum_v<T>;
template <class T>
concept UnsignedNumber = std::unsigned_integral<T> && !std::same_as<T, bool>;

template <UnsignedNumber T>
void write(Writer& writer, T value) {
    writer.unsigned_number(value);
}
inline void write(Writer& writer, std::int64_t value) {
    writer.signed_number(value);
}
inline void write(Writer& writer, std::same_as<bool> auto value) {
    writer.truth(value);
}
inline void write(Writer& writer, Instant value) {
    writer.signed_number(value.ns);
}
inline void write(Writer& writer, Rights value) {
    writer.unsigned_number(value.bits);
}
template <Enumeration T>
void write(Writer& writer, T value) {
    writer.unsigned_number(static_cast<std::uint64_t>(value));
}
template <class Tag, class Number>
void write(Writer& writer, Id<Tag, Number> value) {
    writer.unsigned_number(value.value);
}
inline void write(Writer& writer, OperationId value) {
    if (value.empty())
        writer.nil();
    else
        writer.binary16(value.hi, value.lo);
}
template <std::size_t Capacity>
void write(Writer& writer, const FixedText<Capacity>& value) {
    writer.text(value.view());
}
template <std::size_t Count>
void write(Writer& writer, const std::array<std::uint64_t, Count>& values) {
    writer.array(Count);
    for (const std::uint64_t value : values)
        writer.unsigned_number(value);
}
template <Record T>
void write(Writer& writer, const T& record) {
    std::apply(
        [&](const auto&... field) {
            writer.array(sizeof...(field));
            (write(writer, field), ...);
        },
        fields(record));
}

template <UnsignedNumber T>
void read(Reader& reader, T& value) {
    value = static_cast<T>(reader.unsigned_number(std::numeric_limits<T>::max()));
}
inline void read(Reader& reader, std::int64_t& value) {
    value = reader.signed_number();
}
inline void read(Reader& reader, bool& value) {
    value = reader.truth();
}
inline void read(Reader& reader, Instant& value) {
    value.ns = reader.signed_number();
}
inline void read(Reader& reader, Rights& value) {
    value.bits = static_cast<std::uint16_t>(reader.unsigned_number(Rights::all().bits));
}
template <Enumeration T>
void read(Reader& reader, T& value) {
    const std::uint64_t number = reader.unsigned_number(Enumerators<T>::most);
    if (number < Enumerators<T>::least)
        reader.fail(FrameError::out_of_range);
    else
        value = static_cast<T>(number);
}
template <class Tag, class Number>
void read(Reader& reader, Id<Tag, Number>& value) {
    read(reader, value.value);
}
inline void read(Reader& reader, OperationId& value) {
    if (reader.take_nil())
        return;
    reader.binary16(value.hi, value.lo);
    if (!reader.failed() && value.empty())
        reader.fail(FrameError::not_canonical);
}
template <std::size_t Capacity>
void read(Reader& reader, FixedText<Capacity>& value) {
    const std::string_view text = reader.text(Capacity);
    if (!text.empty())
        std::memcpy(value.bytes, text.data(), text.size());
}
template <std::size_t Count>
void read(Reader& reader, std::array<std::uint64_t, Count>& values) {
    reader.array_of(Count);
    for (std::uint64_t& value : values)
        value = reader.unsigned_number(UINT64_MAX);
}
template <Record T>
void read(Reader& reader, T& record) {
    std::apply(
        [&](auto&... field) {
            reader.array_of(sizeof...(field));
            (read(reader, field), ...);
        },
        fields(record));
}

template <class T>
struct MostBytes;
template <UnsignedNumber T>
struct MostBytes<T> {
    static constexpr std::size_t value = 1 + sizeof(T);
};
template <Enumeration T>
struct MostBytes<T> {
    static constexpr std::size_t value = 1;  // Enumerators<T>::most < 128
};
template <>
struct MostBytes<bool> {
    static constexpr std::size_t value = 1;
};
template <>
struct MostBytes<std::int64_t> {
    static constexpr std::size_t value = 9;
};
template <>
struct MostBytes<Instant> {
    static constexpr std::size_t value = 9;
};
template <>
struct MostBytes<Rights> {
    static constexpr std::size_t value = 3;
};
template <>
struct MostBytes<OperationId> {
    static constexpr std::size_t value = 18;
};
template <class Tag, class Number>
struct MostBytes<Id<Tag, Number>> {
    static constexpr std::size_t value = 1 + sizeof(Number);
};
template <std::size_t Capacity>
struct MostBytes<FixedText<Capacity>> {
    static constexpr std::size_t value = Capacity + (Capacity < 32 ? 1 : 2);
};
template <std::size_t Count>
struct MostBytes<std::array<std::uint64_t, Count>> {
    static constexpr std::size_t value = 3 + Count * 9;
};
template <class Tuple>
struct MostBytesOfFields;
template <class... Fields>
struct MostBytesOfFields<std::tuple<Fields&...>> {
    static constexpr std::size_t value = 3 + (MostBytes<std::remove_const_t<Fields>>::value + ...);
};
template <Record T>
struct MostBytes<T> : MostBytesOfFields<decltype(fields(std::declval<T&>()))> {};

/// How many bytes a value can take at most.
template <class T>
constexpr std::size_t most_bytes() {
    return MostBytes<T>::value;
}

/// How many it takes at least: each field is one byte or more.
template <Record T>
constexpr std::size_t least_bytes() {
    return 1 + std::tuple_size_v<decltype(fields(std::declval<T&>()))>;
}

}  // namespace cambist
