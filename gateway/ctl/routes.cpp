#include "gateway/ctl/routes.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>

#include "gateway/ctl/catalogue/catalogue.hpp"
#include "gateway/ctl/outcome.hpp"

namespace cambist::ctl {

namespace {

namespace json = boost::json;

json::object row(const Operation& operation) {
    return {{"command", command_of(operation)}, {"method", operation.method},
            {"path", operation.path},           {"permission", operation.permission},
            {"summary", operation.summary},     {"operation", operation.id}};
}

ExitCode list_routes(const Common& common) {
    json::array rows;
    for (const Operation& operation : operations())
        rows.push_back(row(operation));
    if (common.output == "json") {
        std::cout << json::serialize(json::object{{"items", rows}, {"next", nullptr}}) << '\n';
        return ExitCode::done;
    }
    constexpr std::array<std::string_view, 5> columns{"command", "method", "path", "permission",
                                                      "summary"};
    return show_items(rows, "", common, columns);
}

}  // namespace

void add_routes_command(Program& program) {
    const Common& common = program.common();
    program.command(program.root(), "routes", "every route of the gateway with its command",
                    [&common] { return list_routes(common); });
}

}  // namespace cambist::ctl
