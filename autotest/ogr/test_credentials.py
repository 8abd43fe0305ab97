"""Tokens: the forms users have them in, where they come from, and where they must never go."""

import base64
import json

import pytest
from osgeo import gdal

from helpers import BUILDINGS
from relays import Proxy
from settings import config, path_specific, read_all

pytestmark = pytest.mark.usefixtures("every_time")

WRONG = base64.b64encode(b"me@example.com:wrong-secret-of-mine").decode()


def schemes(sb):
    """The word before the token in each request."""
    return [(record.authorization or "none").split(" ")[0] for record in sb.requests.settle()]


def refused(open_mapflow, sb, *words, **options):
    """Opening fails with a message that holds all words, before any request. Returns the message."""
    with pytest.raises(RuntimeError) as caught:
        open_mapflow(BUILDINGS, **options)
    for word in words:
        assert word in str(caught.value)
    assert len(sb.requests) == 0
    return str(caught.value)


# forms of a token


FORMS = {
    "as it is": lambda sb: sb.token,
    "without padding": lambda sb: sb.token.rstrip("="),
    "white space around": lambda sb: f" \t{sb.token}\r\n",
    "Basic in front": lambda sb: f"Basic {sb.token}",
    "basic and more space": lambda sb: f"basic   {sb.token.rstrip('=')} ",
    "Bearer in front": lambda sb: f"Bearer {sb.token}",
    "email and secret": lambda sb: base64.b64decode(sb.token).decode(),
    "byte order mark": lambda sb: "\ufeff" + sb.token,
    "access token": lambda sb: sb.oauth_token,
    "access token behind its word": lambda sb: f"Bearer {sb.oauth_token}",
}


@pytest.mark.parametrize("form", FORMS)
def test_form_of_a_token(sb, open_mapflow, form):
    assert sb.token.endswith("=")
    assert read_all(open_mapflow(BUILDINGS, API_TOKEN=FORMS[form](sb))) > 0
    scheme = "Bearer" if form.startswith("access") else "Basic"
    assert schemes(sb)[-1] == scheme


@pytest.mark.parametrize("form", ["as it is", "without padding", "Bearer in front", "email and secret"])
def test_form_of_a_token_where_bearer_is_wanted(sb, open_mapflow, form):
    sb.variants.auth = "bearer"
    if form == "without padding":
        sb.token = base64.b64encode(b"dev@example.com:sandbox-fake-secret1").decode()
        assert not sb.token.endswith("=")
    assert read_all(open_mapflow(BUILDINGS, API_TOKEN=FORMS[form](sb))) > 0
    assert schemes(sb)[-1] == "Bearer"


# which scheme


def test_other_scheme_is_tried_once_and_remembered(sb, open_mapflow):
    sb.variants.auth = "bearer"
    read_all(open_mapflow(BUILDINGS))
    assert schemes(sb) == ["Basic", "Bearer", "Bearer"]
    sb.clear_log()
    read_all(open_mapflow(BUILDINGS))
    assert schemes(sb) == ["Bearer", "Bearer"]


def test_wrong_token_is_tried_both_ways_and_no_more(sb, open_mapflow):
    with pytest.raises(RuntimeError, match="401.*token"):
        open_mapflow(BUILDINGS, API_TOKEN=WRONG)
    assert schemes(sb) == ["Basic", "Bearer"]


@pytest.mark.parametrize("auth", ["BASIC", "BEARER", "basic"])
def test_scheme_by_order(sb, open_mapflow, auth):
    sb.variants.auth = "bearer" if auth.upper() == "BASIC" else "basic"
    with pytest.raises(RuntimeError, match="401"):
        open_mapflow(BUILDINGS, AUTH=auth)
    assert schemes(sb) == [auth.capitalize()]


def test_unknown_scheme_is_refused(sb, open_mapflow):
    refused(open_mapflow, sb, "AUTH", "AUTO, BASIC, BEARER", AUTH="DIGEST")


def test_401_in_the_middle_is_no_reason_to_switch_back(sb, open_mapflow):
    sb.fault("/result", status=401)
    with pytest.raises(RuntimeError, match="401"):
        open_mapflow(BUILDINGS)
    assert set(schemes(sb)) == {"Basic"}


# where a token comes from


def test_no_token(sb, run):
    done = run("ogrinfo", f"MAPFLOW:{BUILDINGS}", env={"MAPFLOW_API_TOKEN": ""})
    assert done.returncode != 0
    assert "MAPFLOW_API_TOKEN" in done.said and "API_TOKEN_FILE" in done.said
    assert len(sb.requests) == 0


def test_order_of_look_up(sb):
    """Connection string, open option, path-specific option, configuration option: the first wins."""
    def opened(name=f"MAPFLOW:{BUILDINGS}", *options):
        return gdal.OpenEx(name, gdal.OF_VECTOR, open_options=[f"API_URL={sb.url}", *options])

    with config(MAPFLOW_API_TOKEN=sb.token):
        assert opened() is not None
        with path_specific(MAPFLOW_API_TOKEN=WRONG):
            with pytest.raises(RuntimeError, match="401"):
                opened()
            assert opened(f"MAPFLOW:{BUILDINGS}", f"API_TOKEN={sb.token}") is not None
            with pytest.raises(RuntimeError, match="401"):
                opened(f"MAPFLOW:{BUILDINGS},API_TOKEN={WRONG}", f"API_TOKEN={sb.token}")
            assert opened(f"MAPFLOW:{BUILDINGS},API_TOKEN={sb.token}", f"API_TOKEN={WRONG}") is not None


def test_path_specific_token_of_one_processing(sb, open_mapflow):
    with path_specific(f"MAPFLOW:{BUILDINGS}", MAPFLOW_API_TOKEN=sb.token):
        dataset = gdal.OpenEx(f"MAPFLOW:{BUILDINGS}", gdal.OF_VECTOR, open_options=[f"API_URL={sb.url}"])
        assert dataset is not None


def test_environment(run):
    assert run("ogrinfo", "-q", f"MAPFLOW:{BUILDINGS}").returncode == 0


def test_token_file(sb, run, tmp_path):
    file = tmp_path / "token"
    file.write_text(f"\n  {sb.token}\n\n")
    file.chmod(0o600)
    environment = {"MAPFLOW_API_TOKEN": "", "MAPFLOW_API_TOKEN_FILE": str(file)}
    done = run("ogrinfo", "-q", f"MAPFLOW:{BUILDINGS}", env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    file.chmod(0o640)
    done = run("ogrinfo", "-q", f"MAPFLOW:{BUILDINGS}", env=environment)
    assert done.returncode == 0
    assert done.stderr.count("Warning") == 1 and "chmod 600" in done.stderr and str(file) in done.stderr
    assert sb.token not in done.said


def test_token_wins_over_token_file(run):
    done = run("ogrinfo", "-q", f"MAPFLOW:{BUILDINGS}", env={"MAPFLOW_API_TOKEN_FILE": "/nowhere"})
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("content, words", [
    (None, ("API_TOKEN_FILE", "/missing")),
    ("", ("API_TOKEN_FILE", "contains no token", "paste it")),
    (WRONG + "\n" + WRONG, ("API_TOKEN_FILE", "line break")),
    ("x" * 70000, ("API_TOKEN_FILE",)),
])
def test_bad_token_file(sb, open_mapflow, tmp_path, content, words):
    file = tmp_path / ("missing" if content is None else "token")
    if content is not None:
        file.write_text(content)
        file.chmod(0o600)
    message = refused(open_mapflow, sb, *words, API_TOKEN="", API_TOKEN_FILE=str(file))
    assert WRONG not in message


# what is refused


@pytest.mark.parametrize("token", [
    WRONG + "\r\nX-Injected: 1", WRONG + "\nX-Injected: 1", "Basic " + WRONG + "\r\n\r\nGET /", "caf\u00e9-token",
    "two words", "a\x01b",
])
def test_token_that_no_header_may_hold(sb, open_mapflow, token):
    message = refused(open_mapflow, sb, "API token", API_TOKEN=token)
    assert WRONG not in message and "Injected" not in message


@pytest.mark.parametrize("option", ["API_URL", "AUTH", "AOI", "MAX_RESULT_SIZE"])
def test_option_with_a_line_break(sb, open_mapflow, option):
    good = {"API_URL": sb.url, "AUTH": "AUTO", "AOI": BUILDINGS, "MAX_RESULT_SIZE": "1G"}[option]
    with pytest.raises(RuntimeError, match=option):
        open_mapflow(BUILDINGS, **{option: good + "\r\nX-Injected: 1"})
    assert all("x-injected" not in record.headers for record in sb.requests)


@pytest.mark.parametrize("url, word", [
    ("http://mapflow.example/rest", "https"),
    ("http://127.0.0.1.mapflow.example/rest", "https"),
    ("http://localhost.mapflow.example/rest", "https"),
    ("http://2130706433/rest", "https"),
    ("https://user:secret-of-user@mapflow.example/rest", "user name"),
    ("https://mapflow.example/rest?key=secret-of-user", "query"),
    ("ftp://mapflow.example/rest", "API_URL"),
    ("file:///etc/passwd", "API_URL"),
    ("mapflow.example", "API_URL"),
])
def test_url_that_is_refused(sb, open_mapflow, url, word):
    message = refused(open_mapflow, sb, "API_URL", word, API_URL=url)
    assert "secret-of-user" not in message


@pytest.mark.parametrize("allow, asked", [("YES", True), ("NO", False), (None, False)])
def test_plain_http_when_allowed(open_mapflow, allow, asked):
    """The proxy stands for the network: it sees whether a request is made."""
    settings = {} if allow is None else {"MAPFLOW_ALLOW_HTTP": allow}
    with Proxy(refuse=404) as proxy, config(GDAL_HTTP_PROXY=proxy.url, **settings):
        with pytest.raises(RuntimeError, match="404" if asked else "MAPFLOW_ALLOW_HTTP=YES"):
            open_mapflow(BUILDINGS, API_URL="http://mapflow.example/rest")
    assert bool(proxy.seen) == asked


# where a token must not go


@pytest.mark.parametrize("path", [f"/processings/{BUILDINGS}/v2", "/result", "/aois"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_token_stays_at_its_origin(sb, open_mapflow, path, status):
    sb.fault(path, redirect="other", status=status, times=1)
    dataset = open_mapflow(BUILDINGS)
    assert read_all(dataset) > 0
    assert dataset.GetLayerByName("aois").GetFeatureCount() > 0
    elsewhere = [record for record in sb.requests if record.origin == 2]
    assert len(elsewhere) == 1
    assert elsewhere[0].authorization is None


def test_token_is_not_given_back_after_a_detour(sb, open_mapflow):
    """Home, away, and home again: who has led us away cannot choose what we ask with the token."""
    sb.fault("/result$", sequence=[{"redirect": "{other}{target}"}, {"redirect": "{origin}{target}"}])
    with pytest.raises(RuntimeError, match="401"):
        open_mapflow(BUILDINGS)
    results = [record for record in sb.requests if record.path.endswith("/result")]
    assert [record.origin for record in results][:3] == [1, 2, 1]
    assert [record.authorization is None for record in results][:3] == [False, True, True]


def test_redirect_within_the_origin_keeps_the_token(sb, open_mapflow):
    sb.fault("/result", redirect="{origin}{target}", times=1)
    assert read_all(open_mapflow(BUILDINGS)) > 0
    assert all(record.authorization for record in sb.requests)


def secrets_of(token):
    """Every text that gives the token away."""
    texts = {token, token.rstrip("=")}
    try:
        texts.add(base64.b64decode(token).decode().partition(":")[2])
    except ValueError:
        texts |= set(token.split("."))
    return texts


LOUD = {"CPL_DEBUG": "ON", "CPL_CURL_VERBOSE": "YES", "CPL_CURL_VERBOSE_DATA_IN": "YES",
        "GDAL_HTTP_RETRY_DELAY": "0.01"}

TROUBLES = {
    "none": {},
    "refused": {"status": 401},
    "echo in an error": {"status": 400, "body": {"code": "BAD", "message": "Basic {token} is bad, {secret}"}},
    "echo in a page": {"status": 500, "body": "<html><title>{token}</title>{secret}</html>"},
    "echo in a document": {"garbage": '{{"id": "x", "{token}": "{secret}"'},
    "echo in a header": {"status": 403, "headers": {"X-Echo": "Basic {token}", "Set-Cookie": "t={secret}"}},
    "redirect with a query": {"redirect": "{{other}}{{target}}?token={token}", "times": 1},
    "reset": {"reset": True},
}


def filled(value, token, secret):
    if isinstance(value, dict):
        return {key: filled(item, token, secret) for key, item in value.items()}
    return value.format(token=token, secret=secret) if isinstance(value, str) else value


@pytest.mark.parametrize("kind", ["api", "access"])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_token_is_in_no_output(sb, run, trouble, kind):
    token = sb.token if kind == "api" else sb.oauth_token
    secret = base64.b64decode(token).decode().partition(":")[2] if kind == "api" else token
    if TROUBLES[trouble]:
        sb.fault("/processings", **filled(TROUBLES[trouble], token, secret))
    env = {**LOUD, "MAPFLOW_API_TOKEN": token}
    done = run("ogrinfo", "-al", "-so", "-mdd", "all", f"MAPFLOW:{BUILDINGS}", env=env)
    assert (done.returncode == 0) == (trouble == "none")
    assert "authorization: " in done.stderr.lower()  # the log is there, and shows headers
    for text in secrets_of(token):
        assert text not in done.said


def test_proxy_password_is_in_no_output(run):
    with Proxy(login="somebody:proxy-pass-7") as proxy:
        env = {**LOUD, "GDAL_HTTP_PROXY": proxy.url, "GDAL_HTTP_PROXYUSERPWD": "somebody:proxy-pass-7"}
        done = run("ogrinfo", "-q", f"MAPFLOW:{BUILDINGS}", env=env)
    assert done.returncode == 0
    assert "proxy-authorization: " in done.stderr.lower()
    assert "proxy-pass-7" not in done.said
    assert base64.b64encode(b"somebody:proxy-pass-7").decode().rstrip("=") not in done.said


@pytest.mark.parametrize("version", ["1.1", "2TLS"])
def test_headers_of_the_user_are_in_no_output(run, version):
    """Whatever they are called, unless they are known to be harmless."""
    env = {**LOUD, "GDAL_HTTP_VERSION": version, "GDAL_HTTP_USERAGENT": "shown/1",
           "GDAL_HTTP_HEADERS": "X-Api-Key: hidden-1,Ocp-Apim-Subscription: hidden-2,X-Session: hidden-3"}
    done = run("ogrinfo", "-q", f"MAPFLOW:{BUILDINGS}", env=env)
    assert done.returncode == 0
    assert "X-Session: ***" in done.stderr and "shown/1" in done.stderr
    assert "hidden-" not in done.said


def test_cookies_are_in_no_output(sb, run, tmp_path):
    sb.fault("/processings", status=503, headers={"Set-Cookie": "sid=session-of-9; Path=/; Max-Age=60"}, times=1)
    jar = str(tmp_path / "jar")
    env = {**LOUD, "GDAL_HTTP_COOKIEFILE": jar, "GDAL_HTTP_COOKIEJAR": jar, "MAPFLOW_CACHE": "NO"}
    done = run("ogrinfo", "-q", f"MAPFLOW:{BUILDINGS}", env=env)
    assert done.returncode == 0
    assert sb.requests[-1].headers["cookie"] == "sid=session-of-9"
    assert "added cookie" in done.stderr.lower() and "session-of-9" not in done.said


def test_token_is_in_nothing_that_a_dataset_tells(sb):
    """Also when the token stands in the connection string."""
    dataset = gdal.OpenEx(f"MAPFLOW:{BUILDINGS},API_TOKEN={sb.token},API_URL={sb.url}", gdal.OF_VECTOR)
    told = [dataset.GetDescription(), json.dumps(dataset.GetFileList() or [])]
    for thing in (dataset, dataset.GetLayer(0), dataset.GetLayerByName("processing")):
        for domain in thing.GetMetadataDomainList() or [""]:
            told.append(json.dumps(thing.GetMetadata_List(domain) or []))
    for text in secrets_of(sb.token):
        assert all(text not in part for part in told)
    assert sb.url in dataset.GetDescription()


# what is shown is not what is read


NAMES = ["Roofs https://maps.example.com/p?id=7", "batch token=A12345 north", "Cookie: area", "basic Building2",
         "https://me:pw@example.com/"]


@pytest.mark.parametrize("name", NAMES)
def test_name_that_looks_like_a_secret(sb, open_mapflow, name, tmp_path, monkeypatch):
    """It is the same in each opening of a process, and from the cache."""
    monkeypatch.setenv("MAPFLOW_CACHE", "YES")
    sb.state.processings[BUILDINGS].name = name
    datasets = [open_mapflow(BUILDINGS, CACHE_DIR=tmp_path) for _ in range(2)]
    assert read_all(datasets[0]) > 0
    datasets.append(open_mapflow(BUILDINGS, CACHE_DIR=tmp_path, CACHE="OFFLINE"))
    for dataset in datasets:
        assert dataset.GetLayerByName(name) is not None
        assert dataset.GetMetadataItem("NAME") == name
        shown, = dataset.GetMetadata_List("json:MAPFLOW")
        assert "A12345" not in shown and "id=7" not in shown and "me:pw" not in shown
        assert json.loads(shown)["id"] == BUILDINGS


def test_area_that_no_short_number_stands_for(sb, python, tmp_path, monkeypatch):
    """Two processes of two openings, one download: the same area is the same result."""
    monkeypatch.setenv("MAPFLOW_CACHE", "YES")
    monkeypatch.setenv("MAPFLOW_CACHE_DIR", str(tmp_path))
    document = sb.documents.processing
    sb.documents.processing = lambda processing: {**document(processing), "area": 30000.000000000004, "cost": 0.1}
    for _ in range(2):
        assert min(python("""
from osgeo import gdal
counts = []
for _ in range(2):
    dataset = gdal.OpenEx(name)
    counts.append(dataset.GetLayer(0).GetFeatureCount())
    dataset = None
print(counts)""")) > 0
    assert sum(record.path.endswith("/result") for record in sb.requests.settle()) == 1
