#include "gateway/http/fields.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "gateway/http/json.hpp"

namespace cambist::gateway {
namespace {

/// Reads one field of every kind, all required ones present in `good`.
std::optional<Problem> read_all(const std::string& text) {
    const auto body = parse_json(text).value();
    FieldReader fields(body);
    constexpr std::array<std::string_view, 2> words{"withdrawal", "trading"};
    fields.text("reason", 10);
    fields.word("kind", words);
    fields.uuid("id");
    fields.login("login");
    fields.integer("leverage", 1, 1000);
    fields.amount("amount");
    fields.optional_flag("demo");
    fields.optional_text("note", 5);
    fields.optional_texts("regions", 2, 5);
    return fields.problem();
}

std::string body_with(const std::string& field, const std::string& value) {
    std::vector<std::pair<std::string, std::string>> fields{
        {"reason", "\"review\""},
        {"kind", "\"trading\""},
        {"id", "\"0b7c5a1e-0000-4000-8000-000000000001\""},
        {"login", "\"1001\""},
        {"leverage", "100"},
        {"amount", R"({"amount":"1.00","currency":"USD"})"}};
    std::string text;
    bool replaced = false;
    for (auto& [name, old] : fields) {
        const bool here = name == field;
        replaced |= here;
        if (here && value.empty())
            continue;
        text += (text.empty() ? "" : ",") + ("\"" + name + "\":") + (here ? value : old);
    }
    if (!replaced)
        text += ",\"" + field + "\":" + value;
    return "{" + text + "}";
}

TEST(Fields, takes_a_body_with_everything_right) {
    EXPECT_FALSE(read_all(body_with("note", "\"ok\"")));
    EXPECT_FALSE(read_all(body_with("demo", "true")));
    EXPECT_FALSE(read_all(body_with("regions", R"(["mt","cy"])")));
}

struct BadField {
    const char* name;
    std::string field, value;
    const char* where;
    const char* code;
};

class BadFields : public ::testing::TestWithParam<BadField> {};

TEST_P(BadFields, are_named_with_their_code) {
    const auto problem = read_all(body_with(GetParam().field, GetParam().value));
    ASSERT_TRUE(problem);
    EXPECT_EQ(problem->status, 422);
    EXPECT_EQ(problem->code, "invalid_fields");
    ASSERT_EQ(problem->errors.size(), 1u);
    EXPECT_EQ(problem->errors[0].field, GetParam().where);
    EXPECT_EQ(problem->errors[0].code, GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(
    Fields, BadFields,
    ::testing::Values(
        BadField{"missing", "reason", "", "reason", "missing"},
        BadField{"null", "reason", "null", "reason", "null"},
        BadField{"text_for_texts", "regions", "\"mt\"", "regions", "not_an_array"},
        BadField{"no_texts", "regions", "[]", "regions", "empty"},
        BadField{"too_many_texts", "regions", R"(["a","b","c"])", "regions", "too_many"},
        BadField{"long_text_of_texts", "regions", R"(["123456"])", "regions", "too_long"},
        BadField{"empty", "reason", "\"\"", "reason", "empty"},
        BadField{"too_long", "reason", "\"12345678901\"", "reason", "too_long"},
        BadField{"number_for_text", "reason", "5", "reason", "not_a_string"},
        BadField{"nul_in_text", "reason", "\"a\\u0000\"", "reason", "control_character"},
        BadField{"line_feed_in_text", "reason", "\"a\\nb\"", "reason", "control_character"},
        BadField{"unknown_word", "kind", "\"Trading\"", "kind", "unknown_word"},
        BadField{"braced_uuid", "id", "\"{b7c5a1e-0000-4000-8000-000000000001\"", "id",
                 "not_a_uuid"},
        BadField{"nil_uuid", "id", "\"00000000-0000-0000-0000-000000000000\"", "id", "not_a_uuid"},
        BadField{"number_for_login", "login", "1001", "login", "not_a_string"},
        BadField{"zero_login", "login", "\"0\"", "login", "not_a_login"},
        BadField{"negative_login", "login", "\"-1\"", "login", "not_a_login"},
        BadField{"padded_login", "login", "\"01\"", "login", "not_a_login"},
        BadField{"full_width_login", "login", "\"\uff11\"", "login", "not_a_login"},
        BadField{"huge_login", "login", "\"18446744073709551616\"", "login", "not_a_login"},
        BadField{"login_beyond_int64", "login", "\"9223372036854775808\"", "login", "not_a_login"},
        BadField{"text_for_integer", "leverage", "\"100\"", "leverage", "not_an_integer"},
        BadField{"fraction_for_integer", "leverage", "100.0", "leverage", "not_an_integer"},
        BadField{"exponent_for_integer", "leverage", "1e2", "leverage", "not_an_integer"},
        BadField{"infinite_integer", "leverage", "1e400", "leverage", "not_an_integer"},
        BadField{"huge_integer", "leverage", "18446744073709551615", "leverage", "not_an_integer"},
        BadField{"below_range", "leverage", "0", "leverage", "out_of_range"},
        BadField{"above_range", "leverage", "1001", "leverage", "out_of_range"},
        BadField{"number_for_amount", "amount", "12.5", "amount", "not_an_object"},
        BadField{"number_in_amount", "amount", R"({"amount":1,"currency":"USD"})", "amount.amount",
                 "not_a_string"},
        BadField{"no_currency", "amount", R"({"amount":"1"})", "amount.currency", "missing"},
        BadField{"stranger_in_amount", "amount", R"({"amount":"1","currency":"USD","scale":2})",
                 "amount.scale", "unknown_field"},
        BadField{"text_for_flag", "demo", "\"true\"", "demo", "not_a_boolean"},
        BadField{"unknown_field", "balance", "1", "balance", "unknown_field"},
        BadField{"null_for_optional", "note", "null", "note", "null"}),
    [](const auto& row) { return row.param.name; });

TEST(Fields, names_every_error_at_once) {
    const auto problem = read_all("{\"x\":1}");
    ASSERT_TRUE(problem);
    EXPECT_EQ(problem->errors.size(), 7u);
}

TEST(Fields, an_array_is_not_a_body) {
    const auto body = parse_json("[]").value();
    FieldReader fields(body);
    EXPECT_EQ(fields.text("reason", 5), "");
    EXPECT_EQ(fields.problem()->errors.front().code, "not_an_object");
}

TEST(Fields, an_item_of_a_list_is_named_by_its_position) {
    const auto body = parse_json(R"({"items":[{"id":"a"},{"id":"b","x":1},{}]})").value();
    FieldReader fields(body);
    fields.objects("items", 10, [](FieldReader& item) { item.text("id", 5); });
    const auto problem = fields.problem();
    ASSERT_TRUE(problem);
    ASSERT_EQ(problem->errors.size(), 2u);
    EXPECT_EQ(problem->errors[0].field, "items[1].x");
    EXPECT_EQ(problem->errors[1].field, "items[2].id");
}

}  // namespace
}  // namespace cambist::gateway
