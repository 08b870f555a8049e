"""What it takes to verify the sealed audit, beside a binary COPY of the same rows that is thrown
away as it comes."""

import json
import statistics
import subprocess
import tempfile
import time

from link_benches import figure
from stand import Stand

ROWS = 1_000_000
ROWS_A_TRANSACTION = 1_000
ROWS_A_SEAL = 1_000  # as many as a busy second has
ROUNDS = 3
MOST_MIB_MORE = 8  # that ten times the rows may take

COLUMNS = ("id, at, actor, action, subject, before, after, reason, request_id, address, xid, "
           "client_id, approval_id, on_behalf_of, session_id")
CHANGES = """
create procedure write_changes(held integer, wanted integer, batch integer) language plpgsql as $$
begin
    for place in held + 1 .. wanted by batch loop
        insert into audit (actor, action, subject, before, after, reason, request_id, address,
            client_id)
        select 'staff:user' || n % 50, 'status_changed', 'client:' || md5('c' || n)::uuid,
               jsonb_build_object('status', 'approved', 'version', n),
               jsonb_build_object('status', 'restricted', 'version', n + 1, 'causes',
                                  jsonb_build_array('review')),
               'documents of ' || n || ' expired', md5('r' || n)::uuid, '10.0.0.' || n % 250,
               md5('c' || n)::uuid
        from generate_series(place, least(place + batch - 1, wanted)) n;
        commit;
    end loop;
end $$;"""


def peak_mib(process):
    """The most memory that a process held, as of its last moments."""
    peak = 0
    while process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                held = [line.split()[1] for line in status if line.startswith("VmHWM:")]
        except ProcessLookupError:
            continue  # it ended between two looks
        if held:
            peak = int(held[0]) / 1024
        time.sleep(0.01)
    return peak


class SealedAudit:
    """An audit whose rows are sealed and anchored by the bridge's sealer."""

    def __init__(self, stand):
        self.stand = stand
        self.rows = 0
        self.anchors = stand.folder / "anchors"
        self.anchors.mkdir()
        subprocess.run([stand.build / "bin" / "cambist-keys", "--seal", "seal", stand.keys],
                       check=True, stdout=subprocess.DEVNULL)
        stand.script(CHANGES)

    def grow(self, rows):
        """Returns how many rows were sealed in a second."""
        self.stand.script(
            f"call cambist.write_changes({self.rows}, {rows}, {ROWS_A_TRANSACTION});"
            "vacuum analyze cambist.audit; checkpoint;")
        done = subprocess.run(
            [self.stand.build / "bin" / "cambist-bench-audit", self.stand.dsn("cambist_bridge"),
             self.stand.keys / "seal.key", self.anchors, str(rows - self.rows), str(ROWS_A_SEAL)],
            check=True, capture_output=True, text=True)
        self.rows = rows
        sealed = json.loads(done.stdout)
        return sealed["rows"] / sealed["seconds"]

    def start_verifying(self, output):
        return subprocess.Popen(
            [self.stand.build / "bin" / "cambistctl", "--dsn", self.stand.dsn("cambist_reports"),
             "--output", "json", "audit", "verify", "--anchors", self.anchors, "--public-key",
             self.stand.keys / "seal.pub"], stdout=output, text=True)

    def memory(self):
        with tempfile.TemporaryFile("w+") as output:
            process = self.start_verifying(output)
            peak = peak_mib(process)
            output.seek(0)
            self.check(process, output.read())
        return peak

    def verify(self):
        began = time.monotonic()
        process = self.start_verifying(subprocess.PIPE)
        output = process.communicate()[0]
        seconds = time.monotonic() - began
        self.check(process, output)
        return self.rows / seconds

    def check(self, process, output):
        if process.returncode or json.loads(output)["rows"] != self.rows:
            raise RuntimeError(f"not {self.rows} rows intact: {output}")

    def copy(self):
        copied = self.stand.floor("copy", self.stand.dsn("cambist_reports"), COLUMNS,
                                  "cambist.audit")
        if copied["rows"] != self.rows:
            raise RuntimeError(f"{copied}, expected {self.rows} rows")
        return copied["rows"] / copied["seconds"]


def measured(audit, rows):
    """What one size gives: figures of rows a second, and the peak of memory."""
    sealed = audit.grow(rows)
    peak = audit.memory()
    verified, copied = [], []
    for _ in range(ROUNDS):
        verified.append(audit.verify())
        copied.append(audit.copy())
    ratio = statistics.median(a / b for a, b in zip(verified, copied))
    floor = statistics.median(copied)
    yield figure("audit_verify", f"{rows:,} rows, {ROWS_A_SEAL:,} a seal, versus binary COPY",
                 statistics.median(verified), "rows/s", floor, ">= 0.7 x", ratio >= 0.7, ratio)
    yield figure("audit_verify", f"sealing a backlog that makes {rows:,}", sealed, "rows/s", floor,
                 "stated", True, sealed / floor)
    return peak


def audit_verify(build, rows=ROWS):
    fewer = rows // 10
    with Stand(build) as stand:
        audit = SealedAudit(stand)
        before = yield from measured(audit, fewer)
        after = yield from measured(audit, rows)
    yield figure("audit_verify", f"peak memory, {rows:,} rows beside {fewer:,}", after, "MiB",
                 before, f"<= {MOST_MIB_MORE} MiB more", after <= before + MOST_MIB_MORE)
