#include "gateway/ctl/arguments.hpp"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <sstream>

#include "gateway/ctl/ask.hpp"
#include "gateway/ctl/catalogue/catalogue.hpp"
#include "gateway/ctl/secret_file.hpp"
#include "gateway/ctl/terminal.hpp"

namespace cambist::ctl {

namespace {

/// The options of one command, where CLI11 puts what was given.
struct Slots {
    std::vector<std::string> places;
    std::vector<std::pair<const Field*, CLI::Option*>> fields;
    std::string body_file, key, if_match;
    bool all = false;
};

std::string alternatives(std::span<const std::string_view> words) {
    std::string text;
    for (const auto& word : words)
        text += (text.empty() ? "" : "|") + std::string(word);
    return text;
}

/// What stands for the value in the help.
std::string type_of(const Field& field) {
    if (!field.words.empty())
        return alternatives(field.words);
    switch (field.kind) {
        case Kind::integer:
            return "INT";
        case Kind::number:
            return "NUMBER";
        case Kind::money:
            return "MONEY";
        case Kind::json:
            return "JSON";
        case Kind::secret:
            return "FILE";
        default:
            return field.format == "uuid" ? "UUID" : "TEXT";
    }
}

std::string about(const Field& field) {
    std::string text(field.help);
    const auto add = [&](const std::string& more) { text += (text.empty() ? "" : "; ") + more; };
    if (field.kind == Kind::money)
        add("like '12.34 USD'");
    if (field.kind == Kind::secret)
        add("the first line of a file, or - for the standard input; asked for when not given");
    if (field.repeated)
        add("may be given several times");
    if (field.nullable)
        add("or null");
    if (field.made)
        add("a new one when not given");
    return text;
}

void add_field(CLI::App& app, Slots& slots, const Field& field) {
    const std::string name(field.option);
    CLI::Option* option = nullptr;
    if (field.kind == Kind::boolean && !field.repeated) {
        const std::string no = name + "=false says no";
        const std::string help = field.help.empty() ? no : about(field) + "; " + no;
        option = app.add_flag_function(name, [](std::int64_t) {}, help);
    } else {
        option = app.add_option(name, [](const CLI::results_t&) { return true; }, about(field));
        option->type_name(type_of(field));
    }
    if (field.repeated)
        option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    option->allow_extra_args(false);
    const bool asked_for = field.made || field.kind == Kind::secret;
    const bool needed = field.required && field.within.empty() && !asked_for;
    option->group(needed ? needed_group : options_group);
    slots.fields.emplace_back(&field, option);
}

void add_places(CLI::App& app, Slots& slots, const Operation& operation) {
    slots.places.resize(operation.places.size());
    for (std::size_t index = 0; index < operation.places.size(); ++index) {
        const Position& position = operation.places[index];
        app.add_option(std::string(position.label), slots.places[index], std::string(position.help))
            ->required();
    }
}

void add_extras(CLI::App& app, Slots& slots, const Operation& operation) {
    if (operation.page && query_field(operation, "after") != nullptr)
        app.add_flag("--all", slots.all, "every page, not one");
    if (!operation.body_type.empty())
        app.add_option(
               "--body", slots.body_file,
               "the whole body as it is (" + std::string(operation.body_type) +
                   ") from a FILE, or - for the standard input; options change fields of it")
            ->type_name("FILE");
    if (operation.takes_key)
        app.add_option("--idempotency-key", slots.key,
                       "repeats an earlier request instead of making a new one")
            ->type_name("KEY");
    if (operation.takes_if_match)
        app.add_option("--if-match", slots.if_match,
                       operation.needs_if_match
                           ? "only when this version still stands; else what stands there now"
                           : "only when this version still stands")
            ->type_name("VERSION");
}

std::string read_body(const std::string& file) {
    if (file == "-")
        return {std::istreambuf_iterator<char>(std::cin), {}};
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream.is_open() || text.bad())
        throw UsageProblem("--body " + file + ": cannot be read");
    return text.str();
}

/// Of its file; one that is needed is asked for, unless the body is given whole.
std::optional<std::string> secret_of(const Field& field, const CLI::Option& option, bool has_body) {
    if (option.count() > 0)
        return read_secret(option.results().front());
    if (!field.required || !field.within.empty() || has_body)
        return std::nullopt;
    return ask_person(std::string(field.name), true, std::string(field.option));
}

Asked asked_in(const Slots& slots) {
    Asked asked;
    asked.all = slots.all;
    asked.given.places = slots.places;
    asked.given.if_match = slots.if_match;
    asked.given.key = slots.key;
    if (asked.given.key.empty())
        asked.given.key = to_string(boost::uuids::random_generator()());
    if (!slots.body_file.empty())
        asked.given.body = read_body(slots.body_file);
    for (const auto& [field, option] : slots.fields) {
        if (field->kind == Kind::secret) {
            if (auto secret = secret_of(*field, *option, asked.given.body.has_value()))
                asked.given.values.emplace_back(field, std::vector{std::move(*secret)});
        } else if (option->count() > 0) {
            asked.given.values.emplace_back(field, option->results());
        }
    }
    return asked;
}

void add_route_command(Program& program, const Operation& operation) {
    const auto slots = std::make_shared<Slots>();
    const Common& common = program.common();
    const auto words = operation.command;
    CLI::App& app = program.command(
        program.group(words.first(words.size() - 1)), std::string(words.back()),
        std::string(operation.summary),
        [slots, &operation, &common] { return ask(operation, asked_in(*slots), common); });
    add_places(app, *slots, operation);
    for (const Field& field : operation.fields)
        add_field(app, *slots, field);
    add_extras(app, *slots, operation);
    if (!operation.permission.empty())
        app.footer("Asks for the permission " + std::string(operation.permission) + ".");
}

}  // namespace

void add_route_commands(Program& program) {
    for (const Operation& operation : operations())
        if (!program.has(operation.command))
            add_route_command(program, operation);
}

}  // namespace cambist::ctl
