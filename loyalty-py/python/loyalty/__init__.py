"""The loyalty rules language: a program text in, exact and explained decisions out."""

from collections.abc import Mapping

from loyalty._core import (
    BroadcastEstimate,
    Decision,
    Diagnostic,
    EventError,
    Explanation,
    Leaderboard,
    Member,
    Migration,
    Outcome,
    Program,
    Quote,
    Record,
    Replay,
    Report,
    RulesError,
    StateError,
    Table,
    View,
    __version__,
    event_head,
    format,
    magento,
    shopify,
    whatsapp,
    woocommerce,
)

__all__ = [
    "BroadcastEstimate",
    "Decision",
    "Diagnostic",
    "EventError",
    "Explanation",
    "Leaderboard",
    "Member",
    "Migration",
    "Outcome",
    "Program",
    "Quote",
    "Record",
    "Replay",
    "Report",
    "RulesError",
    "StateError",
    "Table",
    "View",
    "__version__",
    "event_head",
    "format",
    "magento",
    "shopify",
    "whatsapp",
    "woocommerce",
]

# So that `match` looks into records by their keys, and a list of them is a table to pandas.
Mapping.register(Record)
