#include "gateway/ctl/terminal.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <string_view>

#include "gateway/ctl/exit_code.hpp"

namespace cambist::ctl {

namespace {

/// The terminal of the process, whatever its input and output are.
class Terminal {
  public:
    Terminal() : descriptor_(open("/dev/tty", O_RDWR | O_CLOEXEC)) {}
    ~Terminal() {
        if (descriptor_ >= 0)
            close(descriptor_);
    }
    Terminal(Terminal&&) = delete;

    bool exists() const { return descriptor_ >= 0; }
    int descriptor() const { return descriptor_; }

    void say(std::string_view text) const {
        if (write(descriptor_, text.data(), text.size()) < 0)
            throw UsageProblem("the terminal cannot be written to");
    }

    std::string line() const {
        std::string text;
        char c = 0;
        while (read(descriptor_, &c, 1) == 1 && c != '\n')
            text += c;
        return text;
    }

  private:
    int descriptor_;
};

/// What is typed is not shown while this lives.
class WithoutEcho {
  public:
    explicit WithoutEcho(int descriptor) : descriptor_(descriptor) {
        known_ = tcgetattr(descriptor_, &before_) == 0;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        if (known_)
            tcsetattr(descriptor_, TCSAFLUSH, &quiet);
    }
    ~WithoutEcho() {
        if (known_)
            tcsetattr(descriptor_, TCSAFLUSH, &before_);
    }
    WithoutEcho(WithoutEcho&&) = delete;

  private:
    int descriptor_;
    termios before_{};
    bool known_ = false;
};

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

}  // namespace

Screen screen_of_output() {
    if (isatty(STDOUT_FILENO) == 0)
        return {};
    winsize size{};
    const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    const bool colour = environment("NO_COLOR").empty() && environment("TERM") != "dumb";
    return {.width = known ? size.ws_col : 80u, .colour = colour};
}

std::string ask_person(const std::string& question, bool secret, const std::string& instead) {
    const Terminal terminal;
    if (!terminal.exists())
        throw UsageProblem("there is no terminal to ask on: give " + instead);
    // The echo goes before the question comes: who answers at once is not shown either.
    std::optional<WithoutEcho> quiet;
    if (secret)
        quiet.emplace(terminal.descriptor());
    terminal.say(question + ": ");
    const std::string answer = terminal.line();
    if (!secret)
        return answer;
    terminal.say("\n");
    return answer;
}

}  // namespace cambist::ctl
