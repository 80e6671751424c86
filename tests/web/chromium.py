"""A headless Chromium that a test can click in and read from, over its debugging pipe."""

import base64
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe")
NOTED = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Page.javascriptDialogOpening")
REQUEST = "Network.requestWillBeSent"


class Browser:
    """One window. `complaints` has what the console said, `addresses` everything that was asked of any server."""

    def __init__(self, profile: Path) -> None:
        into, self._write = os.pipe()
        self._read, out = os.pipe()
        self._process = subprocess.Popen(
            [
                "bash",
                "-c",
                f'exec "$@" 3<&{into} 4>&{out}',
                "bash",
                str(CHROMIUM),
                *OPTIONS,
                f"--user-data-dir={profile}",
            ],
            pass_fds=(into, out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(into)
        os.close(out)
        self._rest, self._last, self._session = b"", 0, ""
        self.complaints: list[str] = []
        self.addresses: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._last:
                assert "error" not in answer, (method, answer)
                result: dict[str, Any] = answer["result"]
                return result

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            self._rest += os.read(self._read, 1 << 20)
        line, self._rest = self._rest.split(b"\0", 1)
        message: dict[str, Any] = json.loads(line)
        if message.get("method") in NOTED:
            self.complaints.append(json.dumps(message["params"])[:1500])
        elif message.get("method") == REQUEST:
            self.addresses.append(message["params"]["request"]["url"])
        return message

    def size(self, width: int, height: int = 900, *, dark: bool = False) -> None:
        """Give the window a size and a colour scheme."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def go(self, address: str) -> None:
        """Open an address anew, also where only the part behind # differs."""
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=address)

    def do(self, script: str) -> Any:
        """Return the value of an expression in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def until(self, script: str, seconds: float = 60.0) -> Any:
        """Wait until an expression in the page is true, and return its value."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if value := self.do(f"(() => {{ try {{ return {script} }} catch {{ return false }} }})()"):
                return value
            time.sleep(0.05)
        raise AssertionError(f"{script} stayed false; the page says {self.text()[:1500]!r}; {self.complaints}")

    def forgive(self, seconds: float = 60.0) -> None:
        """Wait until the console has said something, which comes after the page shows why, and forget it."""
        end = time.monotonic() + seconds
        while not self.complaints and time.monotonic() < end:
            self.do("null")  # what the browser had to say until then is read before the answer
            time.sleep(0.05)
        assert self.complaints, "the console stayed silent"
        self.complaints.clear()

    def text(self, place: str = "body") -> str:
        """Return what is written in the first element that `place` selects."""
        return str(self.do(f"document.querySelector({json.dumps(place)})?.innerText ?? ''"))

    def click(self, place: str, says: str = "") -> None:
        """Click the first element that `place` selects, of those that say `says` where that is given."""
        self.until(f"({_FIND})({json.dumps(place)}, {json.dumps(says)}) !== undefined")
        self.do(f"({_FIND})({json.dumps(place)}, {json.dumps(says)}).click()")

    def choose(self, place: str, value: str) -> None:
        """Put `value` into a field, as a person who types or chooses does."""
        self.until(f"document.querySelector({json.dumps(place)}) !== null")
        self.do(f"({_PUT})({json.dumps(place)}, {json.dumps(value)})")

    def press(self, key: str, place: str) -> None:
        """Press a key while the element that `place` selects has the focus."""
        event = f"new KeyboardEvent('keydown', {{key: {json.dumps(key)}, bubbles: true}})"
        self.until(f"document.querySelector({json.dumps(place)}) !== null")
        self.do(f"(at => (at.focus(), at.dispatchEvent({event})))(document.querySelector({json.dumps(place)})) && null")

    def picture(self, path: Path) -> None:
        """Write what the window shows as a PNG."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def close(self) -> None:
        """End the browser."""
        self._process.terminate()
        self._process.wait(20)
        os.close(self._write)
        os.close(self._read)


_FIND = "(place, says) => [...document.querySelectorAll(place)].find(one => one.textContent.includes(says))"
_PUT = """(place, value) => {
  const field = document.querySelector(place);
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value').set.call(field, value);
  for (const name of ['input', 'change']) field.dispatchEvent(new Event(name, {bubbles: true}));
}"""
