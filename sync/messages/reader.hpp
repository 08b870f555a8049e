#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "sync/messages/codec.hpp"

namespace cambist {

/// Reads MessagePack of known shape. The first thing that is wrong becomes error() and everything
/// read after it is zero or empty, so that callers check once.
class Reader {
  public:
    static constexpr unsigned most_depth = 16;

    explicit Reader(ByteView bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    bool failed() const { return error_.has_value(); }
    FrameError error() const { return *error_; }
    const std::byte* at() const { return at_; }
    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

    std::uint64_t unsigned_number(std::uint64_t most) {
        if (at_ != end_ && static_cast<std::uint8_t>(*at_) < 0x80) {
            const auto value = static_cast<std::uint64_t>(*at_++);
            return value <= most ? value : fail(FrameError::out_of_range);
        }
        return long_unsigned(most);
    }
    std::int64_t signed_number() {
        if (at_ != end_) {
            const auto first = static_cast<std::uint8_t>(*at_);
            if (first < 0x80 || first >= 0xe0) {
                ++at_;
                return static_cast<std::int8_t>(first);
            }
        }
        return long_signed();
    }
    bool truth();
    /// True and past it, when the next value is nil.
    bool take_nil();
    void binary16(std::uint64_t& hi, std::uint64_t& lo);
    /// Valid as long as the frame is.
    std::string_view text(std::size_t most);
    /// An array; its length, which nothing has checked.
    std::size_t array_of_any();
    /// An array of exactly `count`.
    void array_of(std::size_t count);
    /// An array of at most `most`, each of at least `least_bytes`: the count is checked against the
    /// bytes that are left before anybody allocates for it.
    std::size_t array(std::size_t most, std::size_t least_bytes);
    /// 0, so that a failed read can be returned.
    std::uint64_t fail(FrameError error) {
        if (!error_)
            error_ = error;
        at_ = end_;
        return 0;
    }

  private:
    std::uint64_t long_unsigned(std::uint64_t most);
    std::int64_t long_signed();
    std::uint64_t big_endian(std::size_t size, std::uint64_t least);
    /// The next value is not of the type wanted: bad_type, or too_deep for nested containers.
    std::uint64_t wrong_type();
    std::uint8_t peek() const { return static_cast<std::uint8_t>(*at_); }

    const std::byte* at_;
    const std::byte* end_;
    std::optional<FrameError> error_;
};

}  // namespace cambist
