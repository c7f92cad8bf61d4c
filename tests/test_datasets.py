"""Real series: the registry, the downloads (from a server on this machine) and what the loaders return."""

from __future__ import annotations

import hashlib
import importlib
import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harmonic_forecasters import datasets
from harmonic_forecasters.datasets import DatasetChecksumError, DatasetUnavailableError, RemoteFile, download
from harmonic_forecasters.datasets.common import require, time_index

BODY = b'"Month","Pounds per cow"\n"1962-01",589\n"1962-02",561\n' * 5_000
FILE = RemoteFile(
    repository="owner/name",
    commit="c0ffee" * 6 + "c0de",
    path="folder/file.csv",
    sha256=hashlib.sha256(BODY).hexdigest(),
)

# name: (shape, first stamp, last stamp, first value of the first column)
BUILT_IN = {
    "airline": ((144,), "1949-01-01", "1960-12-01", 112.0),
    "lynx": ((114,), "1821-01-01", "1934-01-01", 269.0),
    "solar": ((289,), "2021-05-01", "2021-05-07", 0.0),
    "sunspots": ((309,), "1700-01-01", "2008-01-01", 5.0),
    "co2": ((2284,), "1958-03-29", "2001-12-29", 316.1),
    "elnino": ((732,), "1950-01-01", "2010-12-01", 23.11),
    "nile": ((100,), "1871-01-01", "1970-01-01", 1120.0),
    "elec_equip": ((257,), "1995-01-01", "2016-05-01", 66.19),
}
DATED = {
    "etth1": ((17_420, 7), "2016-07-01", "2018-06-26 19:00", 5.827000141143799),
    "etth2": ((17_420, 7), "2016-07-01", "2018-06-26 19:00", 41.13000106811523),
    "ettm1": ((69_680, 7), "2016-07-01", "2018-06-26 19:45", 5.827000141143799),
    "honolulu": ((8_760,), "2010-01-01", "2010-12-31 23:00", 1.237),
    "mayport": ((8_784,), "2017-01-01", "2018-01-01 23:00", -0.128),
    "taylor": ((4_032,), "2000-06-05", "2000-08-27 23:30", 22_262.0),
    "victoria": ((52_608, 3), "2011-12-31 13:00", "2014-12-31 12:30", 4382.825174),
    "monthly_sunspots": ((2_820,), "1749-01-01", "1983-12-01", 58.0),
    "milk": ((168,), "1962-01-01", "1975-12-01", 589.0),
}
# name: (series, samples in all, length of the first series, its first and its last value)
PANELS = {
    "m4_hourly": (414, 353_500 + 414 * 48, 700 + 48, 605.0, 659.0),
    "m4_weekly": (359, 366_912 + 359 * 13, 2_179 + 13, 1089.2, 34_066.95),
}

real_files = pytest.mark.skipif(
    not os.environ.get(download.DATA_VARIABLE), reason=f"{download.DATA_VARIABLE} names no folder of files"
)


# The registry


def test_registry_is_complete_and_consistent():
    assert set(datasets.list_datasets()) == {*BUILT_IN, *DATED, *PANELS, "heart_rate"}
    for name in datasets.list_datasets():
        dataset = datasets.get_dataset(name)
        assert dataset.name == name
        assert dataset.title
        assert dataset.source
        assert dataset.licence
        assert dataset.unit
        assert dataset.seasonality == dataset.seasonalities[0] >= 1
        if dataset.frequency:
            pd.tseries.frequencies.to_offset(dataset.frequency)
        assert bool(dataset.files) == (name not in BUILT_IN)
        for file in dataset.files:
            assert len(bytes.fromhex(file.commit)) == 20
            assert len(bytes.fromhex(file.sha256)) == 32


def test_licences_are_stated_honestly():
    assert datasets.get_dataset("m4_hourly").licence == "none stated"
    assert datasets.get_dataset("m4_weekly").licence == "none stated"
    assert datasets.get_dataset("ettm1").licence == "CC BY-ND 4.0"


def test_describe_has_a_row_for_each():
    table = datasets.describe()
    assert list(table.index) == datasets.list_datasets()
    assert table.loc["m4_hourly", "horizon"] == 48
    assert table["horizon"].notna().sum() == 2
    assert not table.loc[list(BUILT_IN), "download"].any()


@pytest.mark.parametrize("call", [datasets.get_dataset, datasets.load])
def test_unknown_name_lists_the_known(call):
    with pytest.raises(ValueError, match=r"must be one of airline.*m4_hourly.*, got 'airlines'"):
        call("airlines")


# What the loaders return


def check_dated(name, data, shape, first, last, value):
    dataset = datasets.get_dataset(name)
    assert data.shape == shape
    assert data.index[0] == pd.Timestamp(first)
    assert data.index[-1] == pd.Timestamp(last)
    assert data.index.freqstr == pd.tseries.frequencies.to_offset(dataset.frequency).freqstr
    assert data.index.tz is None
    assert data.index.name == "time"
    assert np.ravel(data.to_numpy())[0] == value
    if data.ndim == 1:
        assert data.name == name
        assert dataset.targets == ()
    else:
        assert set(dataset.targets) <= set(data.columns)
    assert data.to_numpy().dtype == np.float64
    assert np.isnan(data.to_numpy()).sum() == (59 if name == "co2" else 0)
    # The stated season is one: it repeats better than half of it does.
    season = dataset.seasonality
    if season > 1:
        column = data if data.ndim == 1 else data[dataset.targets[-1]]
        assert column.diff(season).abs().mean() < column.diff(season // 2).abs().mean()


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_without_any_network(name, monkeypatch):
    def no_network(*args, **kwargs):
        raise AssertionError("a built-in series asked for the network")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    check_dated(name, datasets.load(name), *BUILT_IN[name])


@real_files
@pytest.mark.parametrize("name", DATED)
def test_dated_files(name):
    check_dated(name, datasets.load(name), *DATED[name])


@real_files
@pytest.mark.parametrize("name", PANELS)
def test_panels(name):
    n_series, n_samples, first_length, first, last = PANELS[name]
    panel = datasets.load(name)
    assert list(panel.columns) == ["value"]
    assert panel.index.names == ["series", "time"]
    assert panel["value"].dtype == np.float64
    assert len(panel) == n_samples
    assert panel["value"].notna().all()
    lengths = panel.groupby(level="series").size()
    assert len(lengths) == n_series
    # Every series counts 0, 1, ..., and its official test part is not all of it.
    assert panel.groupby(level="series").cumcount().eq(panel.index.get_level_values("time")).all()
    assert lengths.min() > datasets.get_dataset(name).horizon
    one = panel.loc[panel.index[0][0], "value"]
    assert (len(one), one.iloc[0], one.iloc[-1]) == (first_length, first, last)


@real_files
def test_panel_is_sktimes_panel():
    datatypes = pytest.importorskip("sktime.datatypes")
    panel = datasets.load("m4_weekly").loc[["W1", "W2", "W10"]]
    assert datatypes.check_is_mtype(panel, "pd-multiindex", "Panel")


@real_files
def test_heart_rate_counts_samples():
    series = datasets.load("heart_rate")
    assert isinstance(series.index, pd.RangeIndex)
    assert series.shape == (1_800,)
    assert series.name == "heart_rate"
    assert series.between(70, 110).all()


@real_files
def test_taylor_starts_on_a_monday():
    # The file has no dates: its two days of lowest demand a week must be the weekend.
    daily = datasets.load("taylor").resample("D").mean()
    assert set(daily.groupby(daily.index.dayofweek).mean().nsmallest(2).index) == {5, 6}


@real_files
def test_victoria_has_one_target_and_whole_holidays():
    data = datasets.load("victoria")
    assert datasets.get_dataset("victoria").targets == ("demand",)
    assert set(data["holiday"].unique()) == {0.0, 1.0}
    melbourne = data["holiday"].tz_localize("UTC").tz_convert("Australia/Melbourne")
    assert melbourne.groupby(melbourne.index.date).nunique().eq(1).all()


@real_files
def test_tides_are_in_metres():
    for name in ("honolulu", "mayport"):
        assert 0.1 < datasets.load(name).std() < 1


def test_a_gap_in_the_stamps_is_refused():
    with pytest.raises(ValueError, match="frequency"):
        time_index(pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-04"]), "D")


# Missing libraries


def test_missing_library_names_the_extra(monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(f"No module named {name!r}", name="sktime")

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ImportError, match=r"pip install .harmonic-forecasters\[benchmark\]"):
        datasets.load("airline")


def test_a_broken_library_shows_its_own_error():
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'pandas\.missing_part'"):
        require("pandas.missing_part")


# Downloads


class Server(ThreadingHTTPServer):
    """Serves ``bodies``, counts requests, and with ``cut`` closes the connection after half of a body."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.cut = False


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        body = self.server.bodies.get(self.path)
        if body is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if self.server.cut else body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch) -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    monkeypatch.setattr(download, "BASE_URL", f"http://127.0.0.1:{server.server_port}")
    server.bodies[f"/{FILE.repository}/{FILE.commit}/{FILE.path}"] = BODY
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def quiet_proxy(monkeypatch):
    # A proxy of the machine must not stand between the test and its own server.
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr(download, "cache_folder", lambda: folder)
    monkeypatch.delenv(download.DATA_VARIABLE, raising=False)
    return folder


@pytest.fixture
def own(tmp_path, monkeypatch, cache) -> Path:
    """The user's folder, with no file in it yet."""
    folder = tmp_path / "own"
    monkeypatch.setenv(download.DATA_VARIABLE, str(folder))
    return folder


def put(folder: Path, file: RemoteFile, body: bytes) -> Path:
    path = folder / file.repository / file.path
    path.parent.mkdir(parents=True)
    path.write_bytes(body)
    return path


def files_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if not path.is_dir()]


def test_default_address_names_the_commit():
    expected = f"https://raw.githubusercontent.com/owner/name/{FILE.commit}/folder/file.csv"
    assert FILE.url == expected


def test_default_cache_is_the_users():
    assert download.cache_folder().name == "harmonic_forecasters"
    # Tests have a user's cache of their own: see tests/conftest.py.
    assert Path(__file__).parents[1] / ".pytest_cache" in download.cache_folder().parents


def test_downloaded_once(server, cache):
    first = download.fetch(FILE)
    assert first == cache / FILE.repository / FILE.commit / FILE.path
    assert first.read_bytes() == BODY
    assert download.fetch(FILE) == first
    assert len(server.requests) == 1
    assert files_under(cache) == [first]


def test_commits_do_not_mix(server, cache):
    newer = RemoteFile(
        repository=FILE.repository,
        commit="1" * 40,
        path=FILE.path,
        sha256=hashlib.sha256(b"newer").hexdigest(),
    )
    server.bodies[f"/{newer.repository}/{newer.commit}/{newer.path}"] = b"newer"
    assert download.fetch(FILE).read_bytes() == BODY
    assert download.fetch(newer).read_bytes() == b"newer"
    assert download.fetch(FILE).read_bytes() == BODY
    assert len(server.requests) == 2


def test_own_folder_is_read_first(server, cache, own):
    path = put(own, FILE, BODY)
    assert download.fetch(FILE) == path
    assert server.requests == []
    assert files_under(cache) == []


def test_what_the_own_folder_lacks_is_downloaded_to_the_cache(server, cache, own):
    path = download.fetch(FILE)
    assert path.is_relative_to(cache)
    assert len(server.requests) == 1
    assert files_under(own) == []


def test_wrong_file_in_the_own_folder_is_refused_and_kept(server, cache, own):
    path = put(own, FILE, b"something else")
    with pytest.raises(DatasetChecksumError) as caught:
        download.fetch(FILE)
    for part in (str(path), FILE.sha256, hashlib.sha256(b"something else").hexdigest()):
        assert part in str(caught.value)
    assert path.read_bytes() == b"something else"
    assert server.requests == []


def test_wrong_download_is_refused_and_deleted(server, cache):
    wrong = RemoteFile(repository=FILE.repository, commit=FILE.commit, path=FILE.path, sha256="0" * 64)
    with pytest.raises(DatasetChecksumError) as caught:
        download.fetch(wrong)
    for part in (FILE.path, "0" * 64, FILE.sha256):
        assert part in str(caught.value)
    assert files_under(cache) == []


def test_damaged_cache_is_downloaded_again(server, cache):
    path = download.fetch(FILE)
    path.write_bytes(BODY[:100])
    assert download.fetch(FILE).read_bytes() == BODY
    assert len(server.requests) == 2


def check_advice(error: DatasetUnavailableError, folder: Path) -> None:
    for part in ("file.csv", FILE.url, str(folder)):
        assert part in str(error)


def test_dropped_connection_leaves_nothing_behind(server, cache):
    server.cut = True
    with pytest.raises(DatasetUnavailableError) as caught:
        download.fetch(FILE)
    check_advice(caught.value, cache / FILE.repository / FILE.commit / "folder")
    assert files_under(cache) == []
    server.cut = False
    assert download.fetch(FILE).read_bytes() == BODY


def test_interrupt_leaves_nothing_behind(server, cache, monkeypatch):
    pooch = pytest.importorskip("pooch")

    def interrupt(self, url, output_file, pooch):
        Path(output_file).write_bytes(BODY[:100])
        raise KeyboardInterrupt

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", interrupt)
    with pytest.raises(KeyboardInterrupt):
        download.fetch(FILE)
    assert files_under(cache) == []


def test_absent_on_the_server(server, cache):
    server.bodies.clear()
    with pytest.raises(DatasetUnavailableError, match="404") as caught:
        download.fetch(FILE)
    check_advice(caught.value, cache / FILE.repository / FILE.commit / "folder")
    assert files_under(cache) == []


def test_offline_names_file_address_and_folder(cache, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setattr(download, "BASE_URL", f"http://127.0.0.1:{port}")
    with pytest.raises(DatasetUnavailableError) as caught:
        download.fetch(FILE)
    check_advice(caught.value, cache / FILE.repository / FILE.commit / "folder")
    assert files_under(cache) == []


def test_offline_advice_works(server, cache, own):
    server.bodies.clear()
    with pytest.raises(DatasetUnavailableError) as caught:
        download.fetch(FILE)
    check_advice(caught.value, own / FILE.repository / "folder")
    # Where the error said that the file belongs, it is found.
    path = put(own, FILE, BODY)
    assert download.fetch(FILE) == path


def test_load_reports_what_cannot_be_downloaded(server, cache):
    with pytest.raises(DatasetUnavailableError, match=r"monthly-milk\.csv"):
        datasets.load("milk")
