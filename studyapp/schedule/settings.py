"""The settings the schedule depends on. They are events in the deck, so a replay knows which held when."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from fsrs.scheduler import DEFAULT_PARAMETERS, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS


@dataclass(frozen=True, slots=True)
class Settings:
    """Values in force at one moment.

    desired_retention: probability of recall at which a review falls due.
    learning_steps, relearning_steps: minutes between the showings of a card within a day.
    maximum_interval: days. new_per_day: cards introduced in a study day.
    rollover_hour: local hour at which a study day ends. weights: the 21 parameters of FSRS-6.
    """

    desired_retention: float = 0.9
    learning_steps: tuple[float, ...] = (1.0, 10.0)
    relearning_steps: tuple[float, ...] = (10.0,)
    maximum_interval: int = 3650
    new_per_day: int = 20
    rollover_hour: int = 4
    weights: tuple[float, ...] = DEFAULT_PARAMETERS

    def changed(self, name: str, value: object) -> Settings:
        """These settings with one replaced by a checked value.

        Raises:
            ValueError: the name is unknown or the value out of range; the text says what would fit.
        """
        if name not in _CHECKS:
            raise ValueError(f"there is no setting {name!r}; there are {', '.join(_CHECKS)}")
        return replace(self, **{name: _CHECKS[name](value)})  # type: ignore[arg-type]  # each check has its type

    def as_dict(self) -> dict[str, object]:
        """Names and values, in the order of the fields."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def _number(value: object, low: float, high: float, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"{what} is a number from {low:g} to {high:g}, not {value!r}")
    return float(value)


def _retention(value: object) -> float:
    return _number(value, 0.7, 0.99, "the desired retention")


def _whole(value: object, low: int, high: int, what: str) -> int:
    number = _number(value, low, high, what)
    if number != int(number):
        raise ValueError(f"{what} is a whole number, not {value!r}")
    return int(number)


def _interval(value: object) -> int:
    return _whole(value, 1, 36500, "the maximum interval in days")


def _new_per_day(value: object) -> int:
    return _whole(value, 0, 9999, "the number of new cards a day")


def _rollover(value: object) -> int:
    return _whole(value, 0, 23, "the hour at which a study day ends")


def _steps(value: object) -> tuple[float, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"steps are a list of minutes such as [1, 10], not {value!r}")
    return tuple(_number(step, 0.1, 1440, "a step in minutes") for step in value)


def _weights(value: object) -> tuple[float, ...]:
    if not isinstance(value, list | tuple) or len(value) != len(DEFAULT_PARAMETERS):
        raise ValueError(f"weights are a list of {len(DEFAULT_PARAMETERS)} numbers")
    bounds = zip(value, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS, strict=True)
    return tuple(_number(weight, low, high, f"weight {i}") for i, (weight, low, high) in enumerate(bounds))


_CHECKS = {
    "desired_retention": _retention,
    "learning_steps": _steps,
    "relearning_steps": _steps,
    "maximum_interval": _interval,
    "new_per_day": _new_per_day,
    "rollover_hour": _rollover,
    "weights": _weights,
}
