"""What the checker found: named kinds of difference, each with examples for people."""

import collections

EXAMPLES = 20


class Findings:
    def __init__(self):
        self.counts = collections.Counter()
        self.examples = collections.defaultdict(list)

    def add(self, kind, text):
        self.counts[kind] += 1
        if len(self.examples[kind]) < EXAMPLES:
            self.examples[kind].append(text)

    def total(self, *kinds):
        return sum(self.counts[kind] for kind in kinds)

    def __bool__(self):
        return bool(self.counts)

    def lines(self):
        for kind in sorted(self.counts):
            yield f"{kind}: {self.counts[kind]}"
            for text in self.examples[kind]:
                yield f"    {text}"
