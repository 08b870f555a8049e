#include "gateway/http/trace.hpp"

#include <gtest/gtest.h>

namespace cambist::gateway {
namespace {

const std::string chain = "0af7651916cd43dd8448eb211c80319c";
const std::string good = "00-" + chain + "-b7ad6b7169203331-01";

Headers with(std::initializer_list<std::string> parents) {
    Headers headers;
    for (const auto& parent : parents)
        headers.add("Traceparent", parent);
    return headers;
}

TEST(Trace, begins_with_ids_of_its_own) {
    const Trace first = begin_trace(), second = begin_trace();
    EXPECT_EQ(first.header().size(), 55u);
    EXPECT_NE(first.trace_id, second.trace_id);
    EXPECT_NE(first.span_id, second.span_id);
    EXPECT_EQ(first.flags, "00");
}

TEST(Trace, continues_the_chain_with_a_new_span_and_the_same_flags) {
    const Trace trace = continue_trace(with({good}));
    EXPECT_EQ(trace.trace_id, chain);
    EXPECT_NE(trace.span_id, "b7ad6b7169203331");
    EXPECT_EQ(trace.flags, "01");
}

TEST(Trace, understands_later_versions_that_say_more) {
    EXPECT_EQ(continue_trace(with({"01" + good.substr(2) + "-more"})).trace_id, chain);
    EXPECT_EQ(continue_trace(with({"cc" + good.substr(2)})).trace_id, chain);
}

TEST(Trace, begins_anew_after_what_is_none) {
    for (const std::string& bad :
         {std::string(), std::string("x"), good + "-more", good.substr(0, 54),
          "ff" + good.substr(2), "01" + good.substr(2) + "more",
          "00-" + std::string(32, '0') + "-b7ad6b7169203331-01",
          "00-" + chain + "-0000000000000000-01",
          "00-0AF7651916CD43DD8448EB211C80319C-" + std::string("b7ad6b7169203331-01"),
          "00_" + good.substr(3), good.substr(0, 53) + "0g"})
        EXPECT_NE(continue_trace(with({bad})).trace_id, chain) << bad;
    EXPECT_NE(continue_trace(with({good, good})).trace_id, chain);
    EXPECT_NE(continue_trace({}).trace_id, chain);
}

}  // namespace
}  // namespace cambist::gateway
