"""Numbers for people."""


def short(number):
    """Three digits that mean something: 1.52 M, 18.4 k, 0.67."""
    for factor, letter in ((1e6, " M"), (1e4, " k")):
        if abs(number) >= factor:
            number, unit = number / (1e3 if letter == " k" else factor), letter
            break
    else:
        unit = ""
    decimals = 2 if abs(number) < 10 else 1 if abs(number) < 100 else 0
    text = f"{number:.{decimals}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + unit


def spread_text(spread, unit=""):
    """Median (least to most); empty where nothing was measured."""
    if not spread:
        return ""
    median = short(spread.median) + unit
    if len(spread.values) == 1 or spread.least == spread.most:
        return median
    return f"{median} ({short(spread.least)} to {short(spread.most)})"
