#include "office/pg/deadline.hpp"

namespace cambist::office::pg {

void rethrow_late(std::exception_ptr failure, bool late) {
    try {
        std::rethrow_exception(failure);
    } catch (const DatabaseError& error) {
        if (error.in_doubt() || !late)
            throw;
    } catch (...) {
        if (!late)
            throw;
    }
    throw DatabaseError(Fault::deadline_exceeded, "the deadline passed");
}

}  // namespace cambist::office::pg
