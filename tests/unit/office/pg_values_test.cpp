#include <gtest/gtest.h>

#include "office/pg/copy_rows.hpp"
#include "office/pg/error.hpp"
#include "office/pg/parameters.hpp"

namespace cambist::office::pg {
namespace {

std::string value(Parameters& parameters, int at) {
    const char* bytes = parameters.values()[at];
    return bytes ? std::string(bytes, std::size_t(parameters.lengths()[at])) : "null";
}

TEST(Parameters, are_big_endian_and_typed) {
    auto parameters = Parameters::of(std::int32_t{1}, true, "text", std::optional<std::int64_t>());
    EXPECT_EQ(value(parameters, 0), std::string("\0\0\0\1", 4));
    EXPECT_EQ(value(parameters, 1), "\1");
    EXPECT_EQ(value(parameters, 2), "text");
    EXPECT_EQ(value(parameters, 3), "null");
    EXPECT_EQ(parameters.types()[0], 23u);
    EXPECT_EQ(parameters.types()[3], 20u);
}

TEST(Parameters, arrays_carry_dimensions_element_type_and_lengths) {
    const std::vector<std::int16_t> numbers{1, -1};
    auto parameters = Parameters::of(numbers);
    const std::string expected(
        "\0\0\0\1"
        "\0\0\0\0"
        "\0\0\0\x15"
        "\0\0\0\2"
        "\0\0\0\1"
        "\0\0\0\2"
        "\0\1"
        "\0\0\0\2"
        "\xff\xff",
        32);
    EXPECT_EQ(value(parameters, 0), expected);
    EXPECT_EQ(parameters.types()[0], 1005u);
}

TEST(Parameters, an_operation_without_an_id_is_null) {
    auto parameters = Parameters::of(OperationId{});
    EXPECT_EQ(value(parameters, 0), "null");
}

TEST(Instants, are_stored_never_earlier_than_they_were) {
    EXPECT_EQ(wire::timestamp_of({wire::epoch_2000_us * 1000}), 0);
    EXPECT_EQ(wire::timestamp_of({wire::epoch_2000_us * 1000 + 1}), 1);
    EXPECT_EQ(wire::timestamp_of({wire::epoch_2000_us * 1000 + 1000}), 1);
    for (const std::int64_t ns : {0ll, 1ll, 999ll, 1'700'000'000'000'000'001ll})
        EXPECT_GE(wire::instant_of(wire::timestamp_of({ns})).ns, ns);
}

TEST(DatabaseError, is_retryable_only_when_nothing_can_have_been_done) {
    EXPECT_TRUE(DatabaseError("", "40001", "").retryable());
    EXPECT_TRUE(DatabaseError("", "40P01", "").retryable());
    EXPECT_TRUE(DatabaseError(Fault::connection_lost, "").retryable());
    EXPECT_FALSE(DatabaseError(Fault::connection_lost, "").as_in_doubt().retryable());
    EXPECT_FALSE(DatabaseError("", "23505", "some_key").retryable());
}

}  // namespace
}  // namespace cambist::office::pg
