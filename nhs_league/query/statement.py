"""A SELECT as a person wrote it: understood before anything is run.

The engine's SQL can read any file and any address, and can drop tables. So the statement is parsed
here first, and only one that reads the stored tables, and nothing else, is passed on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import ClassVar, TypeVar

from sqlglot import exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.generators.postgres import PostgresGenerator
from sqlglot.tokenizer_core import Token, TokenType

from nhs_league.errors import UsageError
from nhs_league.frozen import frozen

_ADVICE = 'Run "nhsleague query --tables" to see the tables and their columns.'
_BEGINNINGS = (TokenType.SELECT, TokenType.WITH, TokenType.L_PAREN, TokenType.FROM)
_DEEPEST = 1000
"""How deep a statement may be nested; the engine overflows its stack at some ten thousand."""
_CHANGES = (exp.DDL, exp.DML, exp.Command, exp.Into)
_OF_TEXT = (
    exp.EndsWith, exp.Initcap, exp.Left, exp.Length, exp.Like, exp.ILike, exp.Lower,
    exp.RegexpILike, exp.RegexpLike, exp.Replace, exp.Reverse, exp.Right, exp.SplitPart,
    exp.StartsWith, exp.StrPosition, exp.Substring, exp.Trim, exp.Upper,
)  # fmt: skip
"""What the engine does with text only, and not with a quarter."""
Node = TypeVar("Node", bound=exp.Expr)
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In)


class _Engine(Postgres):
    """The engine's SQL: PostgreSQL's, with MySQL's quotes and ``//``."""

    class Tokenizer(Postgres.Tokenizer):
        IDENTIFIERS: ClassVar = ['"', "`"]
        KEYWORDS: ClassVar = {**Postgres.Tokenizer.KEYWORDS, "//": TokenType.DIV}

    class Generator(PostgresGenerator):
        SUPPORTS_MEDIAN = True
        TRANSFORMS: ClassVar = {
            **PostgresGenerator.TRANSFORMS,
            exp.TryCast: PostgresGenerator.trycast_sql,
        }


@frozen
class Statement:
    """A statement that reads the stored tables only.

    Attributes:
        text: the person's words, without comments.
        tree: what they mean.

    """

    text: str
    tree: exp.Expr

    @property
    def has_choice_of_texts(self) -> bool:
        """Whether COALESCE has a text to fall back on, which the engine drops beside a quarter."""
        return any(map(_texts_in, self.tree.find_all(exp.Coalesce)))


def understood(sql: str, tables: Collection[str]) -> Statement:
    """Understand a statement.

    What is passed on is the very words that were understood: comments are left out, and strings
    whose end the engine may see elsewhere are refused.

    Args:
        sql: the statement as typed.
        tables: names of the tables that it may read.

    Raises:
        UsageError: it cannot be understood, is not one SELECT, or reads something else.

    """
    tokens = list(_tokens(sql))
    tree = _tree(tokens, sql)
    changes = tree.find(*_CHANGES)
    if changes is not None or not isinstance(tree, exp.Query):
        raise UsageError("A query can only read. Write a SELECT.", _ADVICE)
    if _is_too_deep(tree):
        raise UsageError(
            "The query is nested too deeply.", "Use IN (…) instead of a long chain of ORs."
        )
    defined = {cte.alias.casefold() for cte in tree.find_all(exp.CTE)}
    for source in tree.find_all(exp.Table, exp.UDTF):
        _check(source, defined | {name.casefold() for name in tables})
    return Statement(_without_comments(tokens, sql), tree)


def with_text_for_quarters(statement: Statement) -> str:
    """Write the statement so that what works on text only gets text: ``quarter LIKE 'Q1%'``."""

    def cast(node: exp.Expr) -> exp.Expr:
        if isinstance(node, _OF_TEXT):
            node.set("this", _as_text(node.this))
        elif isinstance(node, exp.Coalesce | exp.Greatest | exp.Least) and _texts_in(node):
            node.set("this", _as_text(node.this))
            node.set("expressions", [_as_text(each) for each in node.expressions])
        elif isinstance(node, exp.Case) and _texts_in(node):
            for branch in node.args["ifs"]:
                branch.set("true", _as_text(branch.args["true"]))
            if (default := node.args.get("default")) is not None:
                node.set("default", _as_text(default))
        return node

    return statement.tree.copy().transform(cast).sql(dialect=_Engine, comments=False)


def quarters_named(statement: Statement) -> list[str]:
    """List the texts that a column ``quarter`` is compared with."""
    return [
        literal.name
        for comparison in statement.tree.find_all(*_COMPARISONS)
        if any(column.name.casefold() == "quarter" for column in _sides(comparison, exp.Column))
        for literal in _sides(comparison, exp.Literal)
        if literal.is_string
    ]


def _tokens(sql: str) -> Iterator[Token]:
    """Return the statement's tokens, without what ends it."""
    try:
        tokens = _Engine().tokenize(sql)
    except SqlglotError as error:
        raise UsageError("A quote in the query is not closed.", _ADVICE) from error
    while tokens and tokens[-1].token_type is TokenType.SEMICOLON:
        tokens.pop()
    if any(token.token_type is TokenType.SEMICOLON for token in tokens):
        raise UsageError("Only one statement can be run at a time.", "Run each as its own query.")
    if not tokens or tokens[0].token_type not in _BEGINNINGS:
        first = f' This one begins with "{tokens[0].text}".' if tokens else ""
        raise UsageError(f"A query must be one SELECT statement.{first}", _ADVICE)
    for token in tokens:
        if token.token_type.name.endswith("_STRING"):
            text = sql[token.start : token.end + 1]
            raise UsageError(f"Write {text} as a plain string: 'text'.", _ADVICE)
        yield token


def _without_comments(tokens: list[Token], sql: str) -> str:
    """Write a statement's tokens with the blanks between them, and nothing for a comment."""
    text, end = "", 0
    for token in tokens:
        between = sql[end : token.start]
        text += (between if not between.strip() else " ") + sql[token.start : token.end + 1]
        end = token.end + 1
    return text


def _tree(tokens: list[Token], sql: str) -> exp.Expr:
    try:
        (tree,) = _Engine().parser().parse(tokens, sql)
    except ParseError as error:
        fault = error.errors[0]
        line = sql.split("\n")[(fault["line"] or 1) - 1]
        at = max((fault["col"] or 1) - len(fault["highlight"] or " "), 0)
        raise UsageError(
            f"There is an error in the query here:\n  {line}\n  {' ' * at}^", _ADVICE
        ) from error
    except RecursionError as error:
        raise UsageError("The query is nested too deeply.", _ADVICE) from error
    except Exception as error:
        raise UsageError("The query cannot be understood.", _ADVICE) from error
    if tree is None:
        raise UsageError("The query is empty.", _ADVICE)
    return tree


def _is_too_deep(tree: exp.Expr) -> bool:
    level: list[exp.Expr] = [tree]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in node.iter_expressions()]
        if not level:
            return False
    return True


def _check(source: exp.Expr, names: Collection[str]) -> None:
    """Refuse every source but stored tables, those the statement defines, and literal rows."""
    if isinstance(source, exp.Values | exp.Unnest | exp.Explode):
        return
    name = source.this
    if not isinstance(source, exp.Table) or not isinstance(name, exp.Identifier):
        raise UsageError(
            "A query can only read the stored tables. "
            f"{source.sql(dialect=_Engine, comments=False)} is not one of them.",
            _ADVICE,
        )
    if source.db or name.name.casefold() not in names:
        full = source.sql(dialect=_Engine, comments=False)
        raise UsageError(f"There is no table {full}.", _ADVICE)


def _sides(comparison: exp.Expr, kind: type[Node]) -> Iterator[Node]:
    """Return the comparison's sides of one kind."""
    return (each for each in comparison.iter_expressions() if isinstance(each, kind))


def _texts_in(node: exp.Expr) -> bool:
    """Return whether a choice between values has a text among them."""
    branches = [branch.args.get("true") for branch in node.args.get("ifs") or ()]
    choices = [node.args.get("this"), node.args.get("default"), *node.expressions, *branches]
    return any(isinstance(choice, exp.Literal) and choice.is_string for choice in choices)


def _as_text(node: exp.Expr) -> exp.Expr:
    return (
        node if isinstance(node, exp.Literal) else exp.cast(node.copy(), exp.DataType.Type.VARCHAR)
    )
