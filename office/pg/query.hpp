#pragma once

namespace cambist::office::pg {

/// A named statement: a constant beside the store function that uses it. The name is unique in the
/// program; it names the prepared statement of each connection, and metrics.
struct Query {
    const char* name;
    const char* sql;
};

}  // namespace cambist::office::pg
