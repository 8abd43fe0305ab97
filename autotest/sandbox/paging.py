"""limit, offset, sortBy and sortOrder of the two page endpoints (API notes 5, 6.4)."""

MAX_LIMIT = 100  # the largest that any client uses; the real bound is unknown (notes 19)


class Paging:
    """Taken from the members of a request; without sortBy the order is that of creation.

    `most` is the largest page that is given (variant most_per_page).
    """

    def __init__(self, body, sort_keys, default_limit, most):
        self._most = most
        self._limit = body.integer("limit", 1, MAX_LIMIT)
        self._offset = body.integer("offset", 0) or 0
        self._key = sort_keys.get(body.one_of("sortBy", tuple(sort_keys)))
        self._reverse = body.one_of("sortOrder", ("ASC", "DESC")) == "DESC"
        if self._limit is None:
            self._limit = default_limit

    def cut(self, entries):
        """The page of a list."""
        if self._key:
            entries = sorted(entries, key=self._key, reverse=self._reverse)
        return entries[self._offset : self._offset + min(self._limit, self._most)]
