"""GDAL's HTTP options, one by one, as they show on the wire."""

import os
import subprocess
import sys
import time

import pytest
from osgeo import gdal

from certificates import Certificates
from helpers import BUILDINGS, downloads
from relays import Proxy, Silent, TlsFront
from settings import config, path_specific, read_all

pytestmark = pytest.mark.usefixtures("every_time")

GDAL_VERSION = int(gdal.VersionInfo("VERSION_NUM"))
AT_LEAST_3_7 = GDAL_VERSION >= 3070000


@pytest.fixture
def headers(sb, open_mapflow):
    """Opens a result and returns the headers of the last request; all requests had those of the driver."""
    def sent(**options):
        sb.clear_log()
        assert read_all(open_mapflow(BUILDINGS, **options)) > 0
        records = sb.requests.settle()
        assert len(records) == 2
        assert all(record.authorization == f"Basic {sb.token}" for record in records)
        return records[-1].headers
    return sent


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def https(sb, certificates):
    """A TLS front before the sandbox: https(name, wants_client) -> the base URL behind it."""
    fronts = []

    def started(name="server", wants_client=False):
        port = int(sb.origins[1].rsplit(":", 1)[1])
        front = TlsFront(port, certificates.context(name, wants_client)).__enter__()
        fronts.append(front)
        return f"https://127.0.0.1:{front.port}/rest"
    yield started
    for front in fronts:
        front.__exit__()


def fails(open_mapflow, *words, **options):
    """Opening fails with a message that holds all words."""
    with pytest.raises(RuntimeError) as caught:
        open_mapflow(BUILDINGS, **options)
    for word in words:
        assert word in str(caught.value)


# user agent, headers, cookies


def test_user_agent_is_ours(headers):
    version = gdal.VersionInfo("RELEASE_NAME")
    agent = headers()["user-agent"]
    assert agent.startswith("gdal-mapflow/") and agent.endswith(f" GDAL/{version}")


def test_user_agent_of_the_user(headers):
    with config(GDAL_HTTP_USERAGENT="my agent"):
        assert headers()["user-agent"] == "my agent"


def test_headers_are_merged_with_ours(headers):
    with config(GDAL_HTTP_HEADERS="X-One: 1,X-Two: 2"):
        sent = headers()
        assert (sent["x-one"], sent["x-two"]) == ("1", "2")


def test_header_that_holds_a_comma(headers):
    with config(GDAL_HTTP_HEADERS='"X-One: 1, 2",X-Two: 2'):
        sent = headers()
        assert (sent["x-one"], sent["x-two"]) == ("1, 2", "2")


def test_headers_in_lines(headers):
    with config(GDAL_HTTP_HEADERS="X-One: 1\r\nX-Two: 2"):
        sent = headers()
        assert (sent["x-one"], sent["x-two"]) == ("1", "2")


def test_headers_that_describe_our_body_are_ours(headers):
    with config(GDAL_HTTP_HEADERS="Range: bytes=5-,Content-Length: 7,Content-Type: x/y,X-One: 1"):
        sent = headers()
        assert sent["x-one"] == "1"
        assert not {"range", "content-length", "content-type"} & sent.keys()


def test_missing_header_file_is_told(run):
    """GDAL raises the error and goes on, in its own drivers too."""
    done = run("ogrinfo", "-q", f"MAPFLOW:{BUILDINGS}", env={"GDAL_HTTP_HEADER_FILE": "/nowhere"})
    assert "Cannot read /nowhere" in done.stderr


def test_authorization_of_the_user_does_not_displace_the_token(headers):
    with config(GDAL_HTTP_HEADERS="Authorization: Bearer of-the-user"):
        headers()


def test_header_file(headers, tmp_path):
    file = tmp_path / "headers"
    file.write_text("X-File: yes\nX-Other: 2\n")
    with config(GDAL_HTTP_HEADER_FILE=file, GDAL_HTTP_HEADERS="X-One: 1"):
        sent = headers()
        assert (sent["x-file"], sent["x-other"], sent["x-one"]) == ("yes", "2", "1")


def test_header_file_in_memory(headers):
    gdal.FileFromMemBuffer("/vsimem/headers", b"X-File: memory\n")
    try:
        with config(GDAL_HTTP_HEADER_FILE="/vsimem/headers"):
            assert headers()["x-file"] == "memory"
    finally:
        gdal.Unlink("/vsimem/headers")


def test_cookie(headers):
    with config(GDAL_HTTP_COOKIE="a=1"):
        assert headers()["cookie"] == "a=1"


def test_cookie_file(headers, tmp_path):
    file = tmp_path / "cookies"
    file.write_text("# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tb\t2\n")
    with config(GDAL_HTTP_COOKIEFILE=file):
        assert headers()["cookie"] == "b=2"
    assert "cookie" not in headers()


def test_cookie_jar(sb, headers, open_mapflow, tmp_path):
    jar = tmp_path / "jar"
    sb.fault("/result", status=503, headers={"Set-Cookie": "c=3; Path=/; Max-Age=60"}, times=1)
    with config(GDAL_HTTP_COOKIEFILE=jar, GDAL_HTTP_COOKIEJAR=jar):
        assert read_all(open_mapflow(BUILDINGS)) > 0
        assert "\tc\t3" in jar.read_text()
        assert headers()["cookie"] == "c=3"
    assert "cookie" not in headers()


# what the body travels in


def test_gzip_is_asked_for(sb, headers):
    sb.variants.encoding = "gzip"
    assert headers()["accept-encoding"] == "gzip"


def test_gzip_off(sb, headers):
    sb.variants.encoding = "gzip"
    with config(CPL_CURL_GZIP="NO"):
        assert headers()["accept-encoding"] == "identity"


@pytest.mark.parametrize("version, line", [(None, "1.1"), ("1.1", "1.1"), ("1.0", "1.0"), ("2TLS", "1.1")])
def test_http_version(sb, open_mapflow, version, line):
    """The proxy sees the request as it is. HTTP/2 needs TLS: plain HTTP stays at 1.1."""
    with Proxy() as proxy, config(GDAL_HTTP_PROXY=proxy.url):
        with config(**({"GDAL_HTTP_VERSION": version} if version else {})):
            read_all(open_mapflow(BUILDINGS))
    assert {request["version"] for request in proxy.seen} == {f"HTTP/{line}"}


# time


def test_timeout(sb, open_mapflow):
    sb.fault("/result", delay=5)
    with config(GDAL_HTTP_TIMEOUT="0.3", GDAL_HTTP_MAX_RETRY=0):
        fails(open_mapflow, "GDAL_HTTP_TIMEOUT")


def test_timeout_is_retried(sb, open_mapflow):
    sb.fault("/result", delay=5, times=1)
    with config(GDAL_HTTP_TIMEOUT="0.3"):
        assert read_all(open_mapflow(BUILDINGS)) > 0


def test_timeout_of_a_document(sb, open_mapflow):
    """It ends a request for a document too, whose limit of ours is far off."""
    sb.fault("/v2$", delay=5)
    with config(GDAL_HTTP_TIMEOUT="0.3", GDAL_HTTP_MAX_RETRY=0):
        fails(open_mapflow, "GDAL_HTTP_TIMEOUT")


def test_connect_timeout(open_mapflow):
    """The connection stands, the TLS handshake does not come."""
    with Silent() as silent, config(GDAL_HTTP_CONNECTTIMEOUT="0.3", GDAL_HTTP_MAX_RETRY=0):
        fails(open_mapflow, "GDAL_HTTP_CONNECTTIMEOUT", API_URL=f"https://127.0.0.1:{silent.port}/rest")


def test_low_speed(sb, open_mapflow):
    sb.fault("/result", throttle=1)
    with config(GDAL_HTTP_LOW_SPEED_TIME=1, GDAL_HTTP_LOW_SPEED_LIMIT=100, GDAL_HTTP_MAX_RETRY=0):
        fails(open_mapflow, "GDAL_HTTP_LOW_SPEED_TIME")


def test_low_speed_limit_defaults_to_one_byte(sb, open_mapflow):
    """Silence is below any limit; a slow answer above it is waited for."""
    sb.fault("/result", delay=10)
    with config(GDAL_HTTP_LOW_SPEED_TIME=1, GDAL_HTTP_MAX_RETRY=0):
        fails(open_mapflow, "GDAL_HTTP_LOW_SPEED_TIME")


def test_low_speed_limit_alone_means_nothing(sb, open_mapflow):
    sb.fault("/result", delay=0.2)
    with config(GDAL_HTTP_LOW_SPEED_LIMIT=1000000000):
        assert read_all(open_mapflow(BUILDINGS)) > 0


# retries


def test_max_retry(sb, open_mapflow):
    sb.fault("/result", status=503)
    with config(GDAL_HTTP_MAX_RETRY=1):
        fails(open_mapflow, "503", "2 tries")
    assert sum(record.path.endswith("/result") for record in sb.requests) == 2


def test_retry_delay(sb, open_mapflow):
    sb.fault("/result", status=503, times=1)
    with config(GDAL_HTTP_RETRY_DELAY="0.4"):
        read_all(open_mapflow(BUILDINGS))
    failed, repeated = downloads(sb)
    assert repeated.time_start - failed.time_end >= 0.4


@pytest.mark.parametrize("codes, wins", [("500,418", True), ("ALL", True), ("502", False), ("50", None)])
def test_retry_codes(sb, open_mapflow, codes, wins):
    sb.fault("/result", status=500, times=1)
    with config(GDAL_HTTP_RETRY_CODES=codes):
        if wins:
            assert read_all(open_mapflow(BUILDINGS)) > 0
        else:
            fails(open_mapflow, "500" if wins is False else "GDAL_HTTP_RETRY_CODES")


# proxies


def test_proxy(sb, open_mapflow):
    with Proxy() as proxy, config(GDAL_HTTP_PROXY=proxy.url):
        assert read_all(open_mapflow(BUILDINGS)) > 0
    assert [request["method"] for request in proxy.seen] == ["GET", "GET"]
    assert proxy.seen[0]["target"].startswith(sb.url)


def test_proxy_of_the_environment(sb, run):
    with Proxy() as proxy:
        done = run("ogrinfo", "-q", f"MAPFLOW:{BUILDINGS}", env={"http_proxy": proxy.url})
        assert done.returncode == 0
        assert len(proxy.seen) == 2
        done = run("ogrinfo", "-q", f"MAPFLOW:{BUILDINGS}",
                   env={"http_proxy": proxy.url, "no_proxy": "127.0.0.1"})
        assert done.returncode == 0
        assert len(proxy.seen) == 2


def test_proxy_with_login(open_mapflow):
    with Proxy(login="user:pass word") as proxy:
        with config(GDAL_HTTP_PROXY=proxy.url, GDAL_HTTP_PROXYUSERPWD="user:pass word",
                    GDAL_PROXY_AUTH="BASIC"):
            assert read_all(open_mapflow(BUILDINGS)) > 0


def test_proxy_with_wrong_login(open_mapflow):
    with Proxy(login="user:right") as proxy, config(GDAL_HTTP_PROXY=proxy.url):
        fails(open_mapflow, "407", "wants a user name and a password", "set GDAL_HTTP_PROXYUSERPWD")
        with config(GDAL_HTTP_PROXYUSERPWD="user:wrong-one"):
            fails(open_mapflow, "407", "does not accept its user name or password", "check GDAL_HTTP_PROXYUSERPWD")
            assert "wrong-one" not in gdal.GetLastErrorMsg()
        with config(GDAL_HTTP_PROXY=proxy.url.replace("://", "://user:wrong-one@")):
            fails(open_mapflow, "407", "does not accept its user name or password")
            assert "wrong-one" not in gdal.GetLastErrorMsg()


@pytest.mark.parametrize("login, words", ((None, "wants a user name"), ("user:wrong-one", "does not accept its user name")))
def test_tunnel_with_wrong_login(https, open_mapflow, login, words):
    with Proxy(login="user:right") as proxy, config(GDAL_HTTPS_PROXY=proxy.url, GDAL_HTTP_PROXYUSERPWD=login):
        fails(open_mapflow, "407", words, API_URL=https())


def test_proxy_login_after_a_challenge(open_mapflow):
    with Proxy(login="user:pw") as proxy:
        with config(GDAL_HTTP_PROXY=proxy.url, GDAL_HTTP_PROXYUSERPWD="user:pw", GDAL_PROXY_AUTH="ANY"):
            assert read_all(open_mapflow(BUILDINGS)) > 0
    assert "proxy-authorization" not in proxy.seen[0]


def test_proxy_tunnel_hides_the_token(https, open_mapflow, certificates):
    with Proxy(login="user:pw") as proxy:
        with config(GDAL_HTTPS_PROXY=proxy.url, GDAL_HTTP_PROXY="http://127.0.0.1:1",
                    GDAL_HTTP_PROXYUSERPWD="user:pw", CURL_CA_BUNDLE=certificates.path("ca.pem")):
            assert read_all(open_mapflow(BUILDINGS, API_URL=https())) > 0
    assert {request["method"] for request in proxy.seen} == {"CONNECT"}
    assert all("authorization" not in request for request in proxy.seen)


def test_proxy_that_refuses(https, open_mapflow):
    with Proxy(refuse=403) as proxy, config(GDAL_HTTPS_PROXY=proxy.url):
        fails(open_mapflow, "proxy", "403", API_URL=https())


def test_proxy_that_is_down(open_mapflow):
    with config(GDAL_HTTP_PROXY="http://127.0.0.1:1", GDAL_HTTP_MAX_RETRY=0):
        fails(open_mapflow, "check the network and the proxy (GDAL_HTTP_PROXY")


# TLS


def test_unknown_authority_is_refused(sb, https, open_mapflow):
    fails(open_mapflow, "certificate", "CURL_CA_BUNDLE", API_URL=https())
    assert len(sb.requests) == 0


@pytest.mark.parametrize("key", ["CURL_CA_BUNDLE", "GDAL_CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_authority(https, open_mapflow, certificates, key):
    with config(**{key: certificates.path("ca.pem")}):
        assert read_all(open_mapflow(BUILDINGS, API_URL=https())) > 0


def test_authority_of_gdal_comes_first(https, open_mapflow, certificates):
    with config(GDAL_CURL_CA_BUNDLE=certificates.path("ca.pem"), CURL_CA_BUNDLE="/nowhere"):
        assert read_all(open_mapflow(BUILDINGS, API_URL=https())) > 0
    with config(CURL_CA_BUNDLE="/nowhere"):
        fails(open_mapflow, "CURL_CA_BUNDLE", API_URL=https())


def test_folder_of_authorities(https, open_mapflow, certificates, tmp_path):
    (tmp_path / "ca.pem").write_bytes(open(certificates.path("ca.pem"), "rb").read())
    subprocess.run(["openssl", "rehash", tmp_path], check=True, capture_output=True, timeout=30)
    with config(GDAL_HTTP_CAPATH=tmp_path):
        assert read_all(open_mapflow(BUILDINGS, API_URL=https())) > 0


def test_certificate_of_another_host_is_refused(https, open_mapflow, certificates):
    with config(CURL_CA_BUNDLE=certificates.path("ca.pem")):
        fails(open_mapflow, "is for another host", API_URL=https("other"))


def test_certificate_that_has_expired(https, open_mapflow, certificates):
    time.sleep(1)  # it is valid for no time at all
    with config(CURL_CA_BUNDLE=certificates.path("ca.pem")):
        fails(open_mapflow, "has expired", "clock", API_URL=https("old"))


def test_unsafe_ssl_has_to_be_asked_for(https, open_mapflow):
    with config(GDAL_HTTP_UNSAFESSL="YES"):
        assert read_all(open_mapflow(BUILDINGS, API_URL=https("other"))) > 0
    fails(open_mapflow, "certificate", API_URL=https("other"))


def test_ocsp_stapling_when_asked_for(https, open_mapflow, certificates):
    """The front staples nothing: good enough, unless the user wants more."""
    with config(CURL_CA_BUNDLE=certificates.path("ca.pem"), GDAL_HTTP_SSL_VERIFYSTATUS="YES"):
        fails(open_mapflow, "127.0.0.1", API_URL=https())


def test_store_of_windows_is_warned_of_elsewhere(run):
    done = run("ogrinfo", "-q", f"MAPFLOW:{BUILDINGS}", env={"GDAL_HTTP_USE_CAPI_STORE": "YES"})
    assert done.returncode == 0
    assert "GDAL_HTTP_USE_CAPI_STORE" in done.stderr


def test_client_certificate(https, open_mapflow, certificates):
    """GDAL sends one from 3.7 on; an older one has no such option and goes without."""
    url = https(wants_client=True)
    with config(CURL_CA_BUNDLE=certificates.path("ca.pem"), GDAL_HTTP_MAX_RETRY=0):
        fails(open_mapflow, "127.0.0.1", API_URL=url)
        with config(GDAL_HTTP_SSLCERT=certificates.path("client.pem"),
                    GDAL_HTTP_SSLKEY=certificates.path("client.key"), GDAL_HTTP_SSLCERTTYPE="PEM"):
            if AT_LEAST_3_7:
                assert read_all(open_mapflow(BUILDINGS, API_URL=url)) > 0
            else:
                fails(open_mapflow, "127.0.0.1", API_URL=url)


# credentials of the host, which are not for Mapflow


def test_netrc_does_not_displace_the_token(sb, run, tmp_path):
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\ndefault login a password b\n")
    netrc.chmod(0o600)
    for env in ({"HOME": tmp_path}, {"GDAL_HTTP_NETRC_FILE": netrc}, {"HOME": tmp_path, "GDAL_HTTP_NETRC": "NO"}):
        sb.clear_log()
        done = run("ogrinfo", "-q", f"MAPFLOW:{BUILDINGS}", env={k: str(v) for k, v in env.items()})
        assert done.returncode == 0
        assert {record.authorization for record in sb.requests} == {f"Basic {sb.token}"}


def test_netrc_is_not_for_another_origin(sb, run, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    sb.fault("/result", redirect="other", times=1)
    done = run("ogrinfo", "-q", f"MAPFLOW:{BUILDINGS}",
               env={"HOME": str(tmp_path), "GDAL_HTTP_USERPWD": "me:too", "GDAL_HTTP_COOKIE": "a=1"})
    assert done.returncode == 0
    elsewhere = [record for record in sb.requests if record.origin == 2]
    assert elsewhere
    assert all(record.authorization is None and "cookie" not in record.headers for record in elsewhere)


def test_redirects_cannot_be_told_to_take_the_token_along(sb, open_mapflow):
    sb.fault("/result", redirect="other", times=1)
    with config(CPL_VSIL_CURL_AUTHORIZATION_HEADER_ALLOWED_IF_REDIRECT="YES",
                GDAL_HTTP_HEADERS="Authorization: Basic of-the-user"):
        assert read_all(open_mapflow(BUILDINGS)) > 0
    assert [record.authorization for record in sb.requests if record.origin == 2] == [None]


def test_headers_of_the_user_stay_at_the_origin(sb, open_mapflow):
    """All but the two that say who asks and what is read."""
    sb.fault("/result", redirect="other", times=1)
    with config(GDAL_HTTP_HEADERS="X-Api-Key: k,X-One: 1,Cookie: a=1,Referer: r,Accept: text/odd",
                GDAL_HTTP_USERAGENT="my agent"):
        assert read_all(open_mapflow(BUILDINGS)) > 0
    home, elsewhere = ([record.headers for record in sb.requests if record.origin == n] for n in (1, 2))
    assert home[0]["x-api-key"] == "k" and home[0]["cookie"] == "a=1"
    assert len(elsewhere) == 1
    assert elsewhere[0].keys() == {"host", "accept-encoding", "accept", "user-agent"}
    assert (elsewhere[0]["accept"], elsewhere[0]["user-agent"]) == ("text/odd", "my agent")


def test_cookies_stay_at_the_origin(sb, open_mapflow, tmp_path):
    """A cookie of a file belongs to a host, whatever its port; a request is more careful."""
    file = tmp_path / "cookies"
    file.write_text("# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tb\t2\n")
    sb.fault("/result", redirect="other", times=1)
    with config(GDAL_HTTP_COOKIEFILE=file):
        assert read_all(open_mapflow(BUILDINGS)) > 0
    sent = {record.origin: record.headers.get("cookie") for record in sb.requests}
    assert sent == {1: "b=2", 2: None}


def test_cookie_of_an_account_is_not_for_another(sb, open_mapflow):
    """One process, one origin, the same connection."""
    sb.fault("/v2$", status=503, headers={"Set-Cookie": "sid=first; Path=/"}, times=1)
    with config(GDAL_HTTP_COOKIEFILE=os.devnull):
        assert read_all(open_mapflow(BUILDINGS)) > 0
        assert read_all(open_mapflow(BUILDINGS, API_TOKEN=sb.oauth_token)) > 0
    assert len({record.connection for record in sb.requests}) == 1
    assert not any("cookie" in record.headers for record in sb.requests)


@pytest.mark.parametrize("auth", ["BASIC", "ANY", "NTLM", "NEGOTIATE", "BEARER"])
def test_login_of_the_host_does_not_displace_the_token(headers, auth):
    with config(GDAL_HTTP_USERPWD="somebody:else", GDAL_HTTP_AUTH=auth, GDAL_HTTP_BEARER="else"):
        headers()


# where options are looked up


def test_path_specific_options_win(headers):
    with config(GDAL_HTTP_USERAGENT="plain", GDAL_HTTP_HEADERS="X-Plain: 1", GDAL_HTTP_COOKIE="a=plain"):
        with path_specific(GDAL_HTTP_USERAGENT="path", GDAL_HTTP_HEADERS="X-Path: 1",
                           GDAL_HTTP_COOKIE="a=path", CPL_CURL_GZIP="NO"):
            sent = headers()
    assert (sent["user-agent"], sent["cookie"], sent["x-path"]) == ("path", "a=path", "1")
    assert "x-plain" not in sent
    assert sent["accept-encoding"] == "identity"
    assert "x-path" not in headers()


def test_path_specific_retries(sb, open_mapflow):
    sb.fault("/result", status=500)
    with config(GDAL_HTTP_MAX_RETRY=0):
        with path_specific(GDAL_HTTP_MAX_RETRY=2, GDAL_HTTP_RETRY_DELAY="0.01", GDAL_HTTP_RETRY_CODES="500"):
            fails(open_mapflow, "3 tries")


def test_path_specific_proxy_and_authority(https, open_mapflow, certificates):
    with Proxy() as proxy, config(CURL_CA_BUNDLE="/nowhere"):
        with path_specific(GDAL_HTTPS_PROXY=proxy.url, GDAL_CURL_CA_BUNDLE=certificates.path("ca.pem")):
            assert read_all(open_mapflow(BUILDINGS, API_URL=https())) > 0
    assert proxy.seen


def test_options_of_another_path_do_not_count(headers):
    with path_specific("/vsicurl/", GDAL_HTTP_USERAGENT="other"):
        assert headers()["user-agent"].startswith("gdal-mapflow/")


def test_configuration_file(sb, run, tmp_path):
    file = tmp_path / "gdalrc"
    file.write_text("[credentials]\n\n[.mapflow]\npath=MAPFLOW:\nGDAL_HTTP_USERAGENT=from-file\n")
    assert run("ogrinfo", "-q", f"MAPFLOW:{BUILDINGS}", env={"GDAL_CONFIG_FILE": str(file)}).returncode == 0
    assert {record.headers["user-agent"] for record in sb.requests} == {"from-file"}


# connections


def test_connection_outlives_the_dataset(sb, open_mapflow):
    for _ in range(3):
        read_all(open_mapflow(BUILDINGS))
    assert len(sb.requests) == 6
    assert len({record.connection for record in sb.requests}) == 1


def test_keep_alive_settings_do_no_harm(headers):
    with config(GDAL_HTTP_TCP_KEEPALIVE="YES", GDAL_HTTP_TCP_KEEPIDLE=10, GDAL_HTTP_TCP_KEEPINTVL=10):
        headers()


def test_connection_is_shared_by_threads_in_turn(sb, run):
    """Many threads, one process: each request has a connection to itself while it runs."""
    script = """
import sys, threading
from osgeo import gdal
def work():
    for _ in range(5):
        dataset = gdal.OpenEx(sys.argv[1], gdal.OF_VECTOR)
        assert sum(1 for _ in dataset.GetLayer(0)) > 0
threads = [threading.Thread(target=work) for _ in range(4)]
[t.start() for t in threads]
[t.join() for t in threads]
"""
    done = run(sys.executable, "-W", "ignore", "-c", script, f"MAPFLOW:{BUILDINGS}")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(sb.requests) == 40
    assert len({record.connection for record in sb.requests}) <= 8
