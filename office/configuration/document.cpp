#include "office/configuration/document.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <set>

namespace cambist::office {

namespace json = boost::json;

std::string member_path(std::string_view path, std::string_view name) {
    std::string longer(path);
    longer += '/';
    for (const char letter : name) {
        if (letter == '~')
            longer += "~0";
        else if (letter == '/')
            longer += "~1";
        else
            longer += letter;
    }
    return longer;
}

const json::object* DocumentReader::object() const {
    if (!value_->is_object())
        refuse("not_an_object");
    return value_->if_object();
}

void DocumentReader::only(std::initializer_list<std::string_view> names) const {
    const json::object* members = object();
    if (!members)
        return;
    for (const auto& member : *members)
        if (std::ranges::find(names, std::string_view(member.key())) == names.end())
            problems_->push_back({member_path(path_, member.key()), "unknown"});
}

std::optional<DocumentReader> DocumentReader::required(std::string_view name) const {
    auto found = optional(name);
    if (!found && value_->is_object())
        problems_->push_back({member_path(path_, name), "missing"});
    return found;
}

std::optional<DocumentReader> DocumentReader::optional(std::string_view name) const {
    const json::object* members = value_->if_object();
    const json::value* found = members ? members->if_contains(name) : nullptr;
    if (!found)
        return std::nullopt;
    return DocumentReader(*found, *problems_, member_path(path_, name));
}

void DocumentReader::each_member(
    std::size_t most, const std::function<void(std::string_view, DocumentReader)>& read) const {
    const json::object* members = object();
    if (!members)
        return;
    if (members->size() > most)
        return refuse("too_many");
    for (const auto& member : *members)
        read(member.key(),
             DocumentReader(member.value(), *problems_, member_path(path_, member.key())));
}

std::size_t DocumentReader::each_item(std::size_t most,
                                      const std::function<void(DocumentReader)>& read) const {
    const json::array* items = value_->if_array();
    if (!items || items->size() > most) {
        refuse(items ? "too_many" : "not_a_list");
        return 0;
    }
    for (std::size_t at = 0; at < items->size(); ++at)
        read(DocumentReader((*items)[at], *problems_, member_path(path_, std::to_string(at))));
    return items->size();
}

std::optional<std::string> DocumentReader::text(std::size_t longest) const {
    const json::string* found = value_->if_string();
    if (!found || found->size() > longest) {
        refuse(found ? "too_long" : "not_a_text");
        return std::nullopt;
    }
    return std::string(*found);
}

std::int64_t DocumentReader::integer(std::int64_t least, std::int64_t most) const {
    const std::int64_t* found = value_->if_int64();
    if (!found || *found < least || *found > most) {
        refuse(found ? "out_of_range" : "not_a_number");
        return 0;
    }
    return *found;
}

namespace {

void compare(const std::string& path, const json::value* before, const json::value* after,
             std::vector<Difference>& found) {
    const json::object* earlier = before ? before->if_object() : nullptr;
    const json::object* later = after ? after->if_object() : nullptr;
    if (!earlier || !later) {
        if (!before || !after || *before != *after)
            found.push_back({path, before ? *before : nullptr, after ? *after : nullptr});
        return;
    }
    std::set<std::string_view> names;
    for (const json::object* side : {earlier, later})
        for (const auto& member : *side)
            names.insert(member.key());
    for (const std::string_view name : names)
        compare(member_path(path, name), earlier->if_contains(name), later->if_contains(name),
                found);
}

}  // namespace

std::vector<Difference> differences(const json::value& before, const json::value& after) {
    std::vector<Difference> found;
    compare("", &before, &after, found);
    return found;
}

}  // namespace cambist::office
