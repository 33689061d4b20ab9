"""One line a figure: name, value, bar, ok or short, tab-separated."""


def show(name: str, value: float, *, bar: float, unit: str, at_most: bool = False) -> bool:
    """Print a measured figure beside its bar; returns whether it is met."""
    met = value <= bar if at_most else value >= bar
    print(
        f"{name}\t{value:,.0f} {unit}\t{'≤' if at_most else '≥'} {bar:,.0f} {unit}\t{'ok' if met else 'short'}",
        flush=True,
    )
    return met


def tell(name: str, value: float, *, unit: str) -> None:
    """Print a figure of the machine itself, to read the others by; it has no bar."""
    print(f"{name}\t{value:,.0f} {unit}\t–\tok", flush=True)
