#include "gateway/http/router.hpp"

#include <algorithm>
#include <ranges>

#include "sync/vocabulary/assertion.hpp"

namespace cambist::gateway {
namespace {

bool is_variable(std::string_view segment) {
    return segment.starts_with('{');
}

std::vector<std::string> split(std::string_view pattern) {
    std::vector<std::string> segments;
    for (const auto part : pattern | std::views::drop(1) | std::views::split('/'))
        segments.emplace_back(part.begin(), part.end());
    return segments;
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& segments) {
    return std::ranges::equal(pattern, segments, [](const auto& expected, const auto& given) {
        return is_variable(expected) || expected == given;
    });
}

PathValues values_of(const std::vector<std::string>& pattern,
                     const std::vector<std::string>& segments) {
    PathValues values;
    for (std::size_t i = 0; i < pattern.size(); ++i)
        if (is_variable(pattern[i]))
            values.emplace_back(pattern[i].substr(1, pattern[i].size() - 2), segments[i]);
    return values;
}

}  // namespace

std::string_view name_of(Verb verb) {
    switch (verb) {
        case Verb::get:
            return "GET";
        case Verb::post:
            return "POST";
        case Verb::put:
            return "PUT";
    }
    return "";
}

void Router::add(Verb verb, std::string_view pattern) {
    auto segments = split(pattern);
    for (const auto& route : routes_)
        CAMBIST_ASSERT(route.verb != verb || route.pattern != segments);
    routes_.push_back({verb, std::move(segments)});
}

std::expected<Router::Match, Router::NoMatch> Router::find(
    std::string_view method, const std::vector<std::string>& segments) const {
    const Route* pattern = nullptr;
    for (const auto& route : routes_)
        if (fits(route.pattern, segments) &&
            (!pattern || std::ranges::count_if(route.pattern, is_variable) <
                             std::ranges::count_if(pattern->pattern, is_variable)))
            pattern = &route;
    if (!pattern)
        return std::unexpected(
            NoMatch{Problem{404, "no_such_route", "nothing answers at this path", {}, {}}, {}});
    std::string allow;
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        if (routes_[i].pattern != pattern->pattern)
            continue;
        const auto name = name_of(routes_[i].verb);
        if (method == name || (method == "HEAD" && name == "GET"))
            return Match{i, values_of(pattern->pattern, segments)};
        allow += std::string(name) + (name == "GET" ? ", HEAD, " : ", ");
    }
    allow += "OPTIONS";
    if (method == "OPTIONS")
        return std::unexpected(NoMatch{std::nullopt, std::move(allow)});
    Problem problem{405, "method_not_allowed", "this path answers to " + allow, {}, {}};
    problem.headers.emplace_back("Allow", allow);
    return std::unexpected(NoMatch{std::move(problem), std::move(allow)});
}

}  // namespace cambist::gateway
