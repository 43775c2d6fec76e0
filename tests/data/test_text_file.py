"""No row vanishes between two quotes; line breaks within quotes are legal in files of any size."""

import gzip

import pyarrow as pa
import pytest
from fakes.own_tables import X, Y, read, refused, written


def lines(count: int = 200) -> list[str]:
    """A number, a word, a square, one of two words."""
    return [f"{n},w{n % 3},{n * n},{'ab'[n % 2]}" for n in range(count)]


def saved(folder, rows: list[str], end: str = "\n"):
    path = folder / "table.csv"
    path.write_text(end.join(["i,w,y,c", *rows]) + end, encoding="utf-8", newline="")
    return path


CLOSED = "two quotes make one row of lines 52 to 92, each of which would be a row by itself; remove the quotes"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({121: '121,w1,14641,"b'}, "a quote of the row in line 123 is not closed; remove it, or write it twice"),
        ({121: '"121,w1,14641,b'}, "a quote of the row in line 123 is not closed"),
        ({199: '199,w1,14641,"'}, "a quote of the row in line 201 is not closed"),
        (
            {50: '50,"w2,2500,a', 90: '90,"w0,8100,a'},
            "a quote ends a word in the middle, in line 92, in a row that begins in l",
        ),
        ({50: '50,",2500,a', 90: '90,",8100,a'}, CLOSED),
        ({50: '50,"w2,2500,a', 90: '90,w0",8100,a'}, CLOSED),
        ({50: '50,w2,2500,"a', 90: '90,w0,8100,a"'}, CLOSED),
        ({50: '50,"w2,2500,a', 90: '90,"w0",8100,a'}, "a quote ends a word in the middle, in line 92"),
        ({50: '50,"w"2,2500,a'}, "a quote ends a word in the middle, in line 52; remove it"),
        ({50: '50,"w2,2500', 51: 'a",w0,2601,b'}, "cannot be read: CSV parse error: Row #52: Expected 4 columns, got"),
        (
            {50: "50,w2,2500,a,x"},
            "cannot be read: CSV parse error: Row #52: Expected 4 columns, got 5: 50,w2,2500,a,x; save",
        ),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_stray_quote_is_named_with_its_line(tmp_path, changes, message, end):
    rows = lines()
    for row, line in changes.items():
        rows[row] = line
    assert refused(saved(tmp_path, rows, end)).startswith(f"file: {message}")


def test_a_quote_that_swallows_a_large_file(tmp_path):
    rows = lines(20_000)
    rows[100] = '100,"w1,10000,a'
    assert refused(saved(tmp_path, rows)).startswith("file: a quote of the row in line 102 is not closed within")
    long = saved(tmp_path, lines())
    long.write_text(long.read_text().replace("w", "w" * 200_000, 1))
    assert refused(long).startswith("file: cannot be read: field larger than field limit")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("count", [20, 8_000], ids=["small", "larger than a block"])
def test_a_line_break_within_quotes_is_legal_and_told(tmp_path, count, end):
    rows = [
        f'{n},"w{n % 3}, or{end}""so""{"." * 200}",{n * n},{"ab"[n % 2]}' if n % 4 else f"{n},w,{n * n},a"
        for n in range(count)
    ]
    table = read(saved(tmp_path, rows, end))
    assert table.target[:, 0].tolist() == [n * n for n in range(count)]
    assert set(table.feature_names[1:-1]) == {"w = w", *(f'w = w{n}, or{end}"so"{"." * 200}' for n in range(3))}
    (remark,) = table.remarks
    assert remark == f"{3 * count // 4:,} rows have a line break within quotes, the first begins in line 3 of the file."


def test_a_line_break_in_a_table_of_two_columns(tmp_path):
    """Each of its lines has one comma, as the rows have; but Town is no number."""
    path = tmp_path / "table.csv"
    path.write_text("address,y\n" + "".join(f'"Street {n % 3}, Town\nLand",{n}\n' for n in range(12)))
    assert read(path).feature_names[0] == "address = Street 0, Town\nLand"
    path.write_text("y,address\n" + "".join(f'{n},"Street {n % 3}\nTown, Land"\n' for n in range(12)))
    assert len(read(path).remarks) == 1


def test_quotes_that_are_no_quotation(tmp_path):
    rows = lines()
    rows[50], rows[51], rows[52] = '50,5" pipe,2500,a', '51,"say ""w""",2601,b', '52,"w0",2704,"a"'
    table = read(saved(tmp_path, rows))
    assert table.feature_names == ("i", 'w = 5" pipe', 'w = say "w"', "w = w0", "w = w1", "w = w2", "c = b")
    assert table.remarks == ()


def test_a_row_longer_than_a_block(tmp_path):
    path, cell = tmp_path / "wide.csv", "long text " * 11_000
    heads = ",".join(f"c{n}" for n in range(11))
    path.write_text(f"x,y,{heads}\n" + "".join(f"{n},{n * n},{f'{cell},' * 10}{cell}\n" for n in range(12)))
    assert read(path, features=("x",)).target[:, 0].tolist() == [n * n for n in range(12)]


def test_more_rows_than_can_be_used_are_not_read(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("x,y\n" + "1,2\n" * 1_000_001 + '"')
    assert refused(path) == "file: more than 1,000,000 rows below the header; 10 to 1,000,000 can be used"
    path.write_text("x,y\n" + "1,2\n\n3,4\r\n\r\n" * 10)
    assert len(read(path).target) == 20


@pytest.mark.parametrize(("ending", "pack"), [("csv.gz", "gzip"), ("tsv.gz", "gzip"), ("csv.zst", "zstd")])
def test_a_packed_text_is_the_text(tmp_path, ending, pack):
    plain = written(tmp_path, f"table.{ending.partition('.')[0]}", x=X, y=Y, word=["a", 'b "c"', "d\ne"] * 4)
    packed = tmp_path / f"table.{ending}"
    packed.write_bytes(pa.Codec(pack).compress(plain.read_bytes(), asbytes=True))
    assert read(packed).digest == read(plain).digest
    packed.write_bytes(packed.read_bytes()[:-12])
    assert refused(packed).startswith("file: cannot be read: ")
    packed.write_bytes(plain.read_bytes())
    assert refused(packed).endswith(f"it is damaged or not packed by {pack}: pack it again")


def test_a_packed_text_does_not_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("nnjax.data.text_file.MOST_UNPACKED", 1000)
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(b"x,y\n" + b"1,2\n" * 1000))
    assert refused(path).startswith("file: holds more than 0 MB of text; leave out columns, or save it as .parquet")
