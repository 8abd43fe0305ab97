"""POST /catalog/meta (imagery notes 8)."""

from .body import Reply
from .catalogue import read_search
from .routing import route
from .validate import Members


@route("POST", "/catalog/meta")
def search(call):
    catalogue = call.sandbox.catalogue
    asked = read_search(Members(call.json()), call.state.user.get("searchAreaLimit"))
    return Reply.json(catalogue.document(catalogue.find(asked, call.rasters), asked))
