#include "gateway/http/framing.hpp"

#include <algorithm>
#include <string>

namespace cambist::gateway {
namespace {

Problem bad_framing(std::string detail) {
    return {400, "bad_framing", std::move(detail), {}, {}};
}

bool token_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool value_character(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<Problem> check_request_line(std::string_view line) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last || first == 0)
        return bad_framing("the request line needs a method, a target and a version");
    const auto method = line.substr(0, first);
    if (!std::ranges::all_of(method, token_character) || method.size() > 32)
        return bad_framing("the method is not a token");
    const auto version = line.substr(last + 1);
    if (!version.starts_with("HTTP/") || version.size() != 8)
        return bad_framing("the version is not HTTP/1.1");
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return Problem{505, "http_version", "HTTP/1.1 is spoken here", {}, {}};
    if (line.find(' ', first + 1) != last)
        return bad_framing("the target has a space");
    return std::nullopt;
}

/// What decides where the message ends and whom it is for.
struct Framing {
    int hosts = 0, lengths = 0, codings = 0;
    bool length_is_number = true, coding_is_chunked = true;

    void note(const std::string& name, std::string_view value) {
        if (name == "host")
            ++hosts;
        if (name == "content-length") {
            ++lengths;
            length_is_number &=
                !value.empty() && value.size() <= 18 &&
                std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
        }
        if (name == "transfer-encoding") {
            ++codings;
            coding_is_chunked &= lower_case(value) == "chunked";
        }
    }

    std::optional<Problem> verdict(bool version_1_1) const {
        if (hosts > 1 || (version_1_1 && hosts == 0))
            return bad_framing("Host is needed exactly once");
        if (lengths > 1)
            return bad_framing("Content-Length more than once");
        if (lengths && codings)
            return bad_framing("Content-Length beside Transfer-Encoding");
        if (!length_is_number)
            return bad_framing("Content-Length is not a number");
        if (codings > 1 || !coding_is_chunked)
            return bad_framing("the only Transfer-Encoding here is chunked");
        if (codings && !version_1_1)
            return bad_framing("HTTP/1.0 has no Transfer-Encoding");
        return std::nullopt;
    }
};

std::optional<Problem> check_field(std::string_view line, Framing& framing) {
    if (line.front() == ' ' || line.front() == '\t')
        return bad_framing("a header line is folded");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0)
        return bad_framing("a header line has no name");
    const auto name = line.substr(0, colon);
    if (!std::ranges::all_of(name, token_character))
        return bad_framing("a header name is not a token");
    const auto value = line.substr(colon + 1);
    if (!std::ranges::all_of(value, value_character))
        return bad_framing("a header value has a control character");
    framing.note(lower_case(name), trimmed(value));
    return std::nullopt;
}

}  // namespace

std::expected<std::optional<std::size_t>, Problem> find_header_end(std::string_view arrived,
                                                                   std::size_t from,
                                                                   const HeaderLimits& limits) {
    for (std::size_t i = from > 0 ? from - 1 : 0; i < arrived.size() && i < limits.bytes; ++i) {
        if (arrived[i] == '\0')
            return std::unexpected(bad_framing("a NUL in the header"));
        if (arrived[i] == '\r' && i + 1 < arrived.size() && arrived[i + 1] != '\n')
            return std::unexpected(bad_framing("a bare CR in the header"));
        if (arrived[i] != '\n')
            continue;
        if (i == 0 || arrived[i - 1] != '\r')
            return std::unexpected(bad_framing("a bare LF in the header"));
        if (i == 1)
            return std::unexpected(bad_framing("an empty request line"));
        if (i >= 3 && arrived[i - 2] == '\n')
            return i + 1;
    }
    if (arrived.size() >= limits.bytes)
        return std::unexpected(Problem{431, "header_too_large", "the header is too large", {}, {}});
    return std::nullopt;
}

std::optional<Problem> check_header(std::string_view block, const HeaderLimits& limits) {
    auto end = block.find("\r\n");
    const auto request_line = block.substr(0, end);
    if (auto problem = check_request_line(request_line))
        return problem;
    Framing framing;
    std::size_t count = 0;
    for (block.remove_prefix(end + 2); (end = block.find("\r\n")) != 0;
         block.remove_prefix(end + 2)) {
        if (end == std::string_view::npos)
            return bad_framing("the header has no end");
        if (++count > limits.count)
            return Problem{431, "too_many_headers", "the header has too many fields", {}, {}};
        if (auto problem = check_field(block.substr(0, end), framing))
            return problem;
    }
    return framing.verdict(request_line.ends_with("1.1"));
}

}  // namespace cambist::gateway
