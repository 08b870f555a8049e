#include "sync/messages/reader.hpp"

#include "sync/messages/text.hpp"

namespace cambist {

namespace {

/// Bytes of the header of an array or map that begins with `first`, 0 for anything else.
std::size_t container_header(std::uint8_t first) {
    if (first >= 0x80 && first <= 0x9f)
        return 1;
    if (first == 0xdc || first == 0xde)
        return 3;
    return first == 0xdd || first == 0xdf ? 5 : 0;
}

}  // namespace

/// The next value is of `size` bytes after its tag, and would have been written shorter below
/// `least`.
std::uint64_t Reader::big_endian(std::size_t size, std::uint64_t least) {
    if (left() < 1 + size)
        return fail(FrameError::truncated);
    std::uint64_t value = 0;
    for (std::size_t place = 1; place <= size; ++place)
        value = value << 8 | static_cast<std::uint8_t>(at_[place]);
    if (value < least)
        return fail(FrameError::not_canonical);
    at_ += 1 + size;
    return value;
}

std::uint64_t Reader::wrong_type() {
    if (at_ == end_)
        return fail(FrameError::truncated);
    unsigned depth = 0;
    for (const std::byte* at = at_; at < end_ && depth <= most_depth; ++depth) {
        const std::size_t header = container_header(static_cast<std::uint8_t>(*at));
        if (header == 0 || static_cast<std::size_t>(end_ - at) < header)
            break;
        at += header;
    }
    return fail(depth > most_depth ? FrameError::too_deep : FrameError::bad_type);
}

std::uint64_t Reader::long_unsigned(std::uint64_t most) {
    if (at_ == end_)
        return fail(FrameError::truncated);
    std::uint64_t value = 0;
    switch (peek()) {
        case 0xcc:
            value = big_endian(1, 0x80);
            break;
        case 0xcd:
            value = big_endian(2, 0x100);
            break;
        case 0xce:
            value = big_endian(4, 0x10000);
            break;
        case 0xcf:
            value = big_endian(8, 0x100000000);
            break;
        default: {
            const bool negative = peek() >= 0xe0 || (peek() >= 0xd0 && peek() <= 0xd3);
            return negative ? fail(FrameError::out_of_range) : wrong_type();
        }
    }
    return value <= most ? value : fail(FrameError::out_of_range);
}

std::int64_t Reader::long_signed() {
    if (at_ == end_ || peek() < 0xd0 || peek() > 0xd3)
        return static_cast<std::int64_t>(long_unsigned(INT64_MAX));
    const std::size_t size = std::size_t{1} << (peek() - 0xd0);
    const std::uint64_t bits = big_endian(size, 0);
    if (failed())
        return 0;
    const unsigned unused = 64 - 8 * static_cast<unsigned>(size);
    const std::int64_t value = static_cast<std::int64_t>(bits << unused) >> unused;
    constexpr std::int64_t shorter_from[]{-32, INT8_MIN, INT16_MIN, 0, INT32_MIN};
    if (value >= shorter_from[size / 2])
        return static_cast<std::int64_t>(fail(FrameError::not_canonical));
    return value;
}

bool Reader::truth() {
    if (at_ == end_ || (peek() & 0xfe) != 0xc2)
        return wrong_type() != 0;
    return static_cast<std::uint8_t>(*at_++) == 0xc3;
}

bool Reader::take_nil() {
    if (at_ == end_ || peek() != 0xc0)
        return false;
    ++at_;
    return true;
}

void Reader::binary16(std::uint64_t& hi, std::uint64_t& lo) {
    if (at_ == end_ || peek() != 0xc4) {
        wrong_type();
        return;
    }
    if (left() >= 2 && static_cast<std::uint8_t>(at_[1]) != 16) {
        fail(FrameError::out_of_range);
        return;
    }
    if (left() < 18) {
        fail(FrameError::truncated);
        return;
    }
    // Each half with the byte before it in the place of a tag.
    at_ += 1;
    hi = big_endian(8, 0);
    at_ -= 1;
    lo = big_endian(8, 0);
}

std::string_view Reader::text(std::size_t most) {
    if (at_ == end_) {
        fail(FrameError::truncated);
        return {};
    }
    std::size_t size = 0;
    if ((peek() & 0xe0) == 0xa0)
        size = static_cast<std::size_t>(*at_++) & 0x1f;
    else if (peek() == 0xd9)
        size = big_endian(1, 32);
    else if (peek() == 0xda)
        size = big_endian(2, 0x100);
    else if (peek() == 0xdb)
        size = big_endian(4, 0x10000);
    else
        wrong_type();
    if (size > most)
        fail(FrameError::too_long);
    else if (size > left())
        fail(FrameError::truncated);
    if (failed())
        return {};
    const std::string_view value(reinterpret_cast<const char*>(at_), size);
    if (!is_sound_text(value)) {
        fail(FrameError::bad_text);
        return {};
    }
    at_ += size;
    return value;
}

std::size_t Reader::array_of_any() {
    if (at_ != end_ && (peek() & 0xf0) == 0x90)
        return static_cast<std::size_t>(*at_++) & 0x0f;
    if (at_ != end_ && peek() == 0xdc)
        return big_endian(2, 16);
    if (at_ != end_ && peek() == 0xdd)
        return big_endian(4, 0x10000);
    return wrong_type();
}

void Reader::array_of(std::size_t count) {
    if (array_of_any() != count)
        fail(FrameError::bad_arity);
}

std::size_t Reader::array(std::size_t most, std::size_t least_bytes) {
    const std::size_t count = array_of_any();
    if (count > most)
        return fail(FrameError::too_long);
    if (count * least_bytes > left())
        return fail(FrameError::truncated);
    return count;
}

}  // namespace cambist
