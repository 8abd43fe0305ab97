"""Certificates of an authority of our own, made by the openssl program."""

import ssl
import subprocess


class Certificates:
    """In a folder: ca.pem; server.pem for 127.0.0.1, other.pem for another host, old.pem that has expired,
    client.pem; and X.key."""

    def __init__(self, folder):
        self._folder = folder
        self._openssl("req", "-x509", *self._key("ca"), "-days", "2", "-subj", "/CN=Test authority",
                      "-addext", "keyUsage=critical,keyCertSign", "-out", self.path("ca.pem"))
        self._sign("server", "subjectAltName=IP:127.0.0.1,DNS:localhost")
        self._sign("other", "subjectAltName=DNS:other.example")
        self._sign("old", "subjectAltName=IP:127.0.0.1", days=0)
        self._sign("client", "extendedKeyUsage=clientAuth")

    def path(self, name):
        return str(self._folder / name)

    def context(self, name="server", wants_client=False):
        """For the server's side of a TLS connection."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path(f"{name}.pem"), self.path(f"{name}.key"))
        if wants_client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.path("ca.pem"))
        return context

    def _key(self, name):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", self.path(f"{name}.key"))

    def _sign(self, name, extension, days=2):
        request, extensions = self.path(f"{name}.csr"), self.path(f"{name}.ext")
        (self._folder / f"{name}.ext").write_text(extension + "\n")
        self._openssl("req", *self._key(name), "-subj", f"/CN={name}", "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.path("ca.pem"),
                      "-CAkey", self.path("ca.key"), "-CAcreateserial", "-days", str(days),
                      "-extfile", extensions, "-out", self.path(f"{name}.pem"))

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=30)
