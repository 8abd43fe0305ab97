"""Who may call (API notes 2.1, D1, D2).

The API token is base64 of `email:secret`. Clients pad it before they send it,
so unpadded base64 is refused here. The OAuth access token goes out as Bearer.
Wrong, missing and empty credentials are all 401.
"""

import base64
import binascii
import hmac
import json

from .errors import ApiError


def api_token(email, secret):
    return base64.b64encode(f"{email}:{secret}".encode()).decode()


def login_of(token):
    """(email, secret) of an API token; ValueError when it is none."""
    try:
        email, colon, secret = base64.b64decode(token, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError("not base64 of email:secret") from error
    if not colon:
        raise ValueError("not base64 of email:secret")
    return email, secret


def oauth_token(email):
    """A JWT by its looks: unsigned, and the same for the same user."""
    parts = [
        json.dumps({"alg": "none", "typ": "JWT"}).encode(),
        json.dumps({"email": email, "iss": "sandbox"}).encode(),
        b"sandbox signature",
    ]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def require_user(authorization, token, bearer_token, variant):
    """Raise a 401 ApiError unless the header names the user in a way the variant accepts."""
    scheme, _, credentials = (authorization or "").partition(" ")
    credentials = credentials.strip()
    accepted = False
    if scheme.lower() == "basic" and variant in ("basic", "both"):
        try:
            accepted = login_of(credentials) == login_of(token)
        except ValueError:
            accepted = False
    elif scheme.lower() == "bearer":
        tokens = [bearer_token] + ([token] if variant in ("bearer", "both") else [])
        accepted = any(hmac.compare_digest(credentials.encode(), t.encode()) for t in tokens)
    if not accepted:
        raise ApiError(401, "Full authentication is required", headers={"WWW-Authenticate": 'Basic realm="mapflow"'})
