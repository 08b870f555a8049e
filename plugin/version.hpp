#pragma once

namespace cambist::plugin {

inline constexpr const char* plugin_version = "0.1.0";

}  // namespace cambist::plugin
