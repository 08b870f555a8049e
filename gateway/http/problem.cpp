#include "gateway/http/problem.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "gateway/http/message.hpp"

namespace cambist::gateway {

std::string_view reason_phrase(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 428:
            return "Precondition Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 503:
            return "Service Unavailable";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Unknown";
    }
}

Response to_response(const Problem& problem) {
    boost::json::object body{{"type", "urn:cambist:problem:" + problem.code},
                             {"title", reason_phrase(problem.status)},
                             {"status", problem.status},
                             {"code", problem.code}};
    if (!problem.detail.empty())
        body["detail"] = problem.detail;
    if (!problem.errors.empty()) {
        boost::json::array errors;
        for (const auto& error : problem.errors)
            errors.push_back(boost::json::object{{"field", error.field}, {"code", error.code}});
        body["errors"] = std::move(errors);
    }
    Response response;
    response.status = problem.status;
    response.content_type = "application/problem+json";
    response.body = boost::json::serialize(body);
    response.headers = problem.headers;
    return response;
}

}  // namespace cambist::gateway
