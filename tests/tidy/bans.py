"""Words that may not stand in the code: what to write instead, and where they may stand."""
import dataclasses
import re

CODE = (".cpp", ".hpp", ".h")
PRODUCT = ("sync/", "plugin/", "office/", "bridge/", "gateway/", "sim/")
MONEY = r"(amount|balance|money|credit|equity|profit|commission|swap|fee|minor)"
# The floors that we are measured against are written without us.
FLOORS = r"^tests/bench/"


@dataclasses.dataclass(frozen=True)
class Ban:
    pattern: str
    instead: str
    within: tuple = PRODUCT + ("tests/",)
    but: tuple = ()
    suffixes: tuple = CODE

    def applies_to(self, path):
        return (path.endswith(self.suffixes) and path.startswith(self.within)
                and not any(re.search(exception, path) for exception in self.but))

    def found_in(self, line):
        return re.search(self.pattern, line)


BANS = (
    Ban(r"#include\s*<boost/asio\.hpp>", "include its parts, e.g. <boost/asio/awaitable.hpp>"),
    Ban(r"#include\s*<boost/beast\.hpp>", "include the parts, e.g. <boost/beast/http/read.hpp>"),
    Ban(r"#include\s*<boost/beast", "use the plain Request and Response of gateway/http",
        but=(r"^gateway/http/\w+\.cpp$", FLOORS)),
    Ban(r"#include\s*<libpq", "use office/pg", but=(r"^office/pg/", FLOORS)),
    Ban(r"\bPQexec(Params|Prepared)?\(", "it blocks: send on a transaction of office/pg",
        but=(FLOORS,)),
    Ban(r"\bdetached\b", "spawn into a scope that waits for its children"),
    Ban(r"\.detach\(\)", "join the thread"),
    Ban(r"\bsleep_(for|until)\(", "wait for the event, or use a timer of the io_context",
        but=(r"^plugin/.*(pump|platform|worker)", r"^sim/",
             r"^tests/(support|bench|integration)/")),
    Ban(r"\bsystem_clock::now\(", "take a Clock (sync/vocabulary/instant.hpp)",
        but=(r"system_clock\.(cpp|hpp)$", FLOORS)),
    Ban(rf"\b(double|float)\s+\w*{MONEY}", "money is int64 minor units",
        within=("sync/", "plugin/", "office/", "bridge/", "gateway/")),
    Ban(r"\b(TODO|FIXME|XXX|HACK)\b", "do it, or leave it out",
        within=("",), but=(r"^tests/tidy/",),
        suffixes=CODE + (".py", ".sh", ".sql", ".md", ".txt", ".toml", ".cmake", "cambist")),
    Ban(r"#include\s*<(thread|mutex|shared_mutex|condition_variable|fstream|filesystem|future)>",
        "sync is pure: hand the effect to the caller", within=("sync/",)),
    Ban(r"#include\s*<(boost|zmq|sodium|spdlog)", "sync is pure: no sockets, no libraries of I/O",
        within=("sync/",)),
    Ban(r"#include\s*<(boost|libpq|spdlog|zlib)", "the plugin brings libzmq alone into its host",
        within=("plugin/",)),
    Ban(r"#include\s*<((unistd|fcntl|pthread|signal|poll|dlfcn)\.h|(sys|arpa|netinet)/)",
        "ask plugin/platform.hpp: the core must compile for Windows",
        within=("plugin/",), but=(r"^plugin/(\w+/)*\w*posix\w*\.(cpp|hpp)$",)),
    Ban(r"^using namespace\b(?!.*literals)", "name what you use", within=PRODUCT),
    Ban(r"\b(class|struct)\s+\w+(Manager|Helper|Helpers|Util|Utils|Processor|Impl|Data|Info)\b",
        "name it by the domain's noun"),
    Ban(r"zmq::socket_type::x?pub\b|ZMQ_X?PUB\b", "it loses messages silently: ROUTER and DEALER"),
    Ban(r'"resolved":', "npm install --omit-lockfile-registry-resolved: no host of one machine",
        within=("",), suffixes=("package-lock.json",)),
    Ban(r"^(<<<<<<<|>>>>>>>) ", "solve the conflict", within=("",), suffixes=("",)),
    Ban(r"(?<![\w.])/(work|root)/", "no path of one machine: derive it, or take it as a setting",
        within=("",), but=(r"^tests/tidy/",), suffixes=("",)),
)
