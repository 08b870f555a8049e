#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/ctl/request.hpp"

namespace cambist::ctl {

/// Where the gateway is and how long it may take.
struct ClientSettings {
    std::string url = "http://127.0.0.1:8600";
    std::string ca_file;  ///< empty: those of the system
    std::chrono::seconds timeout{60};
};

/// An answer as it came; header names in lower case.
struct HttpAnswer {
    long status = 0;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;  ///< empty when it was passed on as it came

    /// Of the first header of that name, or empty.
    std::string_view header(std::string_view name) const;
    bool is_json() const;
};

/// No answer came.
struct NoAnswer {
    bool sent = false;  ///< the request, or a part of it, went out
    std::string why;
};

/// Takes a good answer that is not JSON, piece by piece; false stops it.
using Sink = std::function<bool(std::string_view piece)>;

/// One gateway over HTTP. Follows no redirection, and uses no proxy to this machine.
class Client {
  public:
    explicit Client(ClientSettings settings);
    ~Client();
    Client(Client&&) = delete;

    std::expected<HttpAnswer, NoAnswer> send(const HttpRequest& request, const Sink& sink = {});

  private:
    struct Handle;
    ClientSettings settings_;
    std::unique_ptr<Handle> handle_;
};

/// Whether a secret may go there: over TLS, or to this machine.
bool is_private(const std::string& url);
/// Scheme, host and port and maybe a path; no name, no query. Empty when it is right.
std::string problem_of_url(const std::string& url);

}  // namespace cambist::ctl
