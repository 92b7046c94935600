"""A shell text as it goes: the tree as its commands leave it, and the build commands it runs.

Exit statuses have three values. After `&&`, a status that is not known counts as success; after `||`,
and in a condition, what follows is run apart, and what it changes is not known afterwards.

With `World.go_on`, a command that is known to fail stops nothing: what would not be reached for that
reason alone is run as if it had succeeded, so that one absent file does not hide the next finding.
The result of the whole is right all the same, and names every command that alone makes it fail.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence as Several
from functools import partial

from depcheck.shell import branches, commands, expand
from depcheck.shell.commands import LeaveError
from depcheck.shell.parse import parse
from depcheck.shell.state import GOOD, Broken, Result, State, World
from depcheck.shell.syntax import (
    AndOr,
    Block,
    Case,
    For,
    Function,
    If,
    Node,
    Pipeline,
    Sequence,
    Simple,
    Unknown,
    While,
)

_MOST_STEPS = 20_000  # simple commands of one text
_MOST_ROUNDS = 200  # of a loop whose condition stays true
_UNKNOWN = Result(ok=None, out=None)


def run(state: State, text: str) -> Result:
    """Run `text` in the shell `state`. What it meets is added to `state.world.events`."""
    world = state.world
    first = len(world.events)
    world.steps = 0
    try:
        result = _shell(state, parse(text), None)
    except RecursionError:
        world.blur(state.cwd, "the commands are nested too deep")
        world.gaps.append("the commands are nested too deep")
        result = _UNKNOWN
    for index in range(first, len(world.events)):
        event = world.events[index]
        fails = isinstance(event, Broken) or event.outcome.verdict == "fails"
        if fails and index not in result.culprits:
            world.events[index] = event._replace(masked=True)
    return result


def _shell(state: State, node: Node, given: str | None) -> Result:
    """Run `node` as the whole of one shell."""
    try:
        result = evaluate(state, node, given)
    except LeaveError as leave:
        result = leave.result
    return state.ended(result)._replace(soft=False)


def evaluate(state: State, node: Node, given: str | None) -> Result:
    """Run one node; `given` is its standard input."""
    match node:
        case Simple():
            state.world.steps += 1
            if state.world.steps > _MOST_STEPS:
                return _lost(state, "the text runs too many commands")
            # A function, too, is a command that fails, whatever it was in it that failed.
            return commands.simple(state, node, given, evaluate)._replace(soft=False)
        case Sequence(items):
            return _sequence(state, items, given)
        case AndOr():
            return _and_or(state, node, given)
        case Pipeline():
            return _pipeline(state, node, given)
        case Block(body, apart, redirects):
            inner = partial(_shell, state.sub(), body) if apart else partial(evaluate, state, body)
            return commands.redirected(state, redirects, given, inner, evaluate)
        case If():
            return commands.redirected(state, node.redirects, given, partial(_if, state, node), evaluate)
        case For():
            return commands.redirected(state, node.redirects, given, partial(_for, state, node), evaluate)
        case While():
            return commands.redirected(state, node.redirects, given, partial(_while, state, node), evaluate)
        case Case():
            return commands.redirected(state, node.redirects, given, partial(_case, state, node), evaluate)
        case Function(name, body):
            state.functions[name] = body
            return GOOD
        case Unknown(_, _, why):
            return _lost(state, why)


def _lost(state: State, why: str) -> Result:
    state.world.gaps.append(why)
    state.world.blur(state.cwd, f"a part of the commands is not understood: {why}")
    raise LeaveError("exit", _UNKNOWN)


def _joined(first: str | None, second: str | None) -> str | None:
    return None if first is None or second is None else first + second


def _sequence(state: State, items: Several[tuple[Node, bool]], given: str | None) -> Result:
    result = GOOD
    out: list[str | None] = []
    for node, background in items:
        result = evaluate(state, node, given if len(items) == 1 else None)
        result = GOOD._replace(out=result.out) if background else result
        out.append(result.out)
        state.status = None if result.ok is None else int(not result.ok)
        fatal = state.errexit and not state.tested and not result.soft
        if fatal and result.ok is None:
            state.risk |= result.culprits
        if fatal and result.ok is False:
            if not (state.world.go_on and result.culprits):
                raise LeaveError("exit", result._replace(out=_all(out)))
            state.dead |= result.culprits
    return result._replace(out=_all(out))


def _all(texts: list[str | None]) -> str | None:
    return None if None in texts else "".join(text for text in texts if text is not None)


def _tested(state: State, node: Node, given: str | None = None) -> Result:
    """Run what `set -e` does not look at."""
    state.tested += 1
    try:
        return evaluate(state, node, given)
    finally:
        state.tested -= 1


def _and_or(state: State, node: AndOr, given: str | None) -> Result:
    result = _tested(state, node.first, given)._replace(soft=True)
    for index, (operator, following) in enumerate(node.rest):
        last = index == len(node.rest) - 1
        go = evaluate if last else _tested
        ghost = state.world.go_on and result.ok is False and bool(result.culprits)
        if operator == "&&" and result.ok is None and result.answer:
            [after] = branches.maybe(
                evaluate, state, "whether a condition holds is not known", [following], whole=False
            )
            result = _both(result, after, soft=True)
        elif operator == "&&" and result.ok and result.culprits:  # `! a && b`, where a fails
            after = _led_to(state, partial(go, state, following, None), following, result.culprits)
            result = after._replace(soft=not last or after.soft)
        elif operator == "&&" and (result.ok is not False or ghost):
            after = go(state, following, None)
            result = _both(result, after, soft=result.ok is False or not last or after.soft)
        elif operator == "||" and ghost:
            # The other way out is looked at, but what it does is left aside.
            result = _aside(state, following, result.culprits)
        elif operator == "||" and result.ok is False:
            after = _blamed(partial(go, state, following, None), result.culprits)
            result = after._replace(out=_joined(result.out, after.out), soft=not last or after.soft)
        elif operator == "||" and result.ok is None:
            [after] = branches.maybe(
                evaluate, state, "whether an earlier command fails is not known", [following], whole=False
            )
            result = Result(True if after.ok else None, out=None, answer=result.answer)
        else:
            result = result._replace(soft=True)
    return result


def _aside(state: State, following: Node, culprits: frozenset[int]) -> Result:
    """Look at what follows a failure; if it fails as well, the first is to blame, too."""
    [after] = branches.apart(evaluate, state, "an earlier command fails", [following])
    if after.ok is not False:
        return after
    after = after._replace(culprits=after.culprits | culprits)
    if after.left:
        state.dead |= after.culprits
    return after


def _led_to(state: State, go: Callable[[], Result], following: Node, culprits: frozenset[int]) -> Result:
    """Run what a failure leads to; where that fails as well, the failure is left aside with `go_on`."""
    if state.world.go_on:
        count = len(state.world.events)
        after = _aside(state, following, culprits)
        if after.ok is False:
            return after
        del state.world.events[count:]  # it is run in earnest
    return _blamed(go, culprits)


def _blamed(go: Callable[[], Result], culprits: frozenset[int]) -> Result:
    """Run what follows a failure: if it fails as well (`|| exit 1`), the first is to blame, too."""
    try:
        after = go()
    except LeaveError as leave:
        if leave.result.ok is not True:
            leave.result = leave.result._replace(culprits=leave.result.culprits | culprits)
        raise
    return after._replace(culprits=after.culprits | culprits) if after.ok is False else after


def _both(first: Result, second: Result, *, soft: bool) -> Result:
    culprits = frozenset(index for one in (first, second) if one.ok is not True for index in one.culprits)
    ok = False if first.ok is False or second.ok is False else None if None in (first.ok, second.ok) else True
    answer = any(one.ok is None and one.answer for one in (first, second))
    return Result(ok, _joined(first.out, second.out), culprits, soft, answer=answer)


def _pipeline(state: State, node: Pipeline, given: str | None) -> Result:
    if len(node.commands) == 1:
        result = _tested(state, node.commands[0], given)
    else:
        state.tested += node.negated
        results = []
        for command in node.commands:
            results.append(_shell(state.sub(), command, given))
            given = results[-1].out
        state.tested -= node.negated
        result = results[-1]
        if state.pipefail:
            for one in results[:-1]:
                result = _both(one, result, soft=False)._replace(out=result.out)
    if not node.negated:
        return result
    culprits = result.culprits if result.ok is False else frozenset[int]()
    ok = None if result.ok is None else not result.ok
    return Result(ok, result.out, culprits, soft=True, answer=result.answer)


def _if(state: State, node: If, given: str | None) -> Result:
    blame = frozenset[int]()  # commands whose failure has led here
    for index, (condition, body) in enumerate(node.branches):
        rest = node._replace(branches=node.branches[index + 1 :], redirects=())
        other: Node = rest if rest.branches else node.otherwise or Sequence(())
        result = _tested(state, condition, given)
        if result.ok is None:
            why = "whether a condition holds is not known"
            return _merged(branches.maybe(evaluate, state, why, [body, other], whole=True))
        if state.world.go_on and result.culprits:
            # What the failure leads to is looked at; where that fails as well, the other way is gone.
            taken, instead = (body, other) if result.ok else (other, body)
            after = _led_to(state, partial(evaluate, state, taken, None), taken, blame | result.culprits)
            if after.ok is not False:
                return after
            follows = evaluate(state, instead, None)
            return follows if after.left else _both(after, follows, soft=False)
        if result.ok:
            after = _blamed(partial(evaluate, state, body, None), blame | result.culprits)
            return after._replace(out=_joined(result.out, after.out))
        blame |= result.culprits
    return _blamed(partial(evaluate, state, node.otherwise, None), blame) if node.otherwise else GOOD


def _merged(results: Several[Result]) -> Result:
    """One of these happens."""
    culprits = frozenset(index for one in results if one.ok is not True for index in one.culprits)
    if all(result.ok is False for result in results):
        return Result(ok=False, out=None, culprits=culprits, soft=any(result.soft for result in results))
    sure = all(result.ok for result in results)
    return Result(ok=True if sure else None, out=None, culprits=frozenset() if sure else culprits)


def _for(state: State, node: For, _: str | None) -> Result:
    fields = state.arguments if node.words is None else expand.fields(state, node.words, _capture)
    if not all(field.known for field in fields):
        state.env[node.name] = None
        return _merged(
            branches.maybe(evaluate, state, "what a loop goes over is not known", [node.body], whole=False)
        )
    result = GOOD
    out: list[str | None] = []
    for field in fields:
        state.env[node.name] = field.text
        try:
            result = evaluate(state, node.body, None)
        except LeaveError as leave:
            if leave.kind not in ("break", "continue"):
                raise
            result = GOOD
            if leave.kind == "break":
                break
        out.append(result.out)
    return result._replace(out=_all(out))


def _capture(state: State, body: Sequence) -> str | None:
    return commands.captured(state, body, evaluate, [])


def _while(state: State, node: While, given: str | None) -> Result:
    result = GOOD
    for _ in range(_MOST_ROUNDS):
        condition = _tested(state, node.condition, given)
        if condition.ok is None:
            branches.maybe(evaluate, state, "how often a loop runs is not known", [node.body], whole=False)
            return _UNKNOWN
        if condition.ok is node.until:
            return result
        try:
            result = evaluate(state, node.body, None)
        except LeaveError as leave:
            if leave.kind not in ("break", "continue"):
                raise
            if leave.kind == "break":
                return GOOD
    branches.maybe(evaluate, state, "how often a loop runs is not known", [node.body], whole=False)
    return _UNKNOWN


def _case(state: State, node: Case, _: str | None) -> Result:
    word = expand.single(state, node.word, _capture)
    chances: list[Node] = []
    for patterns, body in node.arms:
        for pattern in patterns:
            expression = expand.pattern(state, pattern, _capture)
            hit = None if expression is None or not word.known else expand.matches(expression, word.text)
            if hit and not chances:
                return evaluate(state, body, None)
            if hit is not False:
                chances.append(body)
                break
        else:
            continue
        if hit or any(pattern.text == "*" for pattern in patterns):
            break
    else:
        if chances:
            chances.append(Sequence(()))
    if not chances:
        return GOOD
    return _merged(
        branches.maybe(evaluate, state, "which branch of `case` is taken is not known", chances, whole=True)
    )


__all__ = ["World", "run"]
