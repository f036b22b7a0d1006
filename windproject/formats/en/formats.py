"""Days as 2025-08-31, times of 24 hours."""

DATE_INPUT_FORMATS = ["%Y-%m-%d"]
DATE_FORMAT = SHORT_DATE_FORMAT = "Y-m-d"
TIME_FORMAT = "H:i:s"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "Y-m-d H:i:s"
