#!/usr/bin/python3
"""Each check of tidy.py fails on a violation, names the replacement, and passes without it."""
import pathlib
import tempfile
import unittest

import tidy

LAYERS = tidy.read_layers((tidy.HERE / "layers.txt").read_text())
README = "# A folder\n"


def problems(files):
    """The problems of a tree of these files, in which every folder has its README."""
    tree = dict(files)
    for path in files:
        tree.setdefault(path.rsplit("/", 1)[0] + "/README.md", README)
    return list(tidy.problems_of(tree, LAYERS))


class Layers(unittest.TestCase):
    def test_a_lower_layer_must_not_include_a_higher_one(self):
        for user, used in (("sync/vocabulary/a.hpp", "sync/messages/b.hpp"),
                           ("sync/streams/a.cpp", "plugin/gate/b.hpp"),
                           ("plugin/gate/a.hpp", "office/pg/b.hpp"),
                           ("plugin/abi/a.h", "sync/vocabulary/b.hpp"),
                           ("office/pg/a.hpp", "office/audit/b.hpp"),
                           ("office/accounts/accounts_store.cpp", "bridge/trading/b.hpp"),
                           ("bridge/trading/a.cpp", "gateway/http/b.hpp"),
                           ("bridge/trading/a.cpp", "plugin/link/b.hpp"),
                           ("sim/trading_server/a.cpp", "sync/vocabulary/b.hpp")):
            with self.subTest(user=user):
                found = problems({user: f'#include "{used}"\n', used: "\n"})
                self.assertEqual(len(found), 1, found)
                self.assertIn("must not include", found[0])

    def test_what_the_table_allows_passes(self):
        for user, used in (("sync/streams/a.hpp", "sync/messages/b.hpp"),
                           ("plugin/gate/a.hpp", "plugin/abi/b.h"),
                           ("gateway/routes/a.cpp", "office/accounts/b.hpp"),
                           ("sim/trading_server/a.cpp", "plugin/abi/b.h"),
                           ("tests/unit/sync/a.cpp", "bridge/trading/b.hpp")):
            with self.subTest(user=user):
                self.assertEqual(problems({user: f'#include "{used}"\n', used: "\n"}), [])

    def test_a_folder_without_a_layer_is_a_fault(self):
        found = problems({"office/a.cpp": '#include "sync/vocabulary/b.hpp"\n',
                          "sync/vocabulary/b.hpp": "\n"})
        self.assertIn("layers.txt", found[0])

    def test_includes_are_written_from_the_root(self):
        found = problems({"sync/vocabulary/a.cpp": '#include "b.hpp"\n',
                          "sync/vocabulary/b.hpp": "\n"})
        self.assertIn('"sync/vocabulary/b.hpp"', found[0])

    def test_cycles_of_files_and_of_folders_are_found(self):
        found = problems({"plugin/gate/a.hpp": '#include "plugin/mirror/b.hpp"\n',
                          "plugin/mirror/b.hpp": '#include "plugin/gate/a.hpp"\n'})
        self.assertTrue(any("files include each other" in problem for problem in found), found)
        found = problems({"bridge/trading/a.hpp": '#include "bridge/jobs/b.hpp"\n',
                          "bridge/jobs/b.hpp": "\n",
                          "bridge/jobs/c.hpp": '#include "bridge/trading/d.hpp"\n',
                          "bridge/trading/d.hpp": "\n"})
        self.assertTrue(any("folders include each other" in problem for problem in found), found)

    def test_rules_of_the_office_do_no_io(self):
        line = '#include "office/pg/transaction.hpp"\n'
        used = {"office/pg/transaction.hpp": "\n"}
        found = problems({"office/accounts/rights.cpp": line, **used})
        self.assertIn("accounts_store or accounts_service", found[0])
        self.assertEqual(problems({"office/accounts/accounts_store.cpp": line, **used}), [])


class Bans(unittest.TestCase):
    REFUSED = (
        ("office/pg/a.cpp", "#include <boost/asio.hpp>", "include its parts"),
        ("gateway/http/a.cpp", "#include <boost/beast.hpp>", "include the parts"),
        ("gateway/routes/a.cpp", "#include <boost/beast/http/read.hpp>", "Request and Response"),
        ("office/accounts/accounts_store.cpp", "#include <libpq-fe.h>", "use office/pg"),
        ("office/pg/a.cpp", "PQexec(connection, text);", "it blocks"),
        ("bridge/trading/a.cpp", "co_spawn(io, run(), detached);", "a scope that waits"),
        ("bridge/trading/a.cpp", "std::thread(run).detach();", "join"),
        ("bridge/trading/a.cpp", "std::this_thread::sleep_for(1s);", "wait for the event"),
        ("tests/unit/bridge/a.cpp", "std::this_thread::sleep_for(1s);", "wait for the event"),
        ("gateway/http/a.cpp", "auto now = std::chrono::system_clock::now();", "take a Clock"),
        ("office/accounts/a.hpp", "    double balance = 0;", "minor units"),
        ("sync/vocabulary/a.hpp", "    float min_fee = 0;", "minor units"),
        ("plugin/gate/a.cpp", "// TODO: grow", "do it, or leave it out"),
        ("office/migrations/0001_noun.sql", "-- FIXME", "do it, or leave it out"),
        ("sync/streams/a.cpp", "#include <thread>", "sync is pure"),
        ("sync/streams/a.cpp", "#include <zmq.hpp>", "sync is pure"),
        ("plugin/link/a.cpp", "#include <boost/json.hpp>", "libzmq alone"),
        ("plugin/mirror/journal.cpp", "#include <sys/mman.h>", "compile for Windows"),
        ("plugin/mirror/journal.cpp", "#include <unistd.h>", "compile for Windows"),
        ("office/accounts/a.hpp", "using namespace std;", "name what you use"),
        ("office/accounts/a.hpp", "class AccountManager {", "the domain's noun"),
        ("office/accounts/a.hpp", "struct AccountData {", "the domain's noun"),
        ("bridge/trading/a.cpp", "socket(context, zmq::socket_type::pub);", "ROUTER and DEALER"),
        ("tests/contract/package-lock.json", '  "resolved": "https://a.b/c.tgz",', "no host"),
        ("tests/unit/sync/a.cpp", "<<<<<<< " + "HEAD", "solve the conflict"),
        ("tests/unit/sync/a.cpp", 'open("/work/shared/data")', "one machine"),
    )
    ALLOWED = (
        ("gateway/http/session.cpp", "#include <boost/beast/http/read.hpp>"),
        ("office/pg/connection.cpp", "#include <libpq-fe.h>"),
        ("plugin/platform_posix.cpp", "#include <unistd.h>"),
        ("office/accounts/a.hpp", "    std::int64_t balance = 0;"),
        ("office/accounts/a.hpp", "    double seconds = 0;"),
        ("sim/trading_server/manager_port.hpp", "class ManagerPort {"),
        ("bridge/trading/a.cpp", "using namespace std::chrono_literals;"),
        ("config/bridge.toml", 'folder = "/var/lib/cambist/work/"'),
    )

    def test_each_ban_refuses_and_names_the_replacement(self):
        for path, line, instead in self.REFUSED:
            with self.subTest(line=line):
                found = problems({path: line + "\n"})
                self.assertTrue(any(instead in problem and f"{path}:1:" in problem
                                    for problem in found), found)

    def test_the_replacements_pass(self):
        for path, line in self.ALLOWED:
            with self.subTest(line=line):
                self.assertEqual(problems({path: line + "\n"}), [])

    def test_every_ban_has_a_case_here(self):
        for ban in tidy.BANS:
            with self.subTest(pattern=ban.pattern):
                self.assertTrue(any(ban.applies_to(path) and ban.found_in(line)
                                    for path, line, _ in self.REFUSED))


class Shape(unittest.TestCase):
    def test_a_long_line_a_long_file_and_a_long_function_are_refused(self):
        self.assertIn("101 columns", problems({"sync/streams/a.cpp": "/" * 101 + "\n"})[0])
        self.assertEqual(problems({"sync/streams/a.cpp": "/" * 100 + "\n"}), [])
        self.assertIn("split it by noun", problems({"sync/streams/a.cpp": "//\n" * 500})[0])
        self.assertEqual(problems({"sync/streams/a.cpp": "//\n" * 499}), [])
        function = "void apply(int a,\n           int b) {\n" + "    step();\n" * 70 + "}\n"
        self.assertIn("split it", problems({"sync/streams/a.cpp": function})[0])
        function = "void apply() {\n" + "    step();\n" * 68 + "}\n"
        self.assertEqual(problems({"sync/streams/a.cpp": function}), [])

    def test_every_folder_of_code_has_a_short_readme(self):
        tree = {"sync/streams/a.cpp": "\n"}
        self.assertIn("has no README.md", list(tidy.problems_of(tree, LAYERS))[0])
        tree["sync/streams/README.md"] = "line\n" * 16
        self.assertIn("at most 15", list(tidy.problems_of(tree, LAYERS))[0])

    def test_file_names_are_nouns_in_snake_case(self):
        for name in ("account_manager.cpp", "string_utils.hpp", "Account.cpp", "helpers.hpp"):
            with self.subTest(name=name):
                self.assertTrue(problems({"sync/streams/" + name: "\n"}))

    def test_files_end_with_a_newline(self):
        self.assertTrue(problems({"sync/streams/a.cpp": "int a;"}))

    def test_a_file_that_is_not_formatted_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            rules = (tidy.HERE.parent.parent / ".clang-format").read_text()
            (root / ".clang-format").write_text(rules)
            (root / "good.cpp").write_text("int a = 1;\n")
            (root / "bad.cpp").write_text("int   a=1;\n")
            found = list(tidy.misformatted(folder, ["good.cpp", "bad.cpp"]))
        self.assertEqual(len(found), 1)
        self.assertIn("bad.cpp", found[0])


if __name__ == "__main__":
    unittest.main()
