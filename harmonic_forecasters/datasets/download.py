"""Published files: found in the user's folder, in the cache or on the network, and always checked.

A file is named by repository, commit, path and SHA-256, so that everyone reads the same bytes for ever.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from harmonic_forecasters.datasets.common import require

BASE_URL = "https://raw.githubusercontent.com"
DATA_VARIABLE = "HARMONIC_FORECASTERS_DATA"


class DatasetUnavailableError(OSError):
    """A file that is not on this machine could not be downloaded."""


class DatasetChecksumError(ValueError):
    """The bytes of a file are not the published ones."""


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """A file at one commit of a public GitHub repository.

    repository : "<owner>/<name>".
    commit : 40 hexadecimal digits.
    path : inside the repository, with forward slashes.
    sha256 : of the file's bytes, 64 hexadecimal digits.
    """

    repository: str
    commit: str
    path: str
    sha256: str

    @property
    def url(self) -> str:
        """Where the file is downloaded from."""
        return f"{BASE_URL}/{self.repository}/{self.commit}/{self.path}"


def cache_folder() -> Path:
    """The user's cache, where a downloaded file lies at ``<owner>/<repository>/<commit>/<path>``."""
    return Path(require("pooch").os_cache("harmonic_forecasters"))


def fetch(file: RemoteFile) -> Path:
    """Path of a local copy whose SHA-256 is right.

    Looks in the folder named by ``HARMONIC_FORECASTERS_DATA`` (``<owner>/<repository>/<path>``), then in the
    cache, and downloads into the cache what is in neither.

    Raises
    ------
    DatasetChecksumError : the file has other bytes than the published ones. A download is then deleted, a
        file in the user's own folder is left as it is.
    DatasetUnavailableError : the file is nowhere on this machine and cannot be downloaded; a broken download
        leaves nothing behind.
    ImportError : a download is needed and pooch is not installed.
    """
    folder = os.environ.get(DATA_VARIABLE)
    if folder:
        own = Path(folder).expanduser() / file.repository / file.path
        if own.is_file():
            _verify(own, file)
            return own
    return _cached(file)


def _verify(path: Path, file: RemoteFile) -> None:
    with path.open("rb") as stream:
        got = hashlib.file_digest(stream, "sha256").hexdigest()
    if got != file.sha256:
        raise DatasetChecksumError(f"{path} has SHA-256 {got}, expected {file.sha256} ({file.url})")


def _cached(file: RemoteFile) -> Path:
    pooch = require("pooch")
    target = cache_folder() / file.repository / file.commit / file.path
    try:
        # pooch writes to a temporary file, checks it, and only then renames it to its place. The files are
        # small enough for memory, and without a stream a broken connection is closed at once.
        pooch.retrieve(
            file.url,
            known_hash=f"sha256:{file.sha256}",
            fname=target.name,
            path=target.parent,
            downloader=pooch.HTTPDownloader(stream=False),
        )
    except OSError as error:  # the errors of requests are among them
        raise DatasetUnavailableError(_advice(file, target, error)) from error
    except ValueError as error:
        raise DatasetChecksumError(
            f"{file.path}, downloaded from {file.url}, is refused and was deleted; "
            f"expected SHA-256 {file.sha256}: {error}"
        ) from error
    return target


def _advice(file: RemoteFile, target: Path, error: OSError) -> str:
    folder = os.environ.get(DATA_VARIABLE)
    if folder:
        target = Path(folder).expanduser() / file.repository / file.path
    return (
        f"{target.name} is not on this machine and cannot be downloaded; "
        f"save {file.url} in the folder {target.parent} ({error})"
    )
