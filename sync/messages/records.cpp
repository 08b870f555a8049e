#include "sync/messages/records.hpp"

namespace cambist {

std::size_t shard_of(Login login) {
    return login.value * 0x9e3779b97f4a7c15ull >> 58;
}

}  // namespace cambist
