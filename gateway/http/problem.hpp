#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cambist::gateway {

struct Response;

/// What is wrong with one field of the body, by its path (`amount.currency`, `items[3].login`).
struct FieldError {
    std::string field;
    std::string code;
};

/// An answer that is not the one asked for (RFC 9457); `code` is stable, `detail` is for people.
struct Problem {
    int status = 400;
    std::string code;
    std::string detail;
    std::vector<FieldError> errors;
    std::vector<std::pair<std::string, std::string>> headers;
    bool recorded = false;  ///< the refusal itself is on record: commit what was written
};

/// `application/problem+json`; the same problem always gives the same bytes.
Response to_response(const Problem& problem);

/// The standard words of a status code.
std::string_view reason_phrase(int status);

}  // namespace cambist::gateway
