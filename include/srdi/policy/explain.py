"""Explanations from the syntax tree, in SQL: of every enterprise what was observed, and by how much it is missed."""

from __future__ import annotations

from collections.abc import Mapping

from srdi.policy.compile import Compiler, list_column, near_columns, score_columns
from srdi.policy.evidence import DETAIL
from srdi.policy.expression import (
    Atom,
    Compare,
    Condition,
    Happened,
    Holds,
    Known,
    NearTitle,
    Not,
    OnList,
    Score,
    Years,
    atoms,
)
from srdi.policy.models import UNITS
from srdi.policy.packset import Parameter
from srdi.policy.words import atom_name


def observed_sql(condition: Condition, compiler: Compiler) -> str:
    """SQL (VARCHAR) of what was observed; several atoms are named, a single one is shown bare."""
    leaves = list(atoms(condition))
    if len(leaves) == 1:
        return _observed_atom(leaves[0], compiler)
    named = [
        f"{compiler.binds.text(atom_name(leaf, compiler.facts) + ' ')} || {_observed_atom(leaf, compiler)}"
        for leaf in leaves
    ]
    return "concat_ws('；', " + ", ".join(named) + ")"


def _observed_atom(atom: Atom, compiler: Compiler) -> str:
    if not isinstance(atom, Holds | Compare):
        return _observed_block(atom, compiler)
    if isinstance(atom, Holds):
        shown = f"CASE WHEN e.\"{atom.fact}\" THEN '是' WHEN NOT e.\"{atom.fact}\" THEN '否' ELSE '不详' END"
        detail = DETAIL.get(atom.fact)
        return (
            shown
            if detail is None
            else f"{shown} || COALESCE('（' || CAST(e.\"{detail}\" AS TEXT) || '）', '')"
        )
    if atom.over is not None:
        return f"COALESCE({_plain(compiler.share(atom.fact, atom.over))}, '不详')"
    value = f'e."{atom.fact}"'
    decimal = compiler.facts[atom.fact].type in ("money", "ratio", "decimal")
    return f"COALESCE({_plain(value) if decimal else f'CAST({value} AS TEXT)'}, '不详')"


def _observed_block(atom: Atom, compiler: Compiler) -> str:
    match atom:
        case Known(fact):
            return f"CASE WHEN e.\"{fact}\" IS NULL THEN '无' ELSE '有' END"
        case Years():
            return f"COALESCE({_plain(compiler.years_sql(atom))}, '不详')"
        case Happened(fact):
            return f"COALESCE(CAST(e.\"{fact}\" AS TEXT), '无记录')"
        case Score(score):
            low, high = (_plain(f'e."{name}"') for name in score_columns(score))
            return f"CASE WHEN {low} = {high} THEN {low} ELSE {low} || '～' || {high} END || ' 分'"
        case OnList(measure):
            listed = f'e."{list_column(measure)}"'
            return f"CASE WHEN {listed} THEN '在名单' WHEN NOT {listed} THEN '不在名单' ELSE '待核实' END"
        case NearTitle(title):
            missing, unknown = (f'e."{name}"' for name in near_columns(title))
            short = f"'差 ' || CAST({missing} AS TEXT) || ' 项'"
            dark = (
                f"CASE WHEN {unknown} > 0 THEN '，另有 ' || CAST({unknown} AS TEXT) || ' 项不详' ELSE '' END"
            )
            return f"COALESCE({short} || {dark}, '没有可用的标准')"
    raise TypeError(atom)


def _plain(number: str) -> str:
    """A decimal as text without trailing zeros."""
    return f"rtrim(rtrim(CAST({number} AS TEXT), '0'), '.')"


def distance_sql(condition: Condition, compiler: Compiler, parameters: Mapping[str, Parameter]) -> str:
    """SQL (DECIMAL(18, 6)) of the margin: positive kept with room, negative missing by so much.

    In the unit of the fact (a ratio for quotients, days for dates). NULL for flags, for groups of more
    than one atom (their units do not add up), when unknown, and where it does not fit the type.
    """
    sign = 1
    while isinstance(condition, Not):
        condition, sign = condition.part, -sign
    leaves = list(atoms(condition))
    atom = leaves[0]
    if len(leaves) != 1 or not isinstance(atom, Compare | Years | Score):
        return "CAST(NULL AS DECIMAL(18, 6))"
    if isinstance(atom, Score):
        return _score_distance(atom, compiler, parameters)
    held = UNITS[parameters[atom.parameter].unit][0]
    bound = compiler.parameter(parameters[atom.parameter]).sql(dialect="duckdb")
    if held == "date":
        gap = f'CAST(e."{atom.fact}" - {bound} AS DECIMAL(38, 6))'
    elif isinstance(atom, Years):
        if atom.way == "compound":
            # what is observed is the growth of both years together; so is the bound
            bound = f"CAST((1 + {bound}) * (1 + {bound}) - 1 AS DECIMAL(38, 6))"
        gap = f"CAST({compiler.years_sql(atom)} AS DECIMAL(38, 6)) - CAST({bound} AS DECIMAL(38, 6))"
    elif held in ("ratio", "money", "integer", "decimal"):
        value = compiler.share(atom.fact, atom.over) if atom.over else f'e."{atom.fact}"'
        gap = f"CAST({value} AS DECIMAL(38, 6)) - CAST({bound} AS DECIMAL(38, 6))"
    else:
        return "CAST(NULL AS DECIMAL(18, 6))"
    if atom.op in ("==", "!="):
        gap, sign = f"abs({gap})", sign if atom.op == "!=" else -sign
    elif atom.op in ("<=", "<"):
        sign = -sign
    return f"TRY_CAST({'-' if sign < 0 else ''}({gap}) AS DECIMAL(18, 6))"


def _score_distance(atom: Score, compiler: Compiler, parameters: Mapping[str, Parameter]) -> str:
    """From the bound that decided: the least points when they suffice, the most when even they do not."""
    bound = compiler.parameter(parameters[atom.parameter]).sql(dialect="duckdb")
    low, high = (f'e."{name}"' for name in score_columns(atom.score))
    return (
        f"TRY_CAST(CASE WHEN {low} >= {bound} THEN {low} - {bound} WHEN {high} < {bound} THEN {high} - {bound} END"
        " AS DECIMAL(18, 6))"
    )
