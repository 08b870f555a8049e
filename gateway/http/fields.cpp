#include "gateway/http/fields.hpp"

#include <algorithm>
#include <boost/json/value.hpp>
#include <charconv>

#include "gateway/http/instant.hpp"

namespace cambist::gateway {
namespace {

namespace json = boost::json;

constexpr std::size_t most_errors = 50;

std::optional<std::uint64_t> plain_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc{} || end != text.data() + text.size() || text.front() == '0')
        return std::nullopt;
    return number;
}

}  // namespace

FieldReader::FieldReader(const json::value& body) : FieldReader(body, "", own_errors_) {}

FieldReader::FieldReader(const json::value& value, std::string path,
                         std::vector<FieldError>& errors)
    : object_(value.if_object()), path_(std::move(path)), errors_(errors) {
    if (!object_)
        errors_.push_back({path_, "not_an_object"});
}

void FieldReader::refuse(std::string_view name, std::string_view code) {
    std::string field = path_.empty() ? std::string(name) : path_ + "." + std::string(name);
    errors_.push_back({std::move(field), std::string(code)});
}

const json::value* FieldReader::find(std::string_view name, bool required) {
    if (!object_)
        return nullptr;
    known_.emplace(name);
    const json::value* value = object_->if_contains(json::string_view(name.data(), name.size()));
    if (!value && required)
        refuse(name, "missing");
    if (value && value->is_null()) {
        refuse(name, "null");
        return nullptr;
    }
    return value;
}

std::string FieldReader::checked_text(std::string_view name, const json::value& value,
                                      std::size_t longest) {
    const json::string* text = value.if_string();
    if (!text) {
        refuse(name, "not_a_string");
        return {};
    }
    std::string_view view(text->data(), text->size());
    if (view.empty())
        refuse(name, "empty");
    else if (view.size() > longest)
        refuse(name, "too_long");
    else if (std::ranges::any_of(
                 view, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
        refuse(name, "control_character");
    else
        return std::string(view);
    return {};
}

std::string FieldReader::text(std::string_view name, std::size_t longest) {
    const json::value* value = find(name, true);
    return value ? checked_text(name, *value, longest) : std::string();
}

std::optional<std::string> FieldReader::optional_text(std::string_view name, std::size_t longest) {
    const json::value* value = find(name, false);
    if (!value)
        return std::nullopt;
    return checked_text(name, *value, longest);
}

std::size_t FieldReader::word(std::string_view name, std::span<const std::string_view> words) {
    const std::string text = this->text(name, 64);
    if (text.empty())
        return 0;
    const auto found = std::ranges::find(words, text);
    if (found == words.end()) {
        refuse(name, "unknown_word");
        return 0;
    }
    return static_cast<std::size_t>(found - words.begin());
}

OperationId FieldReader::uuid(std::string_view name) {
    const std::string text = this->text(name, 36);
    if (text.empty())
        return {};
    const auto id = OperationId::from_uuid(text);
    if (!id || id->empty()) {
        refuse(name, "not_a_uuid");
        return {};
    }
    return *id;
}

std::optional<OperationId> FieldReader::optional_uuid(std::string_view name) {
    if (!find(name, false))
        return std::nullopt;
    return uuid(name);
}

Login FieldReader::login(std::string_view name) {
    const std::string text = this->text(name, 20);
    if (text.empty())
        return {};
    const auto number = plain_number(text);
    if (!number || *number > INT64_MAX) {
        refuse(name, "not_a_login");
        return {};
    }
    return {*number};
}

Login FieldReader::optional_login(std::string_view name) {
    return find(name, false) ? login(name) : Login{};
}

std::int64_t FieldReader::integer(std::string_view name, std::int64_t least, std::int64_t most) {
    const json::value* value = find(name, true);
    if (!value)
        return 0;
    const std::int64_t* number = value->if_int64();
    if (!number)
        refuse(name, "not_an_integer");
    else if (*number < least || *number > most)
        refuse(name, "out_of_range");
    else
        return *number;
    return 0;
}

std::optional<std::int64_t> FieldReader::optional_integer(std::string_view name, std::int64_t least,
                                                          std::int64_t most) {
    if (!find(name, false))
        return std::nullopt;
    return integer(name, least, most);
}

std::optional<bool> FieldReader::optional_flag(std::string_view name) {
    const json::value* value = find(name, false);
    if (!value)
        return std::nullopt;
    const bool* flag = value->if_bool();
    if (!flag)
        refuse(name, "not_a_boolean");
    return flag && *flag;
}

std::optional<Instant> FieldReader::optional_time(std::string_view name) {
    const auto text = optional_text(name, 64);
    if (!text || text->empty())
        return std::nullopt;
    const auto at = instant_of(*text);
    if (!at)
        refuse(name, "not_a_time");
    return at;
}

bool FieldReader::is_null(std::string_view name) {
    if (!object_)
        return false;
    const json::value* value = object_->if_contains(json::string_view(name.data(), name.size()));
    if (!value || !value->is_null())
        return false;
    known_.emplace(name);
    return true;
}

std::vector<std::string> FieldReader::texts(std::string_view name, std::size_t most,
                                            std::size_t longest) {
    const json::value* value = find(name, true);
    if (!value)
        return {};
    const json::array* items = value->if_array();
    if (!items || items->size() > most) {
        refuse(name, items ? "too_many" : "not_an_array");
        return {};
    }
    std::vector<std::string> texts;
    for (const json::value& item : *items)
        texts.push_back(checked_text(name, item, longest));
    return texts;
}

std::vector<std::string> FieldReader::optional_texts(std::string_view name, std::size_t most,
                                                     std::size_t longest) {
    if (!find(name, false))
        return {};
    const std::size_t wrong = errors_.size();
    auto given = texts(name, most, longest);
    if (given.empty() && errors_.size() == wrong)
        refuse(name, "empty");
    return given;
}

AmountText FieldReader::amount(std::string_view name) {
    AmountText amount;
    object(name, true, [&](FieldReader& fields) {
        amount.amount = fields.text("amount", 64);
        amount.currency = fields.text("currency", 8);
    });
    return amount;
}

std::optional<AmountText> FieldReader::optional_amount(std::string_view name) {
    if (!find(name, false))
        return std::nullopt;
    return amount(name);
}

bool FieldReader::object(std::string_view name, bool required,
                         const std::function<void(FieldReader&)>& read) {
    const json::value* value = find(name, required);
    if (!value)
        return false;
    FieldReader fields(*value, path_.empty() ? std::string(name) : path_ + "." + std::string(name),
                       errors_);
    if (!fields.object_)
        return false;
    read(fields);
    fields.note_unknown_fields();
    return true;
}

json::value FieldReader::any_object(std::string_view name) {
    const json::value* value = find(name, true);
    if (value && value->is_object())
        return *value;
    if (value)
        refuse(name, "not_an_object");
    return json::object();
}

void FieldReader::objects(std::string_view name, std::size_t most,
                          const std::function<void(FieldReader&)>& read) {
    const json::value* value = find(name, true);
    if (!value)
        return;
    const json::array* items = value->if_array();
    if (!items || items->empty() || items->size() > most) {
        refuse(name, !items ? "not_an_array" : items->empty() ? "empty" : "too_many");
        return;
    }
    for (std::size_t i = 0; i < items->size() && errors_.size() < most_errors; ++i) {
        FieldReader fields((*items)[i], path_ + std::string(name) + "[" + std::to_string(i) + "]",
                           errors_);
        if (!fields.object_)
            continue;
        read(fields);
        fields.note_unknown_fields();
    }
}

void FieldReader::note_unknown_fields() {
    if (!object_)
        return;
    for (const auto& member : *object_)
        if (!known_.contains(std::string_view(member.key().data(), member.key().size())))
            refuse(std::string_view(member.key().data(), member.key().size()), "unknown_field");
}

std::optional<Problem> FieldReader::problem() {
    note_unknown_fields();
    if (errors_.empty())
        return std::nullopt;
    if (errors_.size() > most_errors)
        errors_.resize(most_errors);
    return Problem{422, "invalid_fields", "the body has fields that cannot be taken", errors_, {}};
}

}  // namespace cambist::gateway
