#pragma once

namespace cambist::bench {

// The benchmarks of one process; each prints its figures.
void gate_decision();
void event_capture();
void plugin_memory();

}  // namespace cambist::bench
