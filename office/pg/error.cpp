#include "office/pg/error.hpp"

namespace cambist::office::pg {

bool DatabaseError::retryable() const {
    if (in_doubt_)
        return false;
    switch (fault_) {
        case Fault::connection_lost:
        case Fault::pool_exhausted:
            return true;
        case Fault::deadline_exceeded:
        case Fault::unexpected_answer:
            return false;
        case Fault::refused_by_server:
            break;
    }
    // Serialization failure, deadlock, lock timeout, too many connections, and the server going.
    return sqlstate_ == serialization_failure || sqlstate_ == "40P01" || sqlstate_ == "55P03" ||
           sqlstate_ == "53300" || sqlstate_ == "57P01" || sqlstate_ == "57P02" ||
           sqlstate_ == "57P03" || sqlstate_.starts_with("08");
}

}  // namespace cambist::office::pg
