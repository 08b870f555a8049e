#include "gateway/ctl/request.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <cctype>

#include "gateway/ctl/value.hpp"

namespace cambist::ctl {

namespace {

namespace json = boost::json;

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 128 && std::isalnum(byte)) || std::string_view("-._~").contains(c))
            encoded += c;
        else
            encoded += {'%', digits[byte >> 4], digits[byte & 15]};
    }
    return encoded;
}

std::string with_parameter(const std::string& target, const std::string& name,
                           const std::string& value) {
    return target + (target.contains('?') ? '&' : '?') + percent_encoded(name) + '=' +
           percent_encoded(value);
}

/// Builds one request and gathers what is wrong on the way.
class Builder {
  public:
    Builder(const Operation& operation, const Given& given)
        : operation_(operation), given_(given) {}

    std::expected<HttpRequest, UsageErrors> build() {
        request_.method = operation_.method;
        fill_path();
        fill_query_and_headers();
        fill_body();
        if (operation_.takes_key)
            add_header("Idempotency-Key", given_.key);
        if (!given_.if_match.empty())
            add_header("If-Match", etag());
        if (!errors_.empty())
            return std::unexpected(std::move(errors_));
        return std::move(request_);
    }

  private:
    void fill_path() {
        request_.target = operation_.path;
        for (std::size_t place = 0; place < operation_.places.size(); ++place)
            fill_place(operation_.places[place], given_.places.at(place));
    }

    /// `server/login` is two parameters in one word.
    void fill_place(const Position& position, std::string_view word) {
        const std::string whole(word);
        for (std::size_t index = 0; index < position.parameters.size(); ++index) {
            const bool last = index + 1 == position.parameters.size();
            const auto end = last ? word.npos : word.find('/');
            const auto part = word.substr(0, end);
            const bool misplaced =
                position.parameters.size() > 1 && (last ? part.contains('/') : end == word.npos);
            if (part.empty() || misplaced || (position.format == "uuid" && !is_uuid(part))) {
                errors_.push_back(std::string(position.label) + ": " + whole +
                                  (position.format == "uuid" ? " is not a UUID"
                                                             : " is not " + written(position)));
                return;
            }
            replace("{" + std::string(position.parameters[index]) + "}", percent_encoded(part));
            word.remove_prefix(std::min(word.size(), part.size() + 1));
        }
    }

    static std::string written(const Position& position) {
        std::string form;
        for (const auto& parameter : position.parameters)
            form += (form.empty() ? "" : "/") + std::string(parameter);
        return form;
    }

    void replace(const std::string& name, const std::string& value) {
        request_.target.replace(request_.target.find(name), name.size(), value);
    }

    void fill_query_and_headers() {
        for (const Field& field : operation_.fields) {
            if (field.place == Place::body)
                continue;
            const auto* words = words_of(field);
            if (words == nullptr && field.required)
                need(field);
            for (const auto& word : words ? *words : std::vector<std::string>{}) {
                const auto text = text_of(field, word);
                if (!text)
                    wrong(field, word, text.error());
                else if (field.place == Place::query)
                    request_.target =
                        with_parameter(request_.target, std::string(field.name), *text);
                else
                    add_header(std::string(field.name), *text);
            }
        }
    }

    void add_header(const std::string& name, const std::string& value) {
        if (value.empty() || !std::ranges::all_of(value, [](char c) { return c > ' ' && c < 127; }))
            errors_.push_back(name + " is printable ASCII without blanks");
        request_.headers.emplace_back(name, value);
    }

    void fill_body() {
        if (operation_.body_type.empty())
            return;
        const bool has_fields = std::ranges::any_of(
            given_.values, [](const auto& value) { return value.first->place == Place::body; });
        if (given_.body && !has_fields)
            request_.body = given_.body;
        else if (given_.body || has_fields || operation_.needs_body)
            request_.body = body_of_fields(has_fields);
        if (request_.body)
            request_.headers.emplace_back("Content-Type", operation_.body_type);
    }

    std::string body_of_fields(bool has_fields) {
        json::object body;
        if (given_.body) {
            boost::system::error_code wrong;
            auto read = json::parse(*given_.body, wrong);
            if (wrong || !read.is_object())
                errors_.push_back("--body: options go into a JSON object, and this is none");
            else
                body = std::move(read.as_object());
        }
        if (!has_fields && operation_.body_type != "application/json")
            errors_.push_back("needs --body FILE");
        for (const Field& field : operation_.fields) {
            if (field.place == Place::body)
                set(body, field);
        }
        return json::serialize(body);
    }

    void set(json::object& body, const Field& field) {
        const auto* words = words_of(field);
        if (words == nullptr && given_.body)
            return;
        if (words != nullptr)
            put(body, field.name, value_of_words(field, *words));
        else if (field.required && has_around(field) && field.made)
            put(body, field.name, json::value(made_id(field)));
        else if (field.required && has_around(field))
            need(field);
    }

    json::value value_of_words(const Field& field, const std::vector<std::string>& words) {
        json::array values;
        const bool empty_list = field.repeated && words.size() == 1 && words[0] == "[]";
        for (const auto& word : empty_list ? std::vector<std::string>{} : words) {
            const bool made = field.format == "uuid" && word == "new";
            auto value = made ? json::value(made_id(field)) : value_of(field, word);
            if (!value)
                wrong(field, word, value.error());
            values.push_back(value.value_or(nullptr));
        }
        return field.repeated ? json::value(values) : values.front();
    }

    /// Whether the object around a field is there: always, or because something else is in it.
    bool has_around(const Field& field) const {
        const std::string around = std::string(field.within) + ".";
        return field.within.empty() || std::ranges::any_of(given_.values, [&](const auto& value) {
                   return value.first->place == Place::body &&
                          value.first->name.starts_with(around);
               });
    }

    static void put(json::object& body, std::string_view name, json::value value) {
        const auto dot = name.find('.');
        if (dot == name.npos) {
            body[name] = std::move(value);
            return;
        }
        auto& inner = body[name.substr(0, dot)];
        if (!inner.is_object())
            inner = json::object{};
        put(inner.as_object(), name.substr(dot + 1), std::move(value));
    }

    std::string made_id(const Field& field) const {
        const boost::uuids::name_generator_sha1 named(boost::uuids::ns::oid());
        return to_string(
            named(given_.key + " " + std::string(operation_.id) + " " + std::string(field.name)));
    }

    /// `7` and `v7` and `"v7"` are the same tag.
    std::string etag() const {
        if (given_.if_match.starts_with('"'))
            return given_.if_match;
        const bool bare =
            std::ranges::all_of(given_.if_match, [](unsigned char c) { return std::isdigit(c); });
        return "\"" + std::string(bare ? "v" : "") + given_.if_match + "\"";
    }

    const std::vector<std::string>* words_of(const Field& field) const {
        const auto found =
            std::ranges::find(given_.values, &field, [](const auto& value) { return value.first; });
        return found == given_.values.end() ? nullptr : &found->second;
    }

    void need(const Field& field) {
        errors_.push_back("needs " + std::string(field.option) +
                          (field.place == Place::body ? " (or --body FILE)" : ""));
    }

    void wrong(const Field& field, const std::string& word, const std::string& why) {
        errors_.push_back(std::string(field.option) + " " + word + ": " + why);
    }

    const Operation& operation_;
    const Given& given_;
    HttpRequest request_;
    UsageErrors errors_;
};

}  // namespace

std::expected<HttpRequest, UsageErrors> request_of(const Operation& operation, const Given& given) {
    return Builder(operation, given).build();
}

}  // namespace cambist::ctl
