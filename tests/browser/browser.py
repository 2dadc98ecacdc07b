"""A headless chromium, driven over its DevTools pipe: JSON messages that end with a NUL, so no library is needed."""

import collections
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

TIMEOUT_S = 60
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --disable-extensions --hide-scrollbars"
    " --disable-background-networking --disable-component-update --disable-sync --remote-debugging-pipe"
).split()


class Browser:
    """The program and its pipe."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="browser-")
        to_read, self.output = os.pipe()
        self.input, to_write = os.pipe()
        program = shutil.which("chromium")
        # The browser reads descriptor 3 and writes descriptor 4; only bash names descriptors of two digits.
        script = 'exec "$0" "$@" 3<&%d 4>&%d' % (to_read, to_write)
        words = ["bash", "-c", script, program, *FLAGS, "--user-data-dir=" + self.folder, "about:blank"]
        self.process = subprocess.Popen(words, pass_fds=(to_read, to_write), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.pending = b""
        self.number = 0
        self.events = collections.deque()

    def close(self):
        try:
            self.call("Browser.close")
            self.process.wait(10)
        except (OSError, RuntimeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def receive(self, deadline):
        """The next message, None at the deadline."""
        while b"\0" not in self.pending:
            ready, _, _ = select.select([self.input], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                return None
            data = os.read(self.input, 1 << 20)
            if not data:
                raise RuntimeError("the browser is gone")
            self.pending += data
        message, _, self.pending = self.pending.partition(b"\0")
        return json.loads(message)

    def call(self, method, session=None, **params):
        """The answer to a command; events that come in between are kept."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params, **({"sessionId": session} if session else {})}
        os.write(self.output, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            answer = self.receive(deadline)
            if answer is None:
                raise RuntimeError("no answer to " + method)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError("%s: %s" % (method, answer["error"].get("message")))
                return answer["result"]
            if "method" in answer:
                self.events.append(answer)


class Page:
    """A tab that shows one file, and all that went wrong in it."""

    def __init__(self, browser, path, scheme="light", width=1200, height=900, mobile=False):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)
        self.emulate(scheme)
        browser.events.clear()
        self.url = "file://" + os.path.abspath(path)
        self.call("Page.navigate", url=self.url)
        self.until("(document.documentElement || {dataset: {}}).dataset.ready === 'yes'")

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def emulate(self, scheme, media=""):
        self.call("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])

    def value(self, expression):
        """The value of a JavaScript expression; promises are waited for."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise RuntimeError("%s: %s" % (expression[:200], details.get("exception", {}).get("description", details["text"])))
        return answer["result"].get("value")

    def until(self, expression):
        """Waits until an expression is true."""
        deadline = time.monotonic() + TIMEOUT_S
        while not self.value("!!(%s)" % expression):
            if time.monotonic() > deadline:
                raise RuntimeError("never true: %s; problems: %s" % (expression, self.problems()))
            time.sleep(0.05)

    def frame(self):
        """Waits until what was changed has been drawn."""
        self.value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")

    def key(self, name, code=None, text=None):
        """Presses and releases a key."""
        common = {"key": name, "code": name, "windowsVirtualKeyCode": code or 0}
        self.call("Input.dispatchKeyEvent", type="keyDown", **common, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def mouse(self, kind, x, y):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **({"button": "left", "clickCount": 1} if kind != "mouseMoved" else {}))

    def click(self, selector):
        """Clicks the middle of an element."""
        self.value("document.querySelector(%s).scrollIntoView({block: 'center'})" % json.dumps(selector))
        self.frame()
        box = self.value("(({x, y, width, height}) => [x + width / 2, y + height / 2])(document.querySelector(%s).getBoundingClientRect())" % json.dumps(selector))
        self.mouse("mousePressed", *box)
        self.mouse("mouseReleased", *box)

    def problems(self):
        """Console errors and warnings, exceptions, and requests for anything but the page itself."""
        self.value("1")  # all events before this one have come
        found = []
        for event in self.browser.events:
            params = event["params"]
            if event["method"] == "Runtime.exceptionThrown":
                found.append("exception: " + json.dumps(params["exceptionDetails"])[:500])
            elif event["method"] == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
                found.append("console: " + json.dumps(params["args"])[:500])
            elif event["method"] == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
                # Looking at the pixels is the check's doing.
                if "willReadFrequently" not in params["entry"]["text"]:
                    found.append("log: " + params["entry"]["text"][:500])
            elif event["method"] == "Network.requestWillBeSent":
                url = params["request"]["url"]
                if url.split("#")[0] != self.url and not url.startswith("data:"):
                    found.append("request: " + url[:200])
        return found
