"""What else may arrive: each mutation spoils a valid request in one way.

A mutation takes (random, request, operation) and gives the request, or None where it does not
apply. Those under `refused` can never be answered 2xx."""

import copy
import dataclasses
import json
import urllib.parse

MUTATIONS = []

ODD_TEXTS = ("", " ", "\u0000", "a\u0000b", "line\nbreak", "\u202e", "e\u0301" * 20, "🙂" * 300,
             "x" * 5000, "\ud800", "１２", "null", "-0", "1e2", "1,00", " 1", "+1", "0x10",
             "9" * 400, "../../etc/passwd", "\ufeff1", "\u2028")
ODD_NUMBERS = ("1e400", "-1e400", "1" + "0" * 400, "0.1", "1.0", "-0", "1e2", "9223372036854775808",
               "-9223372036854775809", "18446744073709551616", "4294967296", "-1",
               "0.30000000000000004")
ODD_SEGMENTS = ("..", "%2e%2e", ".", "%00", "a%00b", ";x=y", "%c0%af", "%ff", "%25", "%2f", "%5c",
                "0", "-1", "01", "1.0", "99999999999", "9" * 30, "a" * 300, "%F0%9F%99%82",
                "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
                "*", "null", "1%20", "١")
TYPES = ("text/plain", "application/xml", "multipart/form-data; boundary=x", "application/jsonp",
         "application/json; charset=utf-16", "application/json, text/plain", "*/*",
         "application/x-www-form-urlencoded", "application/json;charset=utf-8;x=y", "")


def mutation(applies=lambda request: True, refused=False):
    def declare(function):
        def apply(rng, request, operation):
            if not applies(request):
                return None
            changed = function(rng, copy.deepcopy(request), operation)
            if changed is None:
                return None
            return dataclasses.replace(changed, made_by=function.__name__,
                                       must_be_refused=refused)
        apply.__name__ = function.__name__
        MUTATIONS.append(apply)
        return function
    return declare


def has_body(request):
    return isinstance(request.value, dict)


def is_list(request):
    return request.method == "GET" and request.value is None


def places(value, path=()):
    """The path of everything inside a JSON value."""
    items = value.items() if isinstance(value, dict) else (
        enumerate(value) if isinstance(value, list) else ())
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def replaced(value, path, instead):
    *way, last = path
    holder = value
    for key in way:
        holder = holder[key]
    holder[last] = instead
    return value


def with_query(request, text):
    return dataclasses.replace(
        request, target=request.target + ("&" if "?" in request.target else "?") + text)


# bodies that are JSON

@mutation(has_body)
def another_type(rng, request, _):
    path = rng.choice(list(places(request.value)) or [None])
    if path is None:
        return None
    instead = rng.choice((1, 0, -1, 1.5, True, None, "1", [], {}, [[]], {"a": {}}, 2**63, 10**30))
    return request.with_value(replaced(request.value, path, instead))


@mutation(has_body)
def odd_text(rng, request, _):
    texts = [path for path in places(request.value)]
    if not texts:
        return None
    return request.with_value(replaced(request.value, rng.choice(texts), rng.choice(ODD_TEXTS)))


@mutation(has_body)
def odd_number(rng, request, _):
    found = list(places(request.value))
    if not found:
        return None
    marked = json.dumps(replaced(request.value, rng.choice(found), "@number@"))
    text = marked.replace('"@number@"', rng.choice(ODD_NUMBERS))
    return dataclasses.replace(request, body=text.encode(), value=None)


@mutation(has_body)
def without_a_field(rng, request, _):
    found = [path for path in places(request.value) if isinstance(path[-1], str)]
    if not found:
        return None
    *way, last = rng.choice(found)
    holder = request.value
    for key in way:
        holder = holder[key]
    del holder[last]
    return request.with_value(request.value)


@mutation(has_body, refused=True)
def unknown_field(rng, request, _):
    name = rng.choice(("status_", "balance", "version", "created_at", "maker_id", "__proto__", "",
                       "\u0000", "é" * 100, "role", "is_admin", "ID"))
    if name in request.value:
        return None
    return request.with_value({**request.value, name: rng.choice((1, "x", None, {}, []))})


@mutation(has_body)
def huge_list(rng, request, _):
    lists = [path for path in places(request.value)
             if isinstance(path[-1], str) and isinstance(value_at(request.value, path), list)]
    if not lists:
        return None
    path = rng.choice(lists)
    inside = value_at(request.value, path) or ["x"]
    return request.with_value(replaced(request.value, path, inside * rng.choice((0, 21, 1001))))


def value_at(value, path):
    for key in path:
        value = value[key]
    return value


# bodies that are not JSON, or not for every reader

@mutation(has_body, refused=True)
def key_twice(rng, request, _):
    if not request.value:
        return None
    name = rng.choice(list(request.value))
    twin = f"{json.dumps(name)}: {json.dumps(request.value[name])}, ".encode()
    return dataclasses.replace(request, body=b"{" + twin + request.body[1:])


@mutation(has_body, refused=True)
def broken_json(rng, request, _):
    body = request.body
    return dataclasses.replace(request, value=None, body=rng.choice((
        b"", b" ", body[:-1], body[:len(body) // 2], body + b"}", body + b" {}", b"[" + body,
        body[:-1] + b",}", b"// a\n" + body, b"\xef\xbb\xbf" + body, body.replace(b'"', b"'"),
        b'{"reason": NaN}', b'{"reason": Infinity}', b'{"reason": 01}', b'{"reason": "\x01"}',
        b'{"reason": "\\ud800"}', b'{"reason": "\\x41"}', b'{"reason": "\xff"}',
        b"[" * 100_000, b'{"a":' * 5000, body.decode().encode("utf-16"), b"\x00" * 10)))


@mutation(has_body, refused=True)
def not_an_object(rng, request, _):
    return dataclasses.replace(request, value=None, body=rng.choice(
        (b"[]", b"null", b"1", b'"x"', b"true", b"[{}]", b"{}[]")))


@mutation(has_body, refused=True)
def body_beyond_the_limit(rng, request, _):
    return dataclasses.replace(
        request, value=None, body=b'{"reason": "' + b"x" * rng.choice((70_000, 1_100_000)) + b'"}')


@mutation(lambda request: request.method == "GET", refused=True)
def body_where_none_belongs(_rng, request, _operation):
    return dataclasses.replace(request, body=b"{}").with_header("Content-Type", "application/json")


# headers

@mutation(has_body, refused=True)
def another_content_type(rng, request, _):
    kind = rng.choice(TYPES)
    plain = request.without("Content-Type")
    return plain.with_header("Content-Type", kind) if kind else plain


@mutation(has_body, refused=True)
def content_type_twice(_rng, request, _operation):
    return request.with_header("Content-Type", "application/json")


@mutation(has_body, refused=True)
def compressed(rng, request, _):
    return request.with_header("Content-Encoding", rng.choice(("gzip", "identity", "br", "x")))


@mutation(lambda request: request.target.startswith("/v1/"), refused=True)
def no_or_wrong_credential(rng, request, _):
    good = request.header("Authorization")
    plain = request.without("Authorization")
    shown = rng.choice((None, "", "Bearer", "Bearer ", "Basic YTpi",
                        good.replace("Bearer", "bearer"),
                        good[:-1], good + "x", good.swapcase(), "Bearer " + "x" * 5000,
                        "Bearer cmb_" + "0" * 16 + "_" + "A" * 43, good.replace(" ", "  ")))
    return plain if shown is None else plain.with_header("Authorization", shown)


@mutation(lambda request: request.target.startswith("/v1/"), refused=True)
def credential_twice(_rng, request, _operation):
    return request.with_header("Authorization", request.header("Authorization"))


@mutation(lambda request: request.header("Idempotency-Key"), refused=True)
def odd_idempotency_key(rng, request, _):
    plain = request.without("Idempotency-Key")
    return plain.with_header("Idempotency-Key", rng.choice(
        ("", " ", "a b", "é", "x" * 256, "\u202e", "a\tb")))


@mutation(lambda request: request.header("Idempotency-Key"), refused=True)
def idempotency_key_twice(_rng, request, _operation):
    return request.with_header("Idempotency-Key", "another")


@mutation(lambda request: request.method == "POST")
def odd_if_match(rng, request, _):
    return request.without("If-Match").with_header("If-Match", rng.choice(
        ("*", 'W/"v1"', "v1", '"v1", "v2"', '""', '"v0"', '"v01"', '"v' + "9" * 30 + '"', "é",
         '"v999999"')))


@mutation()
def headers_of_others(rng, request, _):
    name, value = rng.choice((
        ("X-Forwarded-For", "8.8.8.8"), ("X-Real-IP", "::1"), ("X-Request-Id", "forged"),
        ("Request-Id", "forged"), ("Forwarded", "for=8.8.8.8"), ("Range", "bytes=0-1"),
        ("Accept", "text/html"), ("Accept-Encoding", "gzip"), ("If-None-Match", "*"),
        ("If-Modified-Since", "Sat, 31 Jan 2026 00:00:00 GMT"), ("Origin", "https://evil.example"),
        ("Cookie", "__Host-cambist_session=x"), ("X-HTTP-Method-Override", "DELETE"),
        ("traceparent", "00-" + "0" * 32 + "-" + "1" * 16 + "-01"), ("traceparent", "x"),
        ("X-CSRF-Token", "x"), ("Prefer", "return=minimal"), ("TE", "trailers")))
    return request.with_header(name, value)


@mutation(refused=True)
def expectation(_rng, request, _operation):
    return request.with_header("Expect", "200-ok")


# path and query

@mutation(lambda request: request.target.startswith("/v1/"))
def odd_segment(rng, request, _):
    path, _, query = request.target.partition("?")
    segments = path.split("/")
    at = rng.randrange(2, len(segments))
    segments[at] = rng.choice(ODD_SEGMENTS)
    return dataclasses.replace(request, target="/".join(segments) + ("?" + query if query else ""))


@mutation(refused=True)
def odd_path(rng, request, _):
    path = request.target.partition("?")[0]
    return dataclasses.replace(request, target=rng.choice((
        path + "/", "/" + path, path.upper() + "X", path + "/x", path + ".json", path + "%20",
        path + ";a=b", path + "#x", path.replace("/", "//", 2), "/v2" + path, path + "\\",
        "/" + "a/" * 200, path + "é", "*", "http://localhost" + path, path.lstrip("/"))))


@mutation(lambda request: request.target.startswith("/v1/"), refused=True)
def unknown_parameter(rng, request, _):
    return with_query(request, rng.choice(
        ("offset=1", "sort=1%3bdrop", "a[]=1", "limit%00=1", "=", "LIMIT=1", "x", "&", "page=2",
         "%ff=1", "x=%", "fields=*")))


@mutation(lambda request: request.target.startswith("/v1/"), refused=True)
def parameter_twice(rng, request, operation):
    names = [parameter["name"] for parameter in operation.parameters if parameter["in"] == "query"]
    name = rng.choice(names or ["limit"])
    return with_query(dataclasses.replace(request, target=request.target.split("?")[0]),
                      f"{name}=1&{name}=1")


@mutation(is_list)
def odd_parameter(rng, request, operation):
    names = [parameter["name"] for parameter in operation.parameters if parameter["in"] == "query"]
    if not names:
        return None
    value = rng.choice((*ODD_TEXTS, *ODD_NUMBERS, "true", "TRUE", "0", "1001", "restricted"))
    quoted = urllib.parse.quote(value.encode("utf-8", "surrogatepass"))
    return with_query(dataclasses.replace(request, target=request.target.split("?")[0]),
                      f"{rng.choice(names)}={quoted}")


@mutation(lambda request: "after=" in request.target, refused=True)
def altered_cursor(rng, request, _):
    path, _, query = request.target.partition("?")
    pairs = urllib.parse.parse_qsl(query)
    cursor = dict(pairs)["after"]
    at = rng.randrange(len(cursor))
    altered = rng.choice((cursor[:at] + rng.choice("AZaz09-_.") + cursor[at + 1:], cursor[:at],
                          cursor + "A", cursor[::-1], cursor * 20))
    if altered == cursor:
        return None
    pairs = [(name, altered if name == "after" else value) for name, value in pairs]
    return dataclasses.replace(request, target=path + "?" + urllib.parse.urlencode(pairs))


# methods

@mutation()
def another_method(rng, request, _):
    method = rng.choice(("DELETE", "PATCH", "PUT", "TRACE", "OPTIONS", "HEAD", "GET", "POST",
                         "get", "BREW", "QUERY", "CONNECT"))
    return dataclasses.replace(request, method=method)
