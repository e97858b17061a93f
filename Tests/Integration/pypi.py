"""Source packages of other projects, fetched when the tests run: nothing of theirs is kept in this tree."""
import os
import pathlib
import subprocess
import sys

CACHE = pathlib.Path(os.environ.get("REAL_FILES_CACHE") or pathlib.Path(__file__).resolve().parents[2] / ".build-downloads")


def source_package(name, version):
    """The source package's path; it is fetched once."""
    CACHE.mkdir(parents=True, exist_ok=True)
    path = CACHE / f"{name.replace('-', '_')}-{version}.tar.gz"
    if not path.exists():
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps", "--no-binary", name,
                        f"{name}=={version}", "-d", str(CACHE)], check=True, timeout=300)
    return path
