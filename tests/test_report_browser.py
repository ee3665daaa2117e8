"""The report in a real browser: every chart is drawn under the page's own policy; skipped without a Chromium."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from countervail.report.page import page
from synthetic_tables import synthetic

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
def test_every_chart_is_drawn_under_the_policy(tmp_path: Path) -> None:
    assert BROWSER is not None
    report = tmp_path / "report.html"
    report.write_text(page(synthetic()), encoding="utf-8")
    quiet = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    sandbox = ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    done = subprocess.run(
        [BROWSER, "--headless", *quiet, *sandbox, "--no-first-run", f"--user-data-dir={tmp_path / 'profile'}",
         "--enable-logging=stderr", "--virtual-time-budget=30000", "--dump-dom", report.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    body = done.stdout
    assert re.search(r'<html[^>]*data-ready="true"', body)
    assert body.count('data-drawn="true"') == body.count("data-tables=") == 22
    assert "Content Security Policy" not in done.stderr
    assert "Uncaught" not in done.stderr
