#include "gateway/ctl/request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace cambist::ctl {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Pair;

constexpr std::string_view uuid = "5f0c4f2e-8a2b-4c55-9a39-2f8d3c1f7a10";
constexpr std::string_view account_parts[] = {"server", "login"}, client_part[] = {"client"};
constexpr std::string_view kinds[] = {"live", "demo"};

/// An operation with a field of every kind.
struct Sample {
    Position account{.label = "ACCOUNT", .parameters = account_parts};
    Position client{.label = "CLIENT", .format = "uuid", .parameters = client_part};
    Field limit{.option = "--limit", .name = "limit", .place = Place::query, .kind = Kind::integer};
    Field subject{.option = "--subject", .name = "subject", .place = Place::query};
    Field id{.option = "--id", .name = "id", .format = "uuid", .required = true, .made = true};
    Field kind{.option = "--kind", .name = "kind", .words = kinds, .required = true};
    Field person_id{.option = "--person.id",
                    .name = "person.id",
                    .format = "uuid",
                    .within = "person",
                    .required = true,
                    .made = true};
    Field person_name{
        .option = "--person.name", .name = "person.name", .within = "person", .required = true};
    Field scope{.option = "--scope", .name = "scope", .repeated = true};
    Field cap{.option = "--cap",
              .name = "cap",
              .minimum = 0,
              .maximum = 9,
              .kind = Kind::integer,
              .nullable = true};
    Field amount{.option = "--amount", .name = "amount", .kind = Kind::money};
    Field flag{.option = "--flag", .name = "flag", .kind = Kind::boolean};
    Field extra{.option = "--extra", .name = "extra", .kind = Kind::json};
};

class Requests : public ::testing::Test {
  protected:
    Requests() {
        fields_ = {sample_.limit,     sample_.subject,     sample_.id,    sample_.kind,
                   sample_.person_id, sample_.person_name, sample_.scope, sample_.cap,
                   sample_.amount,    sample_.flag,        sample_.extra};
        operation_ = {.id = "sample",
                      .method = "POST",
                      .path = "/v1/accounts/{server}/{login}/sample",
                      .places = {&sample_.account, 1},
                      .fields = fields_,
                      .body_type = "application/json",
                      .needs_body = true,
                      .takes_key = true};
        given_ = {.places = {"1/1001"}, .key = "key-1"};
    }

    void give(std::string_view option, std::vector<std::string> words) {
        for (const Field& field : fields_)
            if (field.option == option)
                given_.values.emplace_back(&field, std::move(words));
    }

    std::expected<HttpRequest, UsageErrors> made() const { return request_of(operation_, given_); }
    boost::json::value body() const { return boost::json::parse(made().value().body.value()); }
    UsageErrors errors() const { return made().error(); }

    Sample sample_;
    std::vector<Field> fields_;
    Operation operation_;
    Given given_;
};

TEST_F(Requests, an_account_is_one_word) {
    give("--kind", {"live"});
    EXPECT_EQ(made()->target, "/v1/accounts/1/1001/sample");
    for (const char* wrong : {"1", "1/", "/1001", "1/2/3", ""}) {
        given_.places = {wrong};
        EXPECT_THAT(errors(),
                    ElementsAre("ACCOUNT: " + std::string(wrong) + " is not server/login"));
    }
}

TEST_F(Requests, an_id_in_the_path_is_a_uuid) {
    operation_.path = "/v1/clients/{client}";
    operation_.places = {&sample_.client, 1};
    given_.places = {std::string(uuid)};
    give("--kind", {"live"});
    EXPECT_EQ(made()->target, "/v1/clients/" + std::string(uuid));
    given_.places = {"ada"};
    EXPECT_THAT(errors(), ElementsAre("CLIENT: ada is not a UUID"));
}

TEST_F(Requests, what_stands_in_path_and_query_is_encoded) {
    sample_.client.format = "";
    operation_.path = "/v1/groups/{client}";
    operation_.places = {&sample_.client, 1};
    given_.places = {"real\\usd ?é"};
    give("--kind", {"live"});
    give("--limit", {"5"});
    give("--subject", {"a&b=c d"});
    EXPECT_EQ(made()->target, "/v1/groups/real%5Cusd%20%3F%C3%A9?limit=5&subject=a%26b%3Dc%20d");
}

TEST_F(Requests, a_body_has_every_kind_of_value) {
    give("--kind", {"demo"});
    give("--person.name", {"Ada \"Byron\""});
    give("--scope", {"a", "b"});
    give("--cap", {"9"});
    give("--amount", {"-12.34 USD"});
    give("--flag", {"true"});
    give("--extra", {R"({"x":[1]})"});
    auto expected = boost::json::parse(R"({"kind":"demo","person":{"name":"Ada \"Byron\""},
        "scope":["a","b"],"cap":9,"amount":{"amount":"-12.34","currency":"USD"},"flag":true,
        "extra":{"x":[1]}})");
    auto got = body();
    EXPECT_TRUE(got.as_object().erase("id"));
    EXPECT_TRUE(got.at("person").as_object().erase("id"));
    EXPECT_EQ(got, expected);
}

TEST_F(Requests, null_and_the_empty_list_can_be_said) {
    give("--kind", {"demo"});
    give("--cap", {"null"});
    give("--scope", {"[]"});
    EXPECT_TRUE(body().at("cap").is_null());
    EXPECT_TRUE(body().at("scope").as_array().empty());
}

TEST_F(Requests, ids_follow_from_the_key) {
    give("--kind", {"live"});
    const auto first = body().at("id");
    EXPECT_EQ(body().at("id"), first);
    given_.key = "key-2";
    EXPECT_NE(body().at("id"), first);
    give("--id", {std::string(uuid)});
    EXPECT_EQ(body().at("id"), boost::json::value(uuid));
}

TEST_F(Requests, another_id_may_be_new_too) {
    give("--kind", {"live"});
    give("--person.id", {"new"});
    give("--person.name", {"Ada"});
    const auto first = body().at("person").at("id");
    EXPECT_EQ(first.as_string().size(), uuid.size());
    EXPECT_EQ(body().at("person").at("id"), first);
    EXPECT_NE(body().at("id"), first);
}

TEST_F(Requests, an_object_that_may_be_left_out_needs_its_fields_once_it_is_there) {
    give("--kind", {"live"});
    EXPECT_FALSE(body().as_object().contains("person"));
    give("--person.id", {std::string(uuid)});
    EXPECT_THAT(errors(), ElementsAre("needs --person.name (or --body FILE)"));
}

TEST_F(Requests, a_body_of_a_file_goes_as_it_is) {
    given_.body = "{ \"any\" : 1.50 }";
    EXPECT_EQ(made()->body, given_.body);
    given_.body = "no json";
    EXPECT_EQ(made()->body, given_.body);
}

TEST_F(Requests, options_change_fields_of_a_body_of_a_file) {
    given_.body = R"({"kind":"live","person":{"name":"Ada","country":"GB"}})";
    give("--person.name", {"Byron"});
    EXPECT_EQ(body(),
              boost::json::parse(R"({"kind":"live","person":{"name":"Byron","country":"GB"}})"));
    given_.body = "[]";
    EXPECT_THAT(errors(), ElementsAre("--body: options go into a JSON object, and this is none"));
}

TEST_F(Requests, headers_say_type_key_and_version) {
    give("--kind", {"live"});
    given_.if_match = "7";
    EXPECT_THAT(made()->headers,
                ElementsAre(Pair("Content-Type", "application/json"),
                            Pair("Idempotency-Key", "key-1"), Pair("If-Match", "\"v7\"")));
    given_.if_match = "\"v8\"";
    EXPECT_THAT(made()->headers, Contains(Pair("If-Match", "\"v8\"")));
}

TEST_F(Requests, nothing_can_be_put_into_a_header) {
    give("--kind", {"live"});
    given_.key = "a\r\nX-Evil: 1";
    EXPECT_THAT(errors(), ElementsAre("Idempotency-Key is printable ASCII without blanks"));
}

TEST_F(Requests, every_error_is_named_at_once) {
    given_.places = {"x"};
    give("--limit", {"many"});
    EXPECT_EQ(errors().size(), 3u);
}

TEST_F(Requests, a_body_that_is_not_json_comes_of_a_file) {
    operation_.body_type = "application/octet-stream";
    operation_.fields = {};
    EXPECT_THAT(errors(), ElementsAre("needs --body FILE"));
    given_.body = std::string("\0\xff", 2);
    EXPECT_EQ(made()->body, given_.body);
    EXPECT_THAT(made()->headers, Contains(Pair("Content-Type", "application/octet-stream")));
}

struct BadWord {
    const char* name;
    const char* option;
    const char* word;
    const char* says;
};

class BadWords : public Requests, public ::testing::WithParamInterface<BadWord> {};

TEST_P(BadWords, are_refused_with_their_reason) {
    if (std::string_view(GetParam().option) != "--kind")
        give("--kind", {"live"});
    give(GetParam().option, {GetParam().word});
    EXPECT_THAT(errors(), ElementsAre(std::string(GetParam().option) + " " + GetParam().word +
                                      ": " + GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Requests, BadWords,
    ::testing::Values(
        BadWord{"unknown_word", "--kind", "Live", "is one of live, demo"},
        BadWord{"no_uuid", "--id", "7", "is not a UUID"},
        BadWord{"no_number", "--cap", "1.5", "is not a whole number"},
        BadWord{"no_digits", "--cap", "", "is not a whole number"},
        BadWord{"beyond_int64", "--cap", "99999999999999999999", "is not a whole number"},
        BadWord{"below", "--cap", "-1", "must not be less than 0"},
        BadWord{"above", "--cap", "10", "must not be more than 9"},
        BadWord{"no_currency", "--amount", "12.34", "money is written \"12.34 USD\""},
        BadWord{"two_currencies", "--amount", "1 USD EUR", "money is written \"12.34 USD\""},
        BadWord{"no_amount", "--amount", " USD", "money is written \"12.34 USD\""},
        BadWord{"half_amount", "--amount", "1. USD", "money is written \"12.34 USD\""},
        BadWord{"padded_amount", "--amount", "01 USD", "money is written \"12.34 USD\""},
        BadWord{"no_flag", "--flag", "yes", "is true or false"},
        BadWord{"no_query_number", "--limit", "x", "is not a whole number"}),
    [](const auto& row) { return row.param.name; });

TEST(Catalogue, a_change_knows_what_reads_the_thing) {
    for (const Operation& operation : operations()) {
        if (!operation.needs_if_match)
            continue;
        const Operation* reader = reader_of(operation);
        ASSERT_NE(reader, nullptr) << operation.id;
        EXPECT_EQ(reader->method, "GET");
        EXPECT_EQ(reader->places.size(), operation.places.size()) << operation.id;
    }
}

}  // namespace
}  // namespace cambist::ctl
