#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/http/target.hpp"

namespace cambist::gateway {

/// Names of header fields compare without case.
bool is_same_field(std::string_view a, std::string_view b);

/// Header fields in the order of arrival; names compare without case, nothing is merged.
class Headers {
  public:
    void add(std::string name, std::string value) {
        fields_.emplace_back(std::move(name), std::move(value));
    }
    /// The first field of that name, or nullptr.
    const std::string* find(std::string_view name) const;
    std::size_t count(std::string_view name) const;
    const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

  private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

/// One request whose header is complete and well framed; the body follows separately.
struct Request {
    std::string id;             ///< made here for every request, whatever the client sent
    std::string trace_id = {};  ///< of the chain of requests that this one belongs to
    std::string method;         ///< upper case, as sent
    Target target;
    Headers headers;
    std::string peer;          ///< address of the client, without its port
    std::string country = {};  ///< of that address, as a trusted proxy says; or empty
    bool has_body = false;
};

struct Response {
    int status = 200;
    std::string content_type;  ///< empty when there is no body
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string route;      ///< the pattern that answered: for the log and the metrics
    std::string principal;  ///< id of who asked, once known: for the log
};

}  // namespace cambist::gateway
