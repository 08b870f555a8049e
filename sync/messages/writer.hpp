#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "sync/messages/text.hpp"

namespace cambist {

/// Writes MessagePack in its shortest forms into memory that the caller knows to be large enough
/// (most_bytes of record_codec.hpp): no checks, no allocation.
class Writer {
  public:
    explicit Writer(std::byte* at) : at_(at) {}
    std::byte* at() const { return at_; }

    void unsigned_number(std::uint64_t value) {
        if (value < 0x80)
            byte(static_cast<std::uint8_t>(value));
        else if (value <= 0xff)
            tagged(0xcc, static_cast<std::uint8_t>(value));
        else if (value <= 0xffff)
            tagged(0xcd, static_cast<std::uint16_t>(value));
        else if (value <= 0xffffffff)
            tagged(0xce, static_cast<std::uint32_t>(value));
        else
            tagged(0xcf, value);
    }
    void signed_number(std::int64_t value) {
        if (value >= 0)
            unsigned_number(static_cast<std::uint64_t>(value));
        else if (value >= -32)
            byte(static_cast<std::uint8_t>(value));
        else if (value >= INT8_MIN)
            tagged(0xd0, static_cast<std::uint8_t>(value));
        else if (value >= INT16_MIN)
            tagged(0xd1, static_cast<std::uint16_t>(value));
        else if (value >= INT32_MIN)
            tagged(0xd2, static_cast<std::uint32_t>(value));
        else
            tagged(0xd3, static_cast<std::uint64_t>(value));
    }
    void truth(bool value) { byte(value ? 0xc3 : 0xc2); }
    void nil() { byte(0xc0); }
    void array(std::size_t count) {
        if (count < 16)
            byte(static_cast<std::uint8_t>(0x90 | count));
        else if (count <= 0xffff)
            tagged(0xdc, static_cast<std::uint16_t>(count));
        else
            tagged(0xdd, static_cast<std::uint32_t>(count));
    }
    /// At most 65,535 bytes.
    void text(std::string_view value) {
        if (value.size() < 32)
            byte(static_cast<std::uint8_t>(0xa0 | value.size()));
        else if (value.size() <= 0xff)
            tagged(0xd9, static_cast<std::uint8_t>(value.size()));
        else
            tagged(0xda, static_cast<std::uint16_t>(value.size()));
        copy_sound_text(value, at_);
        at_ += value.size();
    }
    void binary16(std::uint64_t hi, std::uint64_t lo) {
        byte(0xc4);
        tagged(16, hi);
        big_endian(lo);
    }

  private:
    void byte(std::uint8_t value) { *at_++ = std::byte{value}; }
    template <class Number>
    void big_endian(Number value) {
        if constexpr (sizeof(Number) > 1 && std::endian::native == std::endian::little) {
            if constexpr (sizeof(Number) == 8)
                value = __builtin_bswap64(value);
            else if constexpr (sizeof(Number) == 4)
                value = __builtin_bswap32(value);
            else
                value = __builtin_bswap16(value);
        }
        std::memcpy(at_, &value, sizeof value);
        at_ += sizeof value;
    }
    template <class Number>
    void tagged(std::uint8_t tag, Number value) {
        byte(tag);
        big_endian(value);
    }

    std::byte* at_;
};

}  // namespace cambist
