"""The datasets that are downloaded: what their publishers state, and the checksums of their files."""

from __future__ import annotations

from harmonic_forecasters.datasets import readers
from harmonic_forecasters.datasets.dataset import Dataset
from harmonic_forecasters.datasets.download import RemoteFile

_ETT = ("HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT")


def _m4_file(path: str, sha256: str) -> RemoteFile:
    return RemoteFile(
        repository="Mcompetitions/M4-methods",
        commit="6c1067e5a57161249b17289a565178dc7a3fb3ca",
        path=path,
        sha256=sha256,
    )


def _ett_file(path: str, sha256: str) -> RemoteFile:
    return RemoteFile(
        repository="zhouhaoyi/ETDataset",
        commit="1d16c8f4f943005d613b5bc962e9eeb06058cf07",
        path=path,
        sha256=sha256,
    )


def _darts_file(path: str, sha256: str) -> RemoteFile:
    return RemoteFile(
        repository="unit8co/darts",
        commit="2be8e43fbdc1265209f33bbe8bae81f3e4d9146f",
        path=path,
        sha256=sha256,
    )


PUBLISHED = (
    Dataset(
        name="m4_hourly",
        title="M4 competition, 414 hourly series",
        source="Makridakis, Spiliotis, Assimakopoulos (2020)",
        licence="none stated",
        unit="various",
        # The publisher gives no dates in these files.
        frequency="",
        seasonalities=(24, 168),
        loader=readers.m4,
        files=(
            _m4_file(
                "Dataset/Train/Hourly-train.csv",
                "ea59b7783573c49077a835ab6465c7d66f1474783360f310988a9a737fbca62f",
            ),
            _m4_file(
                "Dataset/Test/Hourly-test.csv",
                "71a57fccb15e534d973626ada4fb87febf789e9317715b7cc6dd3b5f90db6f42",
            ),
        ),
        horizon=48,
    ),
    Dataset(
        name="m4_weekly",
        title="M4 competition, 359 weekly series",
        source="Makridakis, Spiliotis, Assimakopoulos (2020)",
        licence="none stated",
        unit="various",
        frequency="",
        # The competition scores weekly series without a season.
        seasonalities=(1,),
        loader=readers.m4,
        files=(
            _m4_file(
                "Dataset/Train/Weekly-train.csv",
                "d478d3f6ed673e6ed3c2cb0fbed5425f72eedd51318ebebeb0b5ecfcefc37714",
            ),
            _m4_file(
                "Dataset/Test/Weekly-test.csv",
                "3b2bc4be8e636e802260dcd843ca3c5da40536a1fbe1ecb3229a97dae4f44688",
            ),
        ),
        horizon=13,
    ),
    Dataset(
        name="etth1",
        title="Electricity transformer 1, hourly, 2016 to 2018",
        source="Zhou et al. (2021), Informer",
        licence="CC BY-ND 4.0",
        unit="load; OT in degrees Celsius",
        frequency="h",
        seasonalities=(24,),
        loader=readers.ett_hourly,
        files=(
            _ett_file(
                "ETT-small/ETTh1.csv", "f18de3ad269cef59bb07b5438d79bb3042d3be49bdeecf01c1cd6d29695ee066"
            ),
        ),
        targets=_ETT,
    ),
    Dataset(
        name="etth2",
        title="Electricity transformer 2, hourly, 2016 to 2018",
        source="Zhou et al. (2021), Informer",
        licence="CC BY-ND 4.0",
        unit="load; OT in degrees Celsius",
        frequency="h",
        seasonalities=(24,),
        loader=readers.ett_hourly,
        files=(
            _ett_file(
                "ETT-small/ETTh2.csv", "a3dc2c597b9218c7ce1cd55eb77b283fd459a1d09d753063f944967dd6b9218b"
            ),
        ),
        targets=_ETT,
    ),
    Dataset(
        name="ettm1",
        title="Electricity transformer 1, every 15 minutes, 2016 to 2018",
        source="Zhou et al. (2021), Informer",
        licence="CC BY-ND 4.0",
        unit="load; OT in degrees Celsius",
        frequency="15min",
        seasonalities=(96,),
        loader=readers.ett_quarter_hourly,
        files=(
            _ett_file(
                "ETT-small/ETTm1.csv", "6ce1759b1a18e3328421d5d75fadcb316c449fcd7cec32820c8dafda71986c9e"
            ),
        ),
        targets=_ETT,
    ),
    Dataset(
        name="honolulu",
        title="Tide gauge Honolulu, 2010",
        source="NOAA, University of Hawaii Sea Level Center; UTide",
        licence="MIT; data NOAA/UHSLC",
        unit="metres",
        frequency="h",
        # The lunar day of 24.84 hours: among whole hours its neighbour repeats the tide best.
        seasonalities=(25,),
        loader=readers.honolulu,
        files=(
            RemoteFile(
                repository="wesleybowman/UTide",
                commit="8fabe121752bc317931472a10a42e306715106de",
                path="tests/data/HNL2010.asc",
                sha256="30c069bbf27c4a0a385aaf8f7570d9b01f8a46f50223bd6c1d8743dc6994aebe",
            ),
        ),
    ),
    Dataset(
        name="mayport",
        title="Tide gauge Mayport, 2017, with storm surges",
        source="NOAA station 8720218; TAPPy",
        licence="BSD-3-Clause; data NOAA (public domain)",
        unit="metres",
        frequency="h",
        seasonalities=(25,),
        loader=readers.mayport,
        files=(
            RemoteFile(
                repository="timcera/tappy",
                commit="3f5c991d8490a9ff7f381aab48f9a32ed3f1ceb8",
                path="tests/8720218_wl.csv",
                sha256="4ff39139ce0b88c827a6a89b44beee63fadb524add77e6738767066f9b8a0425",
            ),
        ),
    ),
    Dataset(
        name="taylor",
        title="Electricity demand of England and Wales, June to August 2000",
        source="Taylor (2003); darts",
        licence="Apache-2.0",
        unit="MW",
        frequency="30min",
        seasonalities=(48, 336),
        loader=readers.taylor,
        files=(
            _darts_file(
                "datasets/taylor.csv", "0c9cbfcb414fc0897ea27773f1dabbb933184c09b90b750d2029631d4a451ed0"
            ),
        ),
    ),
    Dataset(
        name="victoria",
        title="Electricity demand of Victoria with temperature and holidays, 2012 to 2014",
        source="AEMO, Bureau of Meteorology; skforecast",
        licence="BSD-3-Clause; data AEMO, BOM",
        unit="MW",
        frequency="30min",
        seasonalities=(48, 336),
        loader=readers.victoria,
        files=(
            RemoteFile(
                repository="skforecast/skforecast-datasets",
                commit="f8c3d7fe5ec41ef86f93e969c31ec4b469b7c949",
                path="data/vic_electricity.csv",
                sha256="6fa81bc3552f8822e984900f727584b82b3f10f41d78a1a0cdda2879a29a122e",
            ),
        ),
        targets=("demand",),
    ),
    Dataset(
        name="heart_rate",
        title="Heart rate of one person, 15 minutes, every 0.5 s",
        source="Goldberger, Rigney (1991), MIT heart rate series 1; darts",
        licence="Apache-2.0",
        unit="beats per minute",
        frequency="",
        seasonalities=(1,),
        loader=readers.heart_rate,
        files=(
            _darts_file(
                "datasets/heart_rate.csv", "4b69ffa9300e7d2973928820c14b863d00482bee348ff5c60aee46e7f7980962"
            ),
        ),
    ),
    Dataset(
        name="monthly_sunspots",
        title="Monthly sunspot number, 1749 to 1983",
        source="Swiss Federal Observatory, Tokyo Astronomical Observatory; darts",
        licence="Apache-2.0",
        unit="sunspot number",
        frequency="MS",
        # Eleven years, the solar cycle on average.
        seasonalities=(132,),
        loader=readers.monthly,
        files=(
            _darts_file(
                "datasets/monthly-sunspots.csv",
                "4b91dd8e13bdf6a95c3034c71ceca0152269986c6a91706c6eaf50c1d50081c8",
            ),
        ),
    ),
    Dataset(
        name="milk",
        title="Milk production, 1962 to 1975",
        source="Cryer (1986); darts",
        licence="Apache-2.0",
        unit="pounds per cow",
        frequency="MS",
        seasonalities=(12,),
        loader=readers.monthly,
        files=(
            _darts_file(
                "datasets/monthly-milk.csv",
                "2f05b2188e47010e588c3e2789f87b5b5a0b510c2c6a3a856a6d7b4b3974241e",
            ),
        ),
    ),
)
