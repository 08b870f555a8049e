#include "gateway/http/trace.hpp"

#include <algorithm>

#include "gateway/http/request_id.hpp"

namespace cambist::gateway {
namespace {

constexpr std::size_t trace_bytes = 16, span_bytes = 8;
// 00-<32>-<16>-<2>
constexpr std::size_t known_length = 55;

bool all_hexadecimal(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool all_zero(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c == '0'; });
}

/// Later versions may say more after a dash; version ff is none.
bool is_traceparent(std::string_view text) {
    if (text.size() < known_length || text[2] != '-' || text[35] != '-' || text[52] != '-')
        return false;
    const auto version = text.substr(0, 2), trace = text.substr(3, 32), span = text.substr(36, 16),
               flags = text.substr(53, 2);
    if (text.size() > known_length && (version == "00" || text[known_length] != '-'))
        return false;
    return all_hexadecimal(version) && version != "ff" && all_hexadecimal(trace) &&
           !all_zero(trace) && all_hexadecimal(span) && !all_zero(span) && all_hexadecimal(flags);
}

}  // namespace

std::string Trace::header() const {
    return "00-" + trace_id + "-" + span_id + "-" + flags;
}

Trace begin_trace() {
    return {random_hexadecimal(trace_bytes), random_hexadecimal(span_bytes), "00"};
}

Trace continue_trace(const Headers& headers) {
    const std::string* parent = headers.find("traceparent");
    if (!parent || headers.count("traceparent") != 1 || !is_traceparent(*parent))
        return begin_trace();
    return {parent->substr(3, 32), random_hexadecimal(span_bytes), parent->substr(53, 2)};
}

}  // namespace cambist::gateway
