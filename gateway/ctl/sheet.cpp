#include "gateway/ctl/sheet.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "gateway/ctl/text.hpp"

namespace cambist::ctl {

namespace {

namespace json = boost::json;

bool is_money(const json::value& value) {
    const auto* object = value.if_object();
    return object != nullptr && object->size() == 2 && object->contains("amount") &&
           object->contains("currency");
}

bool is_list_of_objects(const json::value& value) {
    const auto* list = value.if_array();
    return list != nullptr && !list->empty() && std::ranges::all_of(*list, [](const auto& each) {
               return each.is_object() && !is_money(each);
           });
}

bool is_plain(const json::value& value) {
    return is_money(value) || !(value.is_object() || value.is_array());
}

/// What a program carries from answer to request says nothing to a person.
constexpr std::string_view token = "csrf_token";

/// What one object holds, those inside it by dots.
struct Flat {
    std::vector<std::pair<std::string, const json::value*>> values, lists;

    void add(const std::string& name, const json::value& value) {
        const auto* object = value.if_object();
        if (is_list_of_objects(value))
            lists.emplace_back(name, &value);
        else if (object == nullptr || object->empty() || is_money(value))
            values.emplace_back(name, &value);
        else
            for (const auto& [key, inner] : *object)
                if (key != token)
                    add(name.empty() ? std::string(key) : name + "." + std::string(key), inner);
    }
};

/// What the first item has and a table can show.
std::vector<std::string> plain_columns(const json::array& items) {
    std::vector<std::string> columns;
    if (const auto* first = items.empty() ? nullptr : items.front().if_object())
        for (const auto& [key, value] : *first)
            if (is_plain(value))
                columns.emplace_back(key);
    return columns;
}

}  // namespace

const json::value* at(const json::value& value, std::string_view path) {
    const auto* object = value.if_object();
    if (object == nullptr)
        return nullptr;
    if (const auto* whole = object->if_contains(path))
        return whole;
    const auto dot = path.find('.');
    const auto* inner = dot == path.npos ? nullptr : object->if_contains(path.substr(0, dot));
    return inner == nullptr ? nullptr : at(*inner, path.substr(dot + 1));
}

std::string cell_of(const json::value& value) {
    if (value.is_null())
        return "-";
    if (const auto* text = value.if_string())
        return text->empty() ? "-" : printable(*text);
    if (is_money(value))
        return cell_of(value.at("amount")) + " " + cell_of(value.at("currency"));
    const auto* list = value.if_array();
    if (list == nullptr)
        return printable(json::serialize(value));
    std::string text;
    for (const auto& each : *list)
        text += (text.empty() ? "" : ", ") + cell_of(each);
    return text.empty() ? "-" : text;
}

std::optional<std::string> unknown_column(const json::array& items,
                                          const std::vector<std::string>& columns) {
    for (const auto& column : columns) {
        const auto has = [&](const json::value& item) { return at(item, column) != nullptr; };
        if (!items.empty() && std::ranges::none_of(items, has))
            return column;
    }
    return std::nullopt;
}

Table table_of(const json::array& items, std::vector<std::string> columns) {
    if (columns.empty())
        columns = plain_columns(items);
    Table table{.headings = columns, .rows = {}};
    for (const auto& item : items) {
        auto& row = table.rows.emplace_back();
        for (const auto& column : columns) {
            const auto* value = at(item, column);
            row.push_back(value == nullptr ? "-" : cell_of(*value));
        }
    }
    return table;
}

std::string sheet_of(const json::value& value, const Screen& screen) {
    if (!value.is_object())
        return cell_of(value) + "\n";
    Flat flat;
    flat.add("", value);
    std::size_t width = 0;
    for (const auto& [name, inner] : flat.values)
        width = std::max(width, width_of(printable(name)));
    std::string text;
    for (const auto& [name, inner] : flat.values) {
        const std::string shown = printable(name);
        text += screen.colour ? "\033[1m" + shown + "\033[0m" : shown;
        text += std::string(width - width_of(shown) + 2, ' ') + cell_of(*inner) + "\n";
    }
    for (const auto& [name, list] : flat.lists) {
        text += (text.empty() ? "" : "\n") + printable(name) + ":\n";
        text += rendered(table_of(list->as_array(), {}), screen);
    }
    return text;
}

}  // namespace cambist::ctl
