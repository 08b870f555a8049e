#include "tests/bench/micro.hpp"

#include <cstdio>
#include <map>
#include <string>

int main(int argc, char** argv) {
    const std::map<std::string, void (*)()> benches{
        {"gate_decision", cambist::bench::gate_decision},
        {"event_capture", cambist::bench::event_capture},
        {"plugin_memory", cambist::bench::plugin_memory},
    };
    const auto found = argc == 2 ? benches.find(argv[1]) : benches.end();
    if (found == benches.end()) {
        std::fputs("usage: cambist-bench-micro gate_decision|event_capture|plugin_memory\n",
                   stderr);
        return 2;
    }
    found->second();
}
