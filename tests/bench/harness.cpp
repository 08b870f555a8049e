#include "tests/bench/harness.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace cambist::bench {

void print(const Figure& figure) {
    std::string line = "{\"bench\":\"" + figure.bench + "\",\"case\":\"" + figure.name + "\"";
    char number[64];
    const auto add = [&](const char* key, std::optional<double> value) {
        if (value)
            std::snprintf(number, sizeof number, ",\"%s\":%.6g", key, *value);
        else
            std::snprintf(number, sizeof number, ",\"%s\":null", key);
        line += number;
    };
    add("value", figure.value);
    line += ",\"unit\":\"" + figure.unit + "\"";
    add("floor", figure.floor);
    add("ratio", figure.ratio);
    line += ",\"goal\":\"" + figure.goal + "\",\"ok\":" + (figure.ok ? "true" : "false") + "}";
    std::puts(line.c_str());
    std::fflush(stdout);
}

Medians interleave(int rounds, const std::function<double()>& ours,
                   const std::function<double()>& floor) {
    std::vector<double> our_figures, floor_figures, ratios;
    for (int round = 0; round < rounds; ++round) {
        double a = 0, b = 0;
        if (round % 2 == 0) {
            a = ours();
            b = floor();
        } else {
            b = floor();
            a = ours();
        }
        our_figures.push_back(a);
        floor_figures.push_back(b);
        ratios.push_back(a / b);
    }
    return {median(our_figures), median(floor_figures), median(ratios)};
}

double median(std::vector<double> values) {
    return percentile(values, 0.5);
}

double percentile(std::vector<double>& values, double share) {
    if (values.empty())
        return 0;
    const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at),
                     values.end());
    return values[at];
}

std::int64_t ticks_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

}  // namespace cambist::bench
