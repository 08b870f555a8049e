#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/http/problem.hpp"

namespace cambist::gateway {

enum class Verb { get, post, put };

std::string_view name_of(Verb verb);

/// The variable segments of a path, by name.
using PathValues = std::vector<std::pair<std::string, std::string>>;

/// Finds entries of a route table by path and method. A pattern's segments are literal or
/// `{name}`; literal segments win over variable ones. HEAD is answered where GET is.
class Router {
  public:
    struct Match {
        std::size_t route = 0;  ///< the position in the order of `add`
        PathValues values;
    };
    /// Why no route answers: 404 `no_such_route`, 405 `method_not_allowed`; or what OPTIONS says.
    struct NoMatch {
        std::optional<Problem> problem;
        std::string allow;
    };

    /// Positions count up from zero. The same pattern and verb twice is a programmer's error.
    void add(Verb verb, std::string_view pattern);

    std::expected<Match, NoMatch> find(std::string_view method,
                                       const std::vector<std::string>& segments) const;

  private:
    struct Route {
        Verb verb;
        std::vector<std::string> pattern;
    };
    std::vector<Route> routes_;
};

}  // namespace cambist::gateway
