#pragma once

#include <expected>
#include <string_view>

namespace cambist::office {

/// A rule said no, and nothing was written.
struct Refused {
    enum class Kind {
        invalid,    ///< the request makes no sense
        not_found,  ///< what it is about does not exist
        forbidden,  ///< this actor may not
        conflict,   ///< the state of things forbids it
    };
    Kind kind;
    std::string_view code;  ///< stable, e.g. unknown_client; static storage

    friend bool operator==(const Refused&, const Refused&) = default;
};

template <class T>
using Outcome = std::expected<T, Refused>;

/// Each noun lists its refusals in an enum, in order of precedence, and maps it with `refused_as`.
template <class Refusal>
std::unexpected<Refused> refused(Refusal refusal) {
    return std::unexpected(refused_as(refusal));
}

}  // namespace cambist::office
