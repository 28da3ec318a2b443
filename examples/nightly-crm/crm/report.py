"""What the night came to: one page with four pictures, made of the database alone, so that it can be made again."""

from __future__ import annotations

import collections
import contextlib
import datetime as dt
import html
import itertools
import pathlib
from decimal import Decimal
from typing import Any

import loyalty
import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402

from .progress import bar  # noqa: E402
from .store import Store, text_of  # noqa: E402

INK, PALE = "#1f3a5f", "#d9dee6"
SERIES = {"earned": "#2a7f62", "expired": "#c05746", "spent": "#3f6fb0", "clawed_back": "#e0a030"}
REASONS = {
    "no_consent": "never agreed",
    "withdrawn": "has withdrawn",
    "outside_segment": "outside of the segment",
    "at_most": "heard enough this week",
    "at_most_in_total": "beyond what may be mailed a day",
}


def write(store: Store, program: loyalty.Program, now: dt.datetime, folder: pathlib.Path, batch: int = 500) -> pathlib.Path:
    """The page, beside its pictures. The same database and instant give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    night = text_of(now)
    sums = _sums(store, program, now, batch)
    pictures = [
        _points_by_month(store, folder / "points-by-month.png"),
        _expiring(sums, now, folder / "expiring.png"),
        _groups(sums, folder / "groups.png"),
        *(_campaign(name, found, folder / f"campaign-{number}.png") for number, (name, found) in enumerate(store.campaigns(night), 1)),
    ]
    page = folder / "report.html"
    page.write_text(_page(store, program, now, sums, pictures), encoding="utf-8")
    return page


def _amounts() -> dict[str, Decimal]:
    return collections.defaultdict(Decimal)


class Sums:
    """What all members have together."""

    def __init__(self) -> None:
        self.members = 0
        self.wallets: dict[str, dict[str, Decimal]] = collections.defaultdict(_amounts)
        self.expiring: dict[tuple[int, int], Decimal] = collections.defaultdict(Decimal)
        self.levels: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
        self.segments: collections.Counter[str] = collections.Counter()


def _sums(store: Store, program: loyalty.Program, now: dt.datetime, batch: int) -> Sums:
    sums, after = Sums(), ""
    with bar(store.count_members(), "report") as progress:
        while rows := store.members(after, batch, hold=False):
            for row in rows:
                with contextlib.suppress(loyalty.StateError):  # it is among the troubles
                    _add(sums, program.view(program.load(row.state), now))
            after = rows[-1].id
            progress(len(rows))
    return sums


def _add(sums: Sums, view: loyalty.View) -> None:
    sums.members += 1
    for name, wallet in view.wallets.items():
        for key in ("available", "pending", "issued", "spent", "expired", "clawed_back", "debt"):
            sums.wallets[name][key] += wallet[key]
        for part in wallet["expiring"]:
            # Until the midnight that ends the last day: the month is that of the day before.
            last = part["expires_at"] - dt.timedelta(seconds=1)
            sums.expiring[last.year, last.month] += part["amount"]
    for ladder, standing in view["tiers"].items():
        sums.levels[ladder][standing["level"] or "none"] += 1
    for segment in view["segments"]:
        sums.segments[segment] += 1


# --- Pictures ---------------------------------------------------------------------------------------------------------


def _figure(title: str, height: float = 3.2) -> tuple[Any, Any]:
    figure, axes = plt.subplots(figsize=(8, height), layout="constrained")
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold", color=INK)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(colors=INK, labelsize=9)
    return figure, axes


def _save(figure: Any, path: pathlib.Path) -> tuple[str, str]:
    # Without the name of the library's version the bytes are the same on every run.
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)
    return path.name, path.stem


def _thousands(axis: Any) -> None:
    axis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _points_by_month(store: Store, path: pathlib.Path) -> tuple[str, str]:
    months: dict[str, dict[str, Decimal]] = collections.defaultdict(_amounts)
    for at, kind, amount in store.rows("SELECT substr(at, 1, 7), kind, amount FROM ledger WHERE wallet = 'points'"):
        months[at][kind] += Decimal(amount)
    names = sorted(months)
    shown = [kind for kind in SERIES if any(months[name][kind] for name in names)]
    figure, axes = _figure("Points by month")
    width = 0.8 / max(1, len(shown))
    for number, kind in enumerate(shown):
        places = [place + (number - (len(shown) - 1) / 2) * width for place in range(len(names))]
        axes.bar(places, [float(months[name][kind]) for name in names], width, color=SERIES[kind], label=kind.replace("_", " "))
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right")
    _thousands(axes.yaxis)
    axes.legend(frameon=False, fontsize=9, loc="lower right", bbox_to_anchor=(1, 1), ncols=len(SERIES))
    return _save(figure, path)


def _expiring(sums: Sums, now: dt.datetime, path: pathlib.Path) -> tuple[str, str]:
    figure, axes = _figure("Points that run out, by the month")
    months = sorted(sums.expiring)
    axes.bar([f"{year}-{month:02}" for year, month in months], [float(sums.expiring[key]) for key in months], color=SERIES["expired"])
    _thousands(axes.yaxis)
    return _save(figure, path)


def _groups(sums: Sums, path: pathlib.Path) -> tuple[str, str]:
    groups = [group for levels in sums.levels.values() for group in _by_size(levels)]
    segments = _by_size(sums.segments)
    figure, axes = _figure(f"Levels and segments of {sums.members:,} members", height=0.9 + 0.36 * (len(groups) + len(segments)))
    names = [name for name, _ in [*groups, *segments]]
    counts = [count for _, count in [*groups, *segments]]
    colours = [INK] * len(groups) + [SERIES["spent"]] * len(segments)
    bars = axes.barh(names, counts, color=colours)
    axes.bar_label(bars, [f" {count:,}" for count in counts], fontsize=9, color=INK)
    axes.invert_yaxis()
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    return _save(figure, path)


def _by_size(counts: collections.Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _campaign(name: str, found: dict[str, Any], path: pathlib.Path) -> tuple[str, str]:
    estimate = found["estimate"]
    parts = [("hears it", estimate["now"], SERIES["earned"]), ("hears it later", estimate["later"], SERIES["clawed_back"])]
    parts += [(REASONS.get(reason, reason.replace("_", " ")), count, PALE) for reason, count in estimate["suppressed"].items()]
    parts += [(f"refused: {reason}", count, SERIES["expired"]) for reason, count in estimate["refused"].items()]
    parts = [part for part in parts if part[1]]
    figure, axes = _figure(f"Campaign {name}: {estimate['members']:,} members", height=0.9 + 0.36 * len(parts))
    bars = axes.barh([title for title, _, _ in parts], [count for _, count, _ in parts], color=[colour for _, _, colour in parts])
    axes.bar_label(bars, [f" {count:,}" for _, count, _ in parts], fontsize=9, color=INK)
    axes.invert_yaxis()
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    return _save(figure, path)


# --- The page ---------------------------------------------------------------------------------------------------------

STYLE = """body { font: 15px/1.5 system-ui, sans-serif; color: #1f2933; max-width: 52rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; color: #1f3a5f } h2 { font-size: 1.1rem; color: #1f3a5f; margin-top: 2rem }
table { border-collapse: collapse } td, th { padding: .2rem .9rem .2rem 0; text-align: left } td.n, th.n { text-align: right }
th { border-bottom: 1px solid #d9dee6; font-weight: 600 } img { max-width: 100%; height: auto }"""


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    def cell(tag: str, value: Any) -> str:
        if isinstance(value, int | Decimal):
            return f'<{tag} class="n">{value:,}</{tag}>'
        return f"<{tag}>{html.escape(str(value))}</{tag}>"

    # A head stands over its column: to the right over numbers.
    numbers = [bool(rows) and isinstance(value, int | Decimal) for value in (rows[0] if rows else head)]
    top = "".join(f'<th{" class=n" if number else ""}>{html.escape(title)}</th>' for title, number in zip(head, numbers, strict=True))
    body = "".join(f"<tr>{''.join(cell('td', value) for value in row)}</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{body}</table>"


def _page(store: Store, program: loyalty.Program, now: dt.datetime, sums: Sums, pictures: list[tuple[str, str]]) -> str:
    night = text_of(now)
    decided = store.rows("SELECT what, count FROM decided WHERE night = ? ORDER BY what", night)
    troubles = store.rows("SELECT member, error FROM trouble WHERE night = ? ORDER BY member", night)
    mailed = store.rows("SELECT count(*) FROM outbox WHERE night = ?", night)[0][0]
    wallets = [
        (name, *(wallet[key] for key in ("available", "pending", "issued", "spent", "expired"))) for name, wallet in sorted(sums.wallets.items())
    ]
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{html.escape(program.title)}, {now.day} {now:%B %Y}</title><style>{STYLE}</style>",
        f"<h1>{html.escape(program.title)}: the night of {now.day} {now:%B %Y}</h1>",
        f"<p>{sums.members:,} members. {mailed:,} messages wait to be mailed. Everything is as of {now:%Y-%m-%d %H:%M} UTC.</p>",
        "<h2>What members have</h2>",
        _table(("wallet", "available", "pending", "issued", "spent", "expired"), wallets),
        *(f'<p><img src="{name}" alt="{html.escape(stem)}"></p>' for name, stem in pictures),
        "<h2>What the night decided</h2>",
        _table(("what", "how often"), [(what, int(count)) for what, count in decided]) if decided else "<p>Nothing was due.</p>",
        *(["<h2>Members to be looked at</h2>", _table(("member", "what is wrong"), troubles)] if troubles else []),
    ]
    return "\n".join(itertools.chain(parts, ["</html>", ""]))
