#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cambist::gateway {

/// An answer as it came over the wire; header names in lower case.
struct ReceivedAnswer {
    int status = 0;
    std::multimap<std::string, std::string> headers;
    std::string body;

    std::string header(const std::string& name) const;
    /// The `code` of a problem, or empty.
    std::string code() const;
};

/// A blocking connection that sends whatever bytes it is given: also those that no client should.
class HttpClient {
  public:
    explicit HttpClient(std::uint16_t port);
    ~HttpClient();
    HttpClient(HttpClient&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
    HttpClient& operator=(HttpClient&&) = delete;

    /// False when the other end has closed.
    bool send(std::string_view bytes);
    void half_close();
    /// Whether something (or the end) can be read within that time.
    bool readable(int milliseconds);
    /// Reads one answer; nothing when the connection ended instead. Throws after 30 s of silence.
    std::optional<ReceivedAnswer> receive(bool head = false);
    /// True when the other end has closed and nothing more comes.
    bool at_end();

    using Fields = std::vector<std::pair<std::string, std::string>>;
    /// Sends a well-formed request and reads its answer.
    ReceivedAnswer ask(std::string_view method, std::string_view target, const Fields& headers = {},
                       std::string_view body = {});

  private:
    bool read_more();

    int socket_;
    std::string arrived_;
};

/// The bytes of a well-formed request; a body brings its Content-Length and JSON content type.
std::string request_text(std::string_view method, std::string_view target,
                         const HttpClient::Fields& headers, std::string_view body);

}  // namespace cambist::gateway
