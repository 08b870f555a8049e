#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cambist::ctl {

/// Where a value goes in the request.
enum class Place : std::uint8_t { query, header, body };

/// How a value is written on the command line.
enum class Kind : std::uint8_t {
    text,
    integer,
    number,
    boolean,
    money,   ///< "12.34 USD"
    secret,  ///< the name of a file with it; it stands in no argument list
    json,    ///< any JSON text
};

/// One value of an operation that an option gives.
struct Field {
    std::string_view option;  ///< `--person.name`
    std::string_view name;    ///< in the request: `person.name`, `limit`
    std::string_view help = {};
    std::string_view format = {};  ///< of JSON schema: `uuid`, `date-time`
    std::string_view within = {};  ///< the nearest object around it that may be left out
    std::span<const std::string_view> words = {};  ///< all that are allowed; none: any text
    std::int64_t minimum = INT64_MIN, maximum = INT64_MAX;  ///< of an integer
    Place place = Place::body;
    Kind kind = Kind::text;
    bool required = false;  ///< of its object
    bool repeated = false;
    bool nullable = false;  ///< the word null is JSON's null
    bool made = false;      ///< the id of something new: made here when it is not given
};

/// One word that stands in the path: an account is two parameters in one, `server/login`.
struct Position {
    std::string_view label, help = {};
    std::string_view format = {};  ///< of its last parameter
    std::span<const std::string_view> parameters;
};

/// One operation of gateway/openapi.yaml as a command.
struct Operation {
    std::string_view id, method, path, summary = {};
    std::span<const std::string_view> command = {};  ///< `accounts`, `holds`, `list`
    std::span<const Position> places = {};
    std::span<const Field> fields = {};
    std::span<const std::string_view> columns = {};  ///< of a table of its items, by dots
    std::string_view body_type = {};                 ///< empty: it takes no body
    std::string_view permission = {};                ///< that it asks for, or empty
    bool needs_body = false;
    bool takes_key = false;  ///< Idempotency-Key
    bool takes_if_match = false, needs_if_match = false;
    bool page = false;  ///< answers items and a cursor
    bool open = false;  ///< anybody may ask

    bool writes() const { return method != "GET"; }
};

/// What a group of commands is about.
struct Noun {
    std::string_view name, about;
};

/// Every operation of the contract, in its order.
std::span<const Operation> operations();
std::span<const Noun> nouns();

/// Its words with blanks between.
std::string command_of(const Operation& operation);
/// The operation that reads the thing which this one changes, or nullptr.
const Operation* reader_of(const Operation& operation);
/// The query parameter of that name, or nullptr.
const Field* query_field(const Operation& operation, std::string_view name);

}  // namespace cambist::ctl
