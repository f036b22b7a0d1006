"""The forms in which loggers, control systems and spreadsheets write are opened as they are."""

import pytest

from tests.sourcedata.importing.files.builders import rows, tables, write

OEM = (
    "Datum;Anlage;Windgeschwindigkeit Ø [m/s];Leistung Ø [kW];Windrichtung [°]\r\n"
    "30.03.2024 00:00:00;WEA 01;7,4;1.012,5;182,4\r\n30.03.2024 00:10:00;WEA 01;-;-;-\r\n"
)
TOA5 = (
    '"TOA5","MAST1","CR1000","12345","CR1000.Std.32.05","CPU:mast.CR1","1234","TenMin"\r\n'
    '"TIMESTAMP","RECORD","WS_80m_Avg","WD_78m"\r\n"TS","RN","m/s","Deg"\r\n"","","Avg","WVc"\r\n'
    '"2016-01-09 23:50:00",143,6.5,30.5\r\n"2016-01-10 00:00:00",144,6.75,"NAN"\r\n'
)
GREENBYTE = (
    "# Exported by a platform\n#\n# Zone: UTC\n#\n"
    '# Date and time,Wind speed (m/s),"Wind speed, Standard deviation (m/s)",Wind direction (°)\n'
    "2016-01-03 00:00:00,NaN,NaN,NaN\n2016-01-03 00:10:00,5.25,0.612,188.5\n"
)
WINDOGRAPHER = (
    "Made 03-02-2024 by a program\n\nLat = N 1.0\nCalm = 0 m/s\n\nFlags in: none\n\n"
    "Date/Time\tSpd80m\tDir78m\n09/01/2016 15:30:00\t7.5\t101.5\n10/01/2016 00:00:00\t8.5\t1\n"
)
SYMPHONIE = (
    "SymphoniePRO Desktop 1.0\n\nExport Parameters\nTime Zone\tUTC+01:00\n\nData\n\n"
    "Timestamp\tCh1_Avg_m/s\n2025-01-01 00:00:00\t7.2\n2025-01-01 00:10:00\t7.4\n"
)
UTF16 = "PCTimeStamp\tAmb_WindSpeed_Avg\r\n2024-01-01 00:10:00\t7.4\r\n2024-01-01 00:20\t7.9\r\n"
PI = (
    "Time,WTG01.WindSpeed\n01-Mar-24 00:00:00,7.4\n"
    "01-Mar-24 00:02:00,[-11059] No Good Data For Calculation\n"
)

FORMS = {
    "a control system of another language": (
        OEM.encode("cp1252"), ["Datum", "Windgeschwindigkeit Ø [m/s]", "Windrichtung [°]"],
        [("30.03.2024 00:00:00", "7,4", "182,4"), ("30.03.2024 00:10:00", "-", "-")], 2,
    ),
    "a logger": (
        TOA5.encode(), ["TIMESTAMP", "WS_80m_Avg", "WD_78m"],
        [("2016-01-09 23:50:00", "6.5", "30.5"), ("2016-01-10 00:00:00", "6.75", "NAN")], 5,
    ),
    "a platform": (
        GREENBYTE.encode(), ["Date and time", "Wind speed (m/s)", "Wind direction (°)"],
        [("2016-01-03 00:00:00", "NaN", "NaN"), ("2016-01-03 00:10:00", "5.25", "188.5")], 6,
    ),
    "a wind program": (
        WINDOGRAPHER.encode(), ["Date/Time", "Spd80m"],
        [("09/01/2016 15:30:00", "7.5"), ("10/01/2016 00:00:00", "8.5")], 9,
    ),
    "a logger with channels": (
        SYMPHONIE.encode(), ["Timestamp", "Ch1_Avg_m/s"],
        [("2025-01-01 00:00:00", "7.2"), ("2025-01-01 00:10:00", "7.4")], 9,
    ),
    "Unicode text": (
        UTF16.encode("utf-16"), ["PCTimeStamp", "Amb_WindSpeed_Avg"],
        [("2024-01-01 00:10:00", "7.4"), ("2024-01-01 00:20", "7.9")], 2,
    ),
    "a historian": (
        PI.encode(), ["Time", "WTG01.WindSpeed"],
        [("01-Mar-24 00:00:00", "7.4"),
         ("01-Mar-24 00:02:00", "[-11059] No Good Data For Calculation")], 2,
    ),
    "a day and a time apart": (
        b"Date,Time,ws\n2024-06-03,00:00:00,5\n", ["Date", "Time", "ws"],
        [("2024-06-03", "00:00:00", "5")], 2,
    ),
    "names of fixed length": (
        b"t,time,ws\nWEA 01    ,2024-06-03 00:00,5\n", ["time", "t"],
        [("2024-06-03 00:00", "WEA 01    ")], 2,
    ),
    "a separator at the end of each row": (
        b"time,ws\n2024-06-03 00:00,5,\n2024-06-03 00:01,,\n", ["time", "ws"],
        [("2024-06-03 00:00", "5"), ("2024-06-03 00:01", "")], 2,
    ),
    "a separator at the end of the header": (
        b"time,ws,\n2024-06-03 00:00,5\n", ["time", "ws"], [("2024-06-03 00:00", "5")], 2,
    ),
    "a byte order mark": (
        "\ufeffTimestamp,Spd\r\n09/01/2016 15:30,7.5".encode(), ["Timestamp", "Spd"],
        [("09/01/2016 15:30", "7.5")], 2,
    ),
    "words instead of numbers": (
        b"time,ws\n2024-06-01 00:01,NULL\n2024-06-01 24:00,-1.#IND\n", ["time", "ws"],
        [("2024-06-01 00:01", "NULL"), ("2024-06-01 24:00", "-1.#IND")], 2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_opened_without_being_named(tmp_path, form) -> None:
    content, wanted, expected, first_line = FORMS[form]
    path = write(tmp_path, content)
    assert rows(path, *wanted) == expected
    (table,) = tables(path, *wanted)
    assert table.place(0) == f"line {first_line}"
