"""What the command of an operation is called: by rule, or as `x-command` says."""

VERBS = {"put": "set", "patch": "change", "delete": "remove"}


class Ambiguous(Exception):
    """Two operations would have one name."""


def nouns_of(path):
    """The fixed words of a path; the version and the parameters say nothing to a person."""
    return tuple(word for word in path.strip("/").split("/")
                 if word != "v1" and not word.startswith("{"))


def derived(method, path, is_page, methods):
    """By rule; `methods` are those that the path has."""
    nouns = nouns_of(path)
    of_one_thing = path.endswith("}")
    if not path.startswith("/v1/"):
        return nouns
    if method == "get":
        return nouns + (("list",) if is_page and not of_one_thing else ("get",))
    if method == "post":
        if of_one_thing:
            return nouns + ("change",)
        # A post beside a list adds to it; any other is an act that its last word names.
        return nouns + ("add",) if "get" in methods or len(nouns) == 1 else nouns
    return nouns + (VERBS[method],)


def commands_of(operations):
    """{(method, path): words} of [(method, path, is_page, x-command or None)]."""
    methods = {}
    for method, path, _, _ in operations:
        methods.setdefault(path, set()).add(method)
    commands = {}
    for method, path, is_page, asked in operations:
        words = tuple(asked.split()) if asked else derived(method, path, is_page, methods[path])
        commands[method, path] = words
    groups = {words[:length] for words in commands.values() for length in range(1, len(words))}
    for key, words in commands.items():
        if words in groups:  # others continue this name
            commands[key] = words + ("add" if key[0] == "post" else "get",)
    refuse_doubles(commands)
    return commands


def refuse_doubles(commands):
    known = {}
    for key, words in commands.items():
        if words in known:
            raise Ambiguous(f"`{' '.join(words)}` would be both {' '.join(known[words])} and "
                            f"{' '.join(key)}: give one of them an x-command")
        known[words] = key


def option_of(name):
    """--like-this; what is inside an object after a dot."""
    return "--" + name.replace("_", "-")


def free_options(names, reserved):
    """{(place, name): option} of (place, name, kind), where place is query, header or body: no
    option has two meanings, and a secret comes of a file."""
    taken, options = set(reserved), {}
    for place, name, kind in names:
        end = "-file" if kind == "secret" else ""
        option = option_of(name) + end
        if option in taken:
            option = option_of(f"{place}.{name}") + end
        taken.add(option)
        options[place, name] = option
    return options
