#include "gateway/ctl/secret_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace cambist::ctl {

void write_secret(const std::string& file, const std::string& text) {
    const std::string fresh = file + ".new." + std::to_string(getpid());
    unlink(fresh.c_str());
    const int descriptor = open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const std::string line = text + "\n";
    const bool written =
        descriptor >= 0 &&
        write(descriptor, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
        fsync(descriptor) == 0;
    int problem = errno;
    if (descriptor >= 0)
        close(descriptor);
    if (written && std::rename(fresh.c_str(), file.c_str()) == 0)
        return;
    if (written)
        problem = errno;
    unlink(fresh.c_str());
    throw std::runtime_error(file + ": " + std::strerror(problem));
}

}  // namespace cambist::ctl
