#include "gateway/http/json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gateway/http/target.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;
using boost::system::error_code;

constexpr std::size_t greatest_depth = 16;

/// Builds the value while the text is read, and refuses an object that names a key twice.
struct StrictHandler {
    static constexpr std::size_t max_object_size = 10'000;
    static constexpr std::size_t max_array_size = 10'000;
    static constexpr std::size_t max_key_size = 256;
    static constexpr std::size_t max_string_size = 1024 * 1024;

    json::value_stack values;
    std::vector<std::set<std::string, std::less<>>> keys;
    std::string key;
    bool key_twice = false;

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) {
        keys.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t size, error_code&) {
        keys.pop_back();
        values.push_object(size);
        return true;
    }
    bool on_array_begin(error_code&) { return true; }
    bool on_array_end(std::size_t size, error_code&) {
        values.push_array(size);
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t, error_code&) {
        key.append(part.data(), part.size());
        values.push_chars(part);
        return true;
    }
    bool on_key(json::string_view part, std::size_t, error_code& problem) {
        key.append(part.data(), part.size());
        values.push_key(part);
        if (!keys.back().insert(std::exchange(key, {})).second) {
            key_twice = true;
            problem = json::error::syntax;
            return false;
        }
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, error_code&) {
        values.push_chars(part);
        return true;
    }
    bool on_string(json::string_view part, std::size_t, error_code&) {
        values.push_string(part);
        return true;
    }
    bool on_number_part(json::string_view, error_code&) { return true; }
    bool on_int64(std::int64_t number, json::string_view, error_code&) {
        values.push_int64(number);
        return true;
    }
    bool on_uint64(std::uint64_t number, json::string_view, error_code&) {
        values.push_uint64(number);
        return true;
    }
    bool on_double(double number, json::string_view, error_code&) {
        values.push_double(number);
        return true;
    }
    bool on_bool(bool flag, error_code&) {
        values.push_bool(flag);
        return true;
    }
    bool on_null(error_code&) {
        values.push_null();
        return true;
    }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }
};

std::string_view detail_of(const error_code& problem, const StrictHandler& handler,
                           std::string_view text) {
    if (handler.key_twice)
        return "an object names a key twice";
    if (text.starts_with("\xef\xbb\xbf"))
        return "a byte order mark";
    if (problem == json::error::too_deep)
        return "deeper than 16 levels";
    if (problem == json::error::illegal_leading_surrogate ||
        problem == json::error::illegal_trailing_surrogate)
        return "half of a surrogate pair";
    if (problem == json::error::incomplete)
        return "the text ends too early";
    if (problem == json::error::extra_data)
        return "something follows the value";
    return "not JSON";
}

}  // namespace

std::expected<json::value, Problem> parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = greatest_depth;
    json::basic_parser<StrictHandler> parser(options);
    StrictHandler& handler = parser.handler();
    error_code problem;
    handler.values.reset();
    if (!is_utf8(text))
        return std::unexpected(Problem{400, "bad_json", "not UTF-8", {}, {}});
    const auto used = parser.write_some(false, text.data(), text.size(), problem);
    if (!problem && used < text.size())
        problem = json::error::extra_data;
    if (problem)
        return std::unexpected(
            Problem{400, "bad_json", std::string(detail_of(problem, handler, text)), {}, {}});
    return handler.values.release();
}

}  // namespace cambist::gateway
