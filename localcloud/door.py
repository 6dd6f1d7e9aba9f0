"""The door before moto: lets functions do what their roles allow, counts their calls, and answers /localcloud/*.

A function signs with credentials of its role, and its SDK sends the trace of its invocation along, as on AWS. What its
role does not allow goes no further than the door.
"""

import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from localcloud import background_errors
from localcloud.clock import Clock
from localcloud.faults import Faults
from localcloud.functions.one_at_a_time import one_at_a_time
from localcloud.iam.authorizer import AccessDenied, Authorizer, RoleSession
from localcloud.iam.needs import Asked
from localcloud.iam.policies import NotModelled
from localcloud.iam.refusals import refuse, special_code
from localcloud.iam.requests import Call, access_key_id, called, parameters, service_of
from localcloud.tracing import trace_id

_ROOT = re.compile(r"Root=([^;]+)")

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class CallCounter:
    """How many AWS calls functions have made, by trace: that is, by the execution that invoked them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_trace: dict[str, Counter[Call]] = {}
        self._served: dict[str, str] = {}

    def serves(self, function: str, trace: str) -> None:
        """From now on the calls of this function belong to the trace, where its SDK sends none: in SAM's containers."""
        self._served[function] = self.trace_of(function, trace)

    def trace_of(self, function: str, said: str = "") -> str:
        """The trace to which a call of the function belongs; `said` is the header that came with it, or an Invoke."""
        found = _ROOT.search(said)
        return found[1] if found else self._served.get(function, "")

    def count(self, trace: str, call: Call) -> None:
        with self._lock:
            self._by_trace.setdefault(trace, Counter())[call] += 1

    def calls(self, execution_arn: str | None = None) -> Counter[Call]:
        """AWS calls made by functions: of one execution, or of all and also those that no execution invoked."""
        with self._lock:
            if execution_arn is not None:
                return Counter(self._by_trace.get(trace_id(execution_arn), Counter()))
            return sum(self._by_trace.values(), Counter[Call]())

    def clear(self) -> None:
        with self._lock:
            self._by_trace.clear()


class Door:
    """A WSGI application in front of moto's."""

    def __init__(
        self, application: Application, clock: Clock, counter: CallCounter, authorizer: Authorizer, faults: Faults
    ) -> None:
        self._application, self._clock, self._counter = application, clock, counter
        self._authorizer, self._faults = authorizer, faults

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """A function's calls are counted and checked against its role; all others go to moto as they come.

        `/localcloud/clock` and `/localcloud/calls` are our own paths, answered in JSON.
        """
        path = environ.get("PATH_INFO", "")
        if path.startswith("/localcloud/"):
            return self._answer(path, parse_qs(environ.get("QUERY_STRING", "")), start_response)
        session = self._authorizer.session(access_key_id(environ))
        if session is None:
            return self._pass_on(environ, start_response)
        call = called(environ)
        moment = f"{session.name}:{call[0]}:{call[1]}"
        self._faults.reached(f"call:{moment}")
        answer = self._of_a_function(session, call, environ, start_response)
        self._faults.reached(f"answered:{moment}")
        return answer

    def _of_a_function(
        self, session: RoleSession, call: Call, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        trace = self._counter.trace_of(session.name, environ.get("HTTP_X_AMZN_TRACE_ID", ""))
        self._counter.count(trace, call)
        try:
            asked = parameters(environ, call)
            self._authorizer.check(session, Asked(call, self._authorizer.account, self._authorizer.region, asked))
        except AccessDenied as denied:
            return refuse(environ, start_response, call[0], str(denied), special_code(call, denied.need))
        except NotModelled as unknown:
            return refuse(environ, start_response, call[0], str(unknown), "NotModelled")
        return self._pass_on(environ, start_response)

    def _pass_on(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """The client is answered 500 where moto fails, and asks again: the error would be known to nobody."""
        try:
            with one_at_a_time(service_of(environ)):
                return self._application(environ, start_response)
        except Exception as error:
            background_errors.report(error)
            raise

    def _answer(self, path: str, query: dict[str, list[str]], start_response: Any) -> Iterable[bytes]:
        status: str = "200 OK"
        said: dict[str, Any] = {}
        if path == "/localcloud/clock":
            said = {"now": self._clock.now().isoformat(), "speed": self._clock.speed}
        elif path == "/localcloud/calls":
            calls = self._counter.calls(next(iter(query.get("execution", [])), None))
            said = {"calls": {f"{service}:{operation}": count for (service, operation), count in sorted(calls.items())}}
            said["total"] = calls.total()
        else:
            status = "404 Not Found"
        body = json.dumps(said).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]
