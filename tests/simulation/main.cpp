// cambist-simulate: runs seeds of the simulation, names what a seed violated, replays one exactly.

#include <charconv>
#include <iostream>
#include <set>

#include "sync/vocabulary/planted.hpp"
#include "tests/simulation/simulation.hpp"

namespace {

using namespace cambist::simulation;

constexpr std::string_view usage =
    "cambist-simulate: both ends of the trading link under seeded faults, in virtual time\n"
    "  --seed N [--verbose]   run one seed; the same seed is the same run\n"
    "  --seeds A..B           run a range and print what was injected and how often\n"
    "  --all-paths            fail unless every rare path happened in the range\n"
#ifdef CAMBIST_PLANTED_BUGS
    "  --bug NAME             plant this bug\n"
    "  --expect INVARIANT     succeed when a seed of the range violates this invariant\n"
#endif
    ;

struct Options {
    std::uint64_t first = 1, last = 1;
    bool verbose = false, all_paths = false;
    std::string expected;
};

/// Paths that a run of thousands of seeds must have seen.
constexpr std::string_view rare_paths[]{
    "network: frame lost",
    "network: frame doubled",
    "network: frame delayed for long",
    "network: frame out of order",
    "network: cut link swallowed a frame",
    "crash: after the operation, before its event",
    "crash: after the epoch is durable",
    "crash: while the tail is carried over",
    "crash: while the lanes are emptied",
    "crash: after a bridge epoch is durable",
    "crash: after policies are written, before the sync",
    "crash: after policies are durable, before they are published",
    "crash: after policies are published, before the acknowledgement",
    "crash: after the intent is written, before the sync",
    "crash: after the intent, before the operation",
    "crash: after the operation, before the outcome",
    "crash: after the outcome is written, before the sync",
    "crash: after the outcome, before the answer",
    "crash: after the cursor moved, before the Welcome",
    "crash: after the commit, before the acknowledgement",
    "crash: after the dispatch, before the command is sent",
    "crash: after a result came, before it is stored",
    "power cut at the trading server",
    "journal tail torn",
    "policy log tail torn",
    "command log tail torn",
    "lane overrun",
    "journal overrun",
    "event carried over into a new epoch",
    "Welcome said again for want of a policy digest",
    "snapshot told",
    "the cursor cannot be served: resync",
    "resync asked",
    "plugin gave up a silent bridge",
    "frame of a stale bridge",
    "stale policies refused",
    "policy of a known or lower version",
    "policy sent again by digest",
    "new era of policies",
    "bridge epoch raised above a restored database",
    "command of a stale bridge refused",
    "command past its deadline refused",
    "command with a retired number refused",
    "known command answered again",
    "command came again while it was executed",
    "intent without an outcome after a crash",
    "command in doubt after a crash",
    "effect found after a crash",
    "effect of a forgotten command looked for and found",
    "command refused at dispatch by a hold",
    "question about a command",
    "batch known already",
    "batch partly known",
    "gap asked for",
    "lease taken",
    "bridge fenced by a higher epoch",
    "bridge stepped down",
    "apply in doubt: session ended",
    "database: commit in doubt",
    "database: transaction lost in a crash",
    "database: transaction of a crashed client committed",
    "database: transaction of a crashed client rolled back",
    "trading server killed",
    "bridge killed",
    "database crash",
    "lease lost to the other bridge",
    "link cut in one direction",
    "plugin's files restored from a backup",
    "database restored from a backup",
};

bool read_number(std::string_view text, std::uint64_t& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

bool read_range(std::string_view text, Options& options) {
    const std::size_t dots = text.find("..");
    if (dots == std::string_view::npos) {
        const bool read = read_number(text, options.first);
        options.last = options.first;
        return read;
    }
    return read_number(text.substr(0, dots), options.first) &&
           read_number(text.substr(dots + 2), options.last) && options.first <= options.last;
}

bool read_options(int count, char** arguments, Options& options) {
    for (int at = 1; at < count; ++at) {
        const std::string_view word = arguments[at];
        const std::string_view value = at + 1 < count ? arguments[at + 1] : "";
        if (word == "--verbose") {
            options.verbose = true;
        } else if (word == "--all-paths") {
            options.all_paths = true;
        } else if (word == "--seed" || word == "--seeds") {
            if (!read_range(value, options))
                return false;
            ++at;
#ifdef CAMBIST_PLANTED_BUGS
        } else if (word == "--bug") {
            cambist::planted_bug = value;
            ++at;
        } else if (word == "--expect") {
            options.expected = value;
            ++at;
#endif
        } else {
            return false;
        }
    }
    return true;
}

struct Totals {
    Coverage coverage;
    std::uint64_t seeds = 0, events = 0, policies = 0, commands = 0, violated = 0, found_at = 0;
    std::uint64_t fewest_events = UINT64_MAX;  ///< UINT64_MAX: no seed came to its end
    nanoseconds longest_until_quiet{};
    std::set<std::string> invariants;
};

void add(Totals& totals, const Report& report, std::uint64_t seed) {
    for (const auto& [path, count] : report.coverage)
        totals.coverage[path] += count;
    ++totals.seeds;
    totals.events += report.events;
    totals.policies += report.policies;
    totals.commands += report.commands;
    totals.longest_until_quiet = std::max(totals.longest_until_quiet, report.until_quiet);
    if (!report.violation) {
        totals.fewest_events = std::min(totals.fewest_events, report.events);
        return;
    }
    ++totals.violated;
    totals.invariants.insert(report.violation->invariant);
    if (totals.found_at == 0)
        totals.found_at = seed;
    std::cout << "seed " << seed << " violated: " << report.violation->invariant << ": "
              << report.violation->detail << std::endl;
}

void print(const Totals& totals) {
    for (const auto& [path, count] : totals.coverage)
        std::cout << "  " << count << "  " << path << '\n';
    std::cout << totals.seeds << " seeds, " << totals.events << " events (at least "
              << totals.fewest_events << " a seed), " << totals.policies << " policy changes, "
              << totals.commands << " commands, quiet after at most "
              << std::chrono::duration_cast<milliseconds>(totals.longest_until_quiet).count()
              << " ms, " << totals.violated << " violated\n";
}

std::size_t missing_paths(const Coverage& coverage) {
    std::size_t missing = 0;
    for (const std::string_view path : rare_paths) {
        if (coverage.contains(path))
            continue;
        std::cout << "never happened: " << path << '\n';
        ++missing;
    }
    return missing;
}

}  // namespace

int main(int count, char** arguments) {
    Options options;
    if (!read_options(count, arguments, options)) {
        std::cerr << usage;
        return 2;
    }
    Totals totals;
    for (std::uint64_t seed = options.first; seed <= options.last; ++seed) {
        add(totals, Simulation(seed, options.verbose).run(), seed);
        if (!options.expected.empty() && totals.violated != 0)
            break;
        if (totals.violated == 20)
            break;
    }
    if (!options.expected.empty()) {
        const bool found = totals.invariants.contains(options.expected);
        std::cout << (found ? "found at seed " : "expected violation not found, first at seed ")
                  << totals.found_at << ": " << options.expected << '\n';
        return found ? 0 : 1;
    }
    print(totals);
    const bool complete = !options.all_paths || missing_paths(totals.coverage) == 0;
    return totals.violated == 0 && complete ? 0 : 1;
}
