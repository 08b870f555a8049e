#include "gateway/ctl/client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace cambist::ctl {

namespace {

constexpr long connect_seconds = 10;
constexpr std::size_t largest_body = 256 << 20;  // of what is held in memory

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
    return result;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())))
        text.remove_prefix(1);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
        text.remove_suffix(1);
    return text;
}

/// A URL taken apart by libcurl.
class Url {
  public:
    explicit Url(const std::string& text) : url_(curl_url()) {
        valid_ = curl_url_set(url_, CURLUPART_URL, text.c_str(), 0) == CURLUE_OK;
    }
    ~Url() { curl_url_cleanup(url_); }
    Url(Url&&) = delete;

    bool valid() const { return valid_; }
    std::string part(CURLUPart which) const {
        char* text = nullptr;
        if (curl_url_get(url_, which, &text, 0) != CURLUE_OK)
            return "";
        std::string result = text;
        curl_free(text);
        return result;
    }

  private:
    CURLU* url_;
    bool valid_ = false;
};

bool is_loopback(const Url& url) {
    const std::string host = lower(url.part(CURLUPART_HOST));
    const bool is_address = host.find_first_not_of("0123456789.") == host.npos;
    return host == "localhost" || host == "[::1]" || (is_address && host.starts_with("127."));
}

/// One answer while it arrives.
struct Arriving {
    CURL* curl = nullptr;
    HttpAnswer answer;
    const Sink* sink = nullptr;
    bool stopped = false;
};

std::size_t take_header(char* bytes, std::size_t, std::size_t size, void* to) {
    auto& answer = static_cast<Arriving*>(to)->answer;
    const std::string_view line(bytes, size);
    if (line.starts_with("HTTP/"))
        answer.headers.clear();  // of an interim answer
    if (const auto colon = line.find(':'); colon != line.npos)
        answer.headers.emplace_back(lower(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
    return size;
}

std::size_t take_body(char* bytes, std::size_t, std::size_t size, void* to) {
    auto& arriving = *static_cast<Arriving*>(to);
    long status = 0;
    curl_easy_getinfo(arriving.curl, CURLINFO_RESPONSE_CODE, &status);
    const bool pass_on = *arriving.sink && status / 100 == 2 && !arriving.answer.is_json();
    if (!pass_on && arriving.answer.body.size() + size > largest_body)
        return 0;
    if (!pass_on)
        arriving.answer.body.append(bytes, size);
    else if (!(*arriving.sink)({bytes, size}))
        arriving.stopped = true;
    return arriving.stopped ? 0 : size;
}

struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

List header_list(const HttpRequest& request) {
    curl_slist* list = curl_slist_append(nullptr, "Expect:");
    for (const auto& [name, value] : request.headers)
        list = curl_slist_append(list, (name + ": " + value).c_str());
    return List(list);
}

void require(CURLcode code) {
    if (code != CURLE_OK)
        throw std::runtime_error(std::string("libcurl: ") + curl_easy_strerror(code));
}

}  // namespace

std::string_view HttpAnswer::header(std::string_view name) const {
    const auto found =
        std::ranges::find(headers, name, [](const auto& each) { return each.first; });
    return found == headers.end() ? std::string_view() : found->second;
}

bool HttpAnswer::is_json() const {
    const auto type = header("content-type");
    return type.starts_with("application/json") || type.starts_with("application/problem+json");
}

struct Client::Handle {
    CURL* curl = curl_easy_init();
    char error[CURL_ERROR_SIZE] = "";
    ~Handle() { curl_easy_cleanup(curl); }
};

Client::Client(ClientSettings settings) : settings_(std::move(settings)) {
    require(curl_global_init(CURL_GLOBAL_DEFAULT));
    handle_ = std::make_unique<Handle>();
    while (settings_.url.ends_with('/'))
        settings_.url.pop_back();
    CURL* curl = handle_->curl;
    require(curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https"));
    require(curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L));
    require(curl_easy_setopt(curl, CURLOPT_USERAGENT, "cambistctl"));
    require(curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, ""));
    require(curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, handle_->error));
    require(curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, connect_seconds));
    require(curl_easy_setopt(curl, CURLOPT_TIMEOUT, static_cast<long>(settings_.timeout.count())));
    require(curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header));
    require(curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body));
    if (is_loopback(Url(settings_.url)))
        require(curl_easy_setopt(curl, CURLOPT_NOPROXY, "*"));
    if (!settings_.ca_file.empty())
        require(curl_easy_setopt(curl, CURLOPT_CAINFO, settings_.ca_file.c_str()));
}

Client::~Client() = default;

std::expected<HttpAnswer, NoAnswer> Client::send(const HttpRequest& request, const Sink& sink) {
    CURL* curl = handle_->curl;
    Arriving arriving{.curl = curl, .answer = {}, .sink = &sink};
    const List headers = header_list(request);
    const std::string url = settings_.url + request.target;
    require(curl_easy_setopt(curl, CURLOPT_URL, url.c_str()));
    require(curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get()));
    require(curl_easy_setopt(curl, CURLOPT_HEADERDATA, &arriving));
    require(curl_easy_setopt(curl, CURLOPT_WRITEDATA, &arriving));
    require(curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L));
    if (request.body) {
        require(curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                                 static_cast<curl_off_t>(request.body->size())));
        require(curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body->data()));
    } else if (request.method != "GET") {
        require(curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t{0}));
        require(curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ""));
    }
    require(curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str()));
    handle_->error[0] = '\0';
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK && !arriving.stopped) {
        long sent = 0;
        curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &sent);
        return std::unexpected(
            NoAnswer{.sent = sent > 0,
                     .why = handle_->error[0] ? handle_->error : curl_easy_strerror(code)});
    }
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &arriving.answer.status);
    return std::move(arriving.answer);
}

bool is_private(const std::string& url) {
    const Url parts(url);
    return parts.part(CURLUPART_SCHEME) == "https" || is_loopback(parts);
}

std::string problem_of_url(const std::string& url) {
    const Url parts(url);
    const std::string scheme = parts.part(CURLUPART_SCHEME);
    if (!parts.valid() || (scheme != "http" && scheme != "https"))
        return url + " is no http:// or https:// address";
    if (!parts.part(CURLUPART_USER).empty() || !parts.part(CURLUPART_QUERY).empty() ||
        !parts.part(CURLUPART_FRAGMENT).empty())
        return url + ": an address is scheme, host, port and maybe a path";
    return "";
}

}  // namespace cambist::ctl
