#!/usr/bin/python3
"""`cmake --install` brings every program, and each runs from where it was put."""
import pathlib
import subprocess
import sys
import tempfile

PROGRAMS = ("cambist-bridge", "cambist-gateway", "cambist-migrate", "cambist-keys", "cambistctl",
            "cambist-sim")
FILES = ("lib/libcambist_plugin.so", "include/cambist/trading_server.h",
         "share/cambist/config/bridge.toml", "share/cambist/config/systemd/README.md",
         "share/cambist/migrations/0001_partition.sql", "share/doc/cambist/LICENSE")


def main():
    cmake, build = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([cmake, "--install", build, "--prefix", folder], check=True,
                       stdout=subprocess.DEVNULL)
        missing = [name for name in FILES if not pathlib.Path(folder, name).is_file()]
        for name in PROGRAMS:
            program = pathlib.Path(folder, "bin", name)
            if not program.is_file():
                missing.append(str(program.relative_to(folder)))
            elif subprocess.run([program, "--help"], stdout=subprocess.DEVNULL,
                                check=False).returncode != 0:
                missing.append(f"{program.name} --help")
    print(f"{len(PROGRAMS) + len(FILES)} looked for, {len(missing)} missing", *missing)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
