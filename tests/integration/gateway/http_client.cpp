#include "tests/integration/gateway/http_client.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <stdexcept>

namespace cambist::gateway {
namespace {

constexpr int longest_silence_ms = 30'000;

std::string lower_case(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

template <class Fields>
boost::json::array pairs_of(const Fields& fields) {
    boost::json::array pairs;
    for (const auto& [name, value] : fields)
        pairs.push_back(boost::json::array{name, value});
    return pairs;
}

std::ofstream exchanges_file() {
    const char* path = std::getenv("CAMBIST_EXCHANGES");
    if (!path)
        return {};
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    return std::ofstream(path);
}

/// As sim/broker_day/exchanges.py: tests/contract judges it afterwards.
void keep_exchange(std::string_view method, std::string_view target,
                   const HttpClient::Fields& headers, std::string_view body,
                   const ReceivedAnswer& answer) {
    static std::mutex one_at_a_time;
    static std::ofstream file = exchanges_file();
    const boost::json::object line{{"method", method},
                                   {"target", target},
                                   {"headers", pairs_of(headers)},
                                   {"body", body},
                                   {"status", answer.status},
                                   {"answer_headers", pairs_of(answer.headers)},
                                   {"answer", answer.body}};
    const std::lock_guard lock(one_at_a_time);
    file << boost::json::serialize(line) << '\n' << std::flush;
}

}  // namespace

std::string ReceivedAnswer::header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
}

std::string ReceivedAnswer::code() const {
    boost::system::error_code problem;
    const auto value = boost::json::parse(body, problem);
    if (problem || !value.is_object() || !value.as_object().contains("code"))
        return "";
    return std::string(value.at("code").as_string());
}

HttpClient::HttpClient(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (socket_ < 0 || connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("cannot connect");
}

HttpClient::~HttpClient() {
    if (socket_ >= 0)
        close(socket_);
}

bool HttpClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void HttpClient::half_close() {
    shutdown(socket_, SHUT_WR);
}

bool HttpClient::readable(int milliseconds) {
    pollfd descriptor{socket_, POLLIN, 0};
    return poll(&descriptor, 1, milliseconds) > 0;
}

bool HttpClient::read_more() {
    if (!readable(longest_silence_ms))
        throw std::runtime_error("the server is silent");
    char bytes[16 * 1024];
    const auto size = recv(socket_, bytes, sizeof bytes, 0);
    if (size > 0)
        arrived_.append(bytes, static_cast<std::size_t>(size));
    return size > 0;
}

std::optional<ReceivedAnswer> HttpClient::receive(bool head) {
    std::size_t end;
    while ((end = arrived_.find("\r\n\r\n")) == std::string::npos)
        if (!read_more())
            return std::nullopt;
    ReceivedAnswer answer;
    answer.status = std::stoi(arrived_.substr(9, 3));
    for (std::size_t at = arrived_.find("\r\n") + 2; at < end + 2;) {
        const auto stop = arrived_.find("\r\n", at);
        const auto line = arrived_.substr(at, stop - at);
        const auto colon = line.find(':');
        answer.headers.emplace(lower_case(line.substr(0, colon)), line.substr(colon + 2));
        at = stop + 2;
    }
    arrived_.erase(0, end + 4);
    if (answer.status == 100)
        return answer;
    const auto length = answer.header("content-length");
    const std::size_t size = head || length.empty() ? 0 : std::stoul(length);
    while (arrived_.size() < size)
        if (!read_more())
            return std::nullopt;
    answer.body = arrived_.substr(0, size);
    arrived_.erase(0, size);
    return answer;
}

bool HttpClient::at_end() {
    return arrived_.empty() && !read_more();
}

std::string request_text(std::string_view method, std::string_view target,
                         const HttpClient::Fields& headers, std::string_view body) {
    std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n";
    text += "Host: localhost\r\n";
    bool typed = false;
    for (const auto& [name, value] : headers) {
        text += name + ": " + value + "\r\n";
        typed |= lower_case(name) == "content-type";
    }
    if (!body.empty())
        text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    if (!body.empty() && !typed)
        text += "Content-Type: application/json\r\n";
    return text + "\r\n" + std::string(body);
}

ReceivedAnswer HttpClient::ask(std::string_view method, std::string_view target,
                               const Fields& headers, std::string_view body) {
    send(request_text(method, target, headers, body));
    auto answer = receive(method == "HEAD");
    if (!answer)
        throw std::runtime_error("no answer");
    keep_exchange(method, target, headers, body, *answer);
    return *answer;
}

}  // namespace cambist::gateway
