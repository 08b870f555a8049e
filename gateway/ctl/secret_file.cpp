#include "gateway/ctl/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include "gateway/ctl/exit_code.hpp"

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

std::optional<std::string> read_private(const std::string& file) {
    struct stat state{};
    if (stat(file.c_str(), &state) != 0) {
        if (errno == ENOENT)
            return std::nullopt;
        throw UsageProblem(file + ": " + std::strerror(errno));
    }
    if (S_ISREG(state.st_mode) && (state.st_mode & 077) != 0)
        throw UsageProblem(file + ": others may read it (chmod 600 would help)");
    std::ifstream stream(file);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream.is_open() || text.bad())
        throw UsageProblem(file + ": cannot be read");
    return text.str();
}

std::string read_secret(const std::string& file) {
    std::optional<std::string> text;
    if (file == "-")
        std::getline(std::cin, text.emplace());
    else
        text = read_private(file);
    if (!text)
        throw UsageProblem(file + ": there is no such file");
    const std::string line = text->substr(0, text->find_first_of("\r\n"));
    if (line.empty())
        throw UsageProblem(file + ": its first line is empty");
    return line;
}

}  // namespace cambist::ctl
