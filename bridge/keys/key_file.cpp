#include "bridge/keys/key_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>

namespace cambist::bridge {

namespace {

/// A descriptor that closes itself.
class File {
  public:
    File(const std::filesystem::path& path, int flags, mode_t mode)
        : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {
        if (descriptor_ < 0)
            throw std::system_error(errno, std::generic_category(), path.string());
    }
    ~File() { ::close(descriptor_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    void write(std::string_view text) {
        while (!text.empty()) {
            const ssize_t written = ::write(descriptor_, text.data(), text.size());
            if (written < 0)
                throw std::system_error(errno, std::generic_category(), "write");
            text.remove_prefix(static_cast<std::size_t>(written));
        }
        if (::fsync(descriptor_) != 0)
            throw std::system_error(errno, std::generic_category(), "fsync");
    }

  private:
    int descriptor_;
};

}  // namespace

void write_new(const std::filesystem::path& path, mode_t mode, const std::string& text) {
    const std::string fresh = path.string() + ".new";
    ::unlink(fresh.c_str());
    File(fresh, O_WRONLY | O_CREAT | O_EXCL, mode).write(text + "\n");
    const int linked = ::link(fresh.c_str(), path.c_str());
    const int problem = errno;
    ::unlink(fresh.c_str());
    if (linked != 0)
        throw std::system_error(problem, std::generic_category(), path.string());
}

std::string problem_of_secret(const std::filesystem::path& file) {
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0)
        return file.string() + ": " + std::generic_category().message(errno);
    if (status.st_mode & (S_IRWXG | S_IRWXO))
        return file.string() + ": a secret that others may read; chmod 600 it, or make a new one";
    return "";
}

}  // namespace cambist::bridge
