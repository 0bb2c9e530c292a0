"""A browser as far as LTI needs one: pages in a frame, cookies, redirects, forms. No script."""

import http.client
from urllib.parse import urlencode, urljoin, urlsplit

import lxml.html


class Page:
    """An answer, read as a page."""

    def __init__(self, url, response, body):
        self.url = url
        self.status = response.status
        self.headers = response.headers
        self.html = body.decode("utf-8", "replace")
        self._doc = None

    @property
    def doc(self):
        """The parsed page."""
        if self._doc is None:
            self._doc = lxml.html.document_fromstring(self.html or "<p>", base_url=self.url)
        return self._doc

    @property
    def text(self):
        """What a reader sees, white space collapsed."""
        shown = self.doc.xpath("//body//text()[not(ancestor::script or ancestor::style)]")
        return " ".join(" ".join(shown).split())

    @property
    def main(self):
        """The same without the bar and the outline."""
        shown = self.doc.xpath("//main//text()[not(ancestor::script or ancestor::style)]")
        return " ".join(" ".join(shown).split())

    def all(self, xpath):
        """Every element that fits."""
        return self.doc.xpath(xpath)

    def one(self, xpath):
        """The one element that fits."""
        found = self.doc.xpath(xpath)
        assert len(found) == 1, f"{len(found)} elements fit {xpath} at {self.url} ({self.status}): {self.text[:600]}"
        return found[0]

    @property
    def content_id(self):
        """Which page of the course this is; None for other pages."""
        found = self.all("//article/@data-page")
        return found[0] if found else None

    @property
    def reference(self):
        """The reference id of an error page; None for other pages."""
        found = self.all("//*[contains(concat(' ', @class, ' '), ' reference ')]/code")
        return found[0].text_content().strip() if found else None

    def __repr__(self):
        return f"{self.status} {self.url}: {self.text[:400]}"


class Browser:
    """One person's browser. The tool is in a frame of the platform, so third-party rules hold for its cookies."""

    def __init__(self, platform):
        self.platform = origin(platform)
        self.cookies = {}  # by name: both sides live on 127.0.0.1, and cookies know no ports
        self.page = None

    def get(self, url):
        """Follows a link."""
        return self._go("GET", urljoin(self.page.url, url) if self.page else url)

    def post(self, url, fields):
        """Sends a form."""
        return self._go("POST", urljoin(self.page.url, url) if self.page else url, fields)

    def press(self, form):
        """Sends a form of the current page as it is filled in."""
        fields = form.form_values()
        if (form.method or "GET").upper() == "POST":
            return self.post(form.action, fields)
        return self.get(f"{form.action}?{urlencode(fields)}")

    def _go(self, method, url, fields=None):
        started_at = self.page
        for _ in range(12):
            response, body = self._send(method, url, fields, started_at)
            self._keep_cookies(url, response)
            target = response.headers.get("Location")
            if response.status not in (301, 302, 303, 307, 308) or not target:
                self.page = Page(url, response, body)
                return self.page
            url = urljoin(url, target)
            if response.status in (301, 302, 303):
                method, fields = "GET", None
        raise AssertionError(f"redirects without end, at {url}")

    def _send(self, method, url, fields, started_at):
        parts = urlsplit(url)
        headers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Sec-Fetch-Mode": "navigate"}
        from_origin = origin(started_at.url) if started_at else None
        if from_origin is None:
            headers["Sec-Fetch-Site"] = "none"
        elif from_origin == origin(url):
            headers["Sec-Fetch-Site"] = "same-origin"
        else:
            headers["Sec-Fetch-Site"] = "same-site" if urlsplit(from_origin).hostname == parts.hostname else "cross-site"
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if method == "POST":
            body = urlencode(fields).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            silent = started_at is not None and started_at.headers.get("Referrer-Policy") == "no-referrer"
            headers["Origin"] = "null" if silent or from_origin is None else from_origin
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def _keep_cookies(self, url, response):
        for line in response.headers.get_all("Set-Cookie", []):
            pair, *attributes = [part.strip() for part in line.split(";")]
            name, value = pair.split("=", 1)
            given = dict(attribute.lower().partition("=")[::2] for attribute in attributes)
            if origin(url) != self.platform:
                # What a browser that blocks third-party cookies still keeps inside a frame.
                framed = "secure" in given and given.get("samesite") == "none" and "partitioned" in given
                assert framed, f"no cookie survives in a frame with these attributes: {line}"
                assert "httponly" in given, f"script could read this: {line}"
            if name.startswith("__Host-"):
                sound = "secure" in given and given.get("path") == "/" and "domain" not in given
                assert sound, f"browsers refuse this: {line}"
            if given.get("max-age") == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value


def origin(url):
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
