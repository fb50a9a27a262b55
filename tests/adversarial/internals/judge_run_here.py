# exercise: total
# attack: runs the judge's own decisions in its process, patched to accept
# expect: wrong answer or runtime error or time limit
# why: the judge's modules take long to load, and it may not be allowed to read them

import grader.judge.outcome
import grader.judge.session
import grader.judge.workers
import grader.verdict
from grader.judge.outcome import Judgement

grader.verdict.decide = lambda checks: "accepted"
grader.judge.outcome.judge_phase = lambda error, report: Judgement("passed", "")
grader.judge.session.Check.result = lambda self: self._describe(Judgement("passed", ""), "", 0.0)
grader.judge.workers.Worker.finish = lambda self: 0.0


def total(numbers):
    return -1
