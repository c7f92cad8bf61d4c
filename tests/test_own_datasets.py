"""The user's own series: columns found or named, rows put in order, and errors that say what to give."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from darts import TimeSeries

from harmonic_forecasters.datasets import own_dataset
from harmonic_forecasters.datasets.frequency import fill_index, infer_frequency, season_of

HOURS = pd.date_range("2024-03-01", periods=60, freq="h")
VALUES = np.arange(60.0) ** 2
SERIES = pd.Series(VALUES, HOURS, name="sold")
TABLE = pd.DataFrame({"when": HOURS.astype(str), "sold": VALUES})


def only(data, **options) -> pd.Series:
    (series,) = own_dataset(data, **options).series.values()
    return series


def as_frame_with_stamps_as_text() -> pd.DataFrame:
    return SERIES.rename_axis("when").set_axis(HOURS.astype(str)).to_frame()


FORMS = {
    "series": SERIES,
    "frame": SERIES.to_frame(),
    "stamps in a column": TABLE,
    "numbers of rows": TABLE.assign(id=range(60)),
    "stamps as text in the index": as_frame_with_stamps_as_text(),
    "one value column among others": TABLE.assign(weather="fair", y=VALUES).drop(columns="sold"),
    "time zone": SERIES.tz_localize("UTC"),
    "local clock": SERIES.tz_localize("UTC").tz_convert("Australia/Sydney"),
    "index before columns": SERIES.to_frame().assign(date="2020-01-01").rename_axis("stamp"),
    "panel of other names": pd.concat({7: SERIES.to_frame("y").assign(id=3)}, names=["shop", "hour"]),
    "periods": SERIES.to_period("h"),
    "shuffled": TABLE.sample(frac=1.0, random_state=0),
    "panel of one": pd.concat({"sold": SERIES.rename("value").to_frame()}),
    "darts": TimeSeries.from_series(SERIES),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_same_series_is_the_same_series(form):
    series = only(FORMS[form])
    np.testing.assert_array_equal(series, SERIES)
    pd.testing.assert_index_equal(series.index, HOURS.rename("time"))
    assert own_dataset(FORMS[form]).seasonality == 24


@pytest.mark.parametrize("ending", ["csv", "CSV", "parquet"])
def test_a_file_is_its_table(tmp_path, ending):
    path = tmp_path / f"sales.{ending}"
    if ending == "parquet":
        TABLE.to_parquet(path)
    else:
        # With a column of row numbers, as pandas writes it.
        TABLE.to_csv(path)
    assert own_dataset(path) == own_dataset(str(path)) == own_dataset(TABLE)
    assert str(own_dataset(path)) == path.name


@pytest.mark.parametrize(("separator", "decimal"), [(",", "."), ("\t", "."), (";", ",")])
def test_files_of_every_spreadsheet_can_be_read(tmp_path, separator, decimal):
    path = tmp_path / "sales.csv"
    table = TABLE.assign(sold=VALUES + 0.5)
    table.to_csv(path, index=False, sep=separator, decimal=decimal, encoding="utf-8-sig")
    np.testing.assert_array_equal(only(path), VALUES + 0.5)


@pytest.mark.parametrize("frequency", ["15min", "h", "4h", "D", "B", "W-WED", "MS", "ME", "QE-NOV", "YS-JAN"])
def test_missing_rows_become_missing_values_whatever_the_frequency(frequency):
    stamps = pd.date_range("2021-03-01", periods=40, freq=frequency)
    kept = np.delete(np.arange(40), [4, 11, 12, 30])
    series = only(pd.Series(np.arange(40.0)[kept], stamps[kept]))
    pd.testing.assert_index_equal(series.index, stamps.rename("time"))
    assert series.index.freq is not None
    assert series.dropna().tolist() == kept.tolist()


@pytest.mark.parametrize(
    ("frequency", "season"),
    [
        ("h", 24),
        ("30min", 48),
        ("15min", 96),
        ("D", 7),
        ("B", 5),
        ("W", 52),
        ("MS", 12),
        ("ME", 12),
        ("QS", 4),
        ("2MS", 6),
        ("YE", 1),
        ("s", 1),
        ("7min", 1),
        ("5D", 1),
    ],
)
def test_the_season_follows_from_the_frequency(frequency, season):
    stamps = pd.date_range("2020-01-01", periods=50, freq=frequency)
    assert season_of(frequency) == own_dataset(pd.Series(np.ones(50), stamps)).seasonality == season


def test_whole_numbers_count_samples():
    series = only(pd.DataFrame({"year": [1990, 1996, 1992], "caught": [1, 4, 2]}))
    assert isinstance(series.index, pd.RangeIndex)
    assert series.fillna(-1).tolist() == [1, 2, -1, 4]
    assert only(pd.Series([1.0, 2.0], index=[3, 5])).tolist() == [1, 2]
    assert only(pd.DataFrame({"caught": [3, 1, 2]})).tolist() == [3, 1, 2]
    days = only(pd.DataFrame({"date": [20240228, 20240229, 20240301, 20240302], "n": range(4)}))
    assert days.index.freqstr == "D"
    steps = only(pd.DataFrame({"step": [20000000, 20000001, 20000003], "n": range(3)}))
    assert isinstance(steps.index, pd.RangeIndex)


@pytest.mark.parametrize(
    "form", ["%d.%m.%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%Y-%m-%d", "%d-%m-%Y %H:%M"]
)
def test_dates_are_read_as_days_or_months_first_as_is_possible(form):
    days = pd.date_range("2024-01-01", periods=40)
    (series,) = own_dataset(pd.DataFrame({"day": days.strftime(form), "n": 1.0})).series.values()
    pd.testing.assert_index_equal(series.index, days.rename("time"))


def test_a_local_clock_is_read_by_its_offset_and_days_start_at_local_midnight():
    hours = pd.date_range("2024-10-26", periods=60, freq="h", tz="Europe/Berlin")
    text = only(pd.DataFrame({"time": [stamp.isoformat() for stamp in hours], "n": 1.0}))
    assert text.notna().all()
    assert text.index[0] == hours[0].tz_convert("UTC").tz_localize(None)
    days = pd.date_range("2024-10-20", periods=20, freq="D", tz="Europe/Berlin")
    assert only(pd.Series(np.ones(20), days)).index[0] == pd.Timestamp("2024-10-20")


def test_a_table_may_hold_many_series():
    long = pd.concat([TABLE.assign(shop=shop, sold=VALUES + shop) for shop in (1, 2)])
    own = own_dataset(long, series="shop")
    assert list(own.series) == ["1", "2"]
    np.testing.assert_array_equal(own.series["2"], VALUES + 2)
    assert own == own_dataset(long.rename(columns={"shop": "unique_id"}))
    wide = pd.DataFrame({"a": SERIES, "b": SERIES.where(SERIES > 100)})
    own = own_dataset(wide, value=["a", "b"])
    assert own == own_dataset(TimeSeries.from_dataframe(wide))
    # The shorter one begins where its values do.
    assert [len(one) for one in own.series.values()] == [60, 49]
    assert (
        own_dataset(wide.set_axis([0, 1], axis="columns"), value=1).series["1"].tolist()
        == VALUES[11:].tolist()
    )
    both = own_dataset(long.assign(price=1.0), series="shop", value=["sold", "price"])
    assert list(both.series) == ["1 sold", "1 price", "2 sold", "2 price"]


def test_equality_is_that_of_the_content_and_survives_pickling():
    own = own_dataset(SERIES)
    assert pickle.loads(pickle.dumps(own)) == own
    changed = [SERIES + 1e-12, SERIES.rename("bought"), SERIES.shift(freq="D"), SERIES.iloc[1:]]
    assert all(own_dataset(other) != own for other in changed)


def rows(**columns) -> pd.DataFrame:
    n_rows = len(next(iter(columns.values())))
    return pd.DataFrame({"time": HOURS[:n_rows].astype(str)} | columns)


@pytest.mark.parametrize(
    ("table", "options", "sentence"),
    [
        (TABLE, {"value": "sales"}, "value must be one of the columns when, sold, got 'sales'"),
        (TABLE, {"value": []}, "value must be a column, or a list of at least one, got \\[\\]"),
        (TABLE, {"time": "date"}, "time must be one of the columns when, sold, got 'date'"),
        (TABLE, {"series": "shop"}, "series must be one of the columns when, sold, got 'shop'"),
        (rows(a=[1, 2], b=[1, 2]), {}, "one column must hold the values, but a, b may be it: .* value"),
        (TABLE[["when"]], {}, "one column must hold the values, but there is no other column"),
        (
            pd.DataFrame({"a": [1, 2], "b": [3, 4]}),
            {},
            "one column must hold the times, but none of a, b does: name it with the option time",
        ),
        (
            TABLE.assign(sent=TABLE["when"]),
            {},
            "one column must hold the times, but columns when, sent hold dates: .* option time",
        ),
        (rows(value=["1", "2 kg", "3"]), {}, "column 'value' must hold numbers, got '2 kg' in row 2"),
        (rows(value=[1, np.inf, 3]), {}, "column 'value' must hold numbers, got inf in row 2"),
        (rows(value=[np.nan] * 3), {}, "column 'value' must hold numbers, but is empty"),
        (rows(value=[1, 2, 3]).assign(time=["2024-01-01", "?", "2024-01-03"]), {}, "dates, got '.' in row 2"),
        (rows(value=[1, 2, 3]).assign(time=[0.0, 0.5, 1.0]), {}, "must hold dates or whole .* got 0.5"),
        (rows(value=[1, 2]).assign(time=[pd.NaT, HOURS[0]]), {}, "a time in each row, got NaT in row 1"),
        (
            rows(value=[1, 2]).assign(time=["01/02/2024", "01/03/2024"]),
            {},
            "read one way only, .* got '01/02",
        ),
        (
            pd.concat([TABLE, TABLE.iloc[[7]]]),
            {},
            "column 'when': time 2024-03-01 07:00:00 occurs twice: keep one row per time .* option series",
        ),
        (
            pd.concat([TABLE, TABLE.iloc[[7]]]).assign(shop="north"),
            {"series": "shop"},
            "column 'when': time 2024-03-01 07:00:00 of series 'north' occurs twice: keep one row per time",
        ),
        (TABLE[:2], {}, "column 'when': the frequency cannot be found from 2 time.* option frequency"),
        (TABLE, {"frequency": "hrs"}, "column 'when': frequency must be one of pandas, .* got 'hrs'"),
        (TABLE, {"frequency": "D"}, "times must follow the frequency 'D', got 2024-03-01 01:00"),
        (TABLE, {"frequency": "s"}, "at frequency 's' more than 9 of 10 rows would be missing"),
        (rows(value=[1, 2]).assign(time=[0, 1]), {"frequency": "h"}, "frequency must be None .* got 'h'"),
        (
            rows(value=[1, 2, 3]).assign(time=[0, 1, 10**9]),
            {},
            "times must be nearly regular, got 3 between 0",
        ),
        (
            pd.DataFrame({"time": HOURS + pd.to_timedelta(np.arange(60) ** 2 % 97, "s"), "n": 1.0}),
            {},
            "column 'time': no frequency fits times that are .* apart: .* option frequency",
        ),
        (TABLE[:0], {}, "must have rows and columns, got shape \\(0, 2\\)"),
        (TABLE.set_axis(["a", "a"], axis="columns"), {}, "columns must have different names, got a, a"),
        (TABLE.assign(shop=np.nan), {"series": "shop"}, "column 'shop' must tell the series apart"),
    ],
)
def test_errors_name_the_column_and_what_to_give(table, options, sentence):
    with pytest.raises(ValueError, match=f"a DataFrame: .*{sentence}"):
        own_dataset(table, **options)


def test_files_that_are_none_are_refused(tmp_path):
    for name, content, sentence in (
        ("a.csv", b"", "a.csv must be a csv file: No columns"),
        ("b.csv", b"time,n\n1,2\n1,2,3,4\n", "b.csv must be a csv file: .* line 3"),
        ("c.csv", b"\xff\xfe,n\n1,2\n", "c.csv must be a csv file"),
        ("d.parquet", b"time,n\n", "d.parquet must be a parquet file"),
        ("e.xlsx", b"", "must end in .csv or .parquet, got '.*e.xlsx'"),
        ("f.csv", b"time,n\n0,a\n", "f.csv: column 'n' must hold numbers, got 'a' in row 1"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=sentence):
            own_dataset(tmp_path / name)
    with pytest.raises(ValueError, match=r"must exist, got '.*none\.csv'"):
        own_dataset(tmp_path / "none.csv")
    with pytest.raises(TypeError, match="pandas Series or DataFrame or a darts TimeSeries, got list"):
        own_dataset([1.0, 2.0])
    with pytest.raises(ValueError, match="one sample per time, got 3"):
        own_dataset(TimeSeries.from_values(np.ones((9, 1, 3))))


def test_a_regular_index_has_its_frequency_and_no_other():
    days = pd.date_range("2024-01-01", periods=9)
    assert fill_index(days.delete([3, 4]), infer_frequency(days.delete([3, 4]))).equals(days)
    with pytest.raises(ValueError, match="no frequency fits times that are 29 days"):
        infer_frequency(pd.date_range("2024-01-01", periods=9, freq="MS") + pd.Timedelta(days=14))
