"""Every error that a function may end with, and how the state machine handles it.

Step Functions matches the bare class name, so these names are a contract with
``statemachines/onboard_database.asl.yaml``; a test holds the two against each other.

    SignonError                     the state machine...
    |-- TemporaryFailure   RETRY    ...retries the state for some minutes, then parks: throttled, 5xx, cut off
    |-- DatabaseBusy       WAIT     ...retries the state for up to an hour, then parks: RDS changes it, it fails over
    |-- ClaimSettling      WAIT     ...waits a minute and claims again: the last holder has only just stopped
    |-- PluginNotLoaded    AGAIN    ...plans again, with the reboot that this shows to be due
    |-- PlanOutdated       AGAIN    ...plans again, three times at most, then parks: tag or profile changed, a redrive,
    |                                   others have signed in, the membership is lost, the stack was updated
    |-- NotOurs            END      ...ends in "Not ours", silently
    |-- DatabaseGone       END      ...ends in "Not ours": deleted, or recreated under the same name
    |-- AlreadyInProgress  END      ...ends in "Already in progress", silently
    |-- ClaimLost          END      ...ends in "Already in progress": another execution has taken over
    |-- StillWaiting       END      ...ends in "Parked"
    `-- NeedsPerson        ASK      ...ends in "Needs a person", with the remedy
        |-- ProfileUnusable         missing, invalid, changed since it was planned
        |-- DirectoryRoleUnusable   missing, wrong trust, lacks the policy
        |-- AssociationRefused      RDS refuses the directory, the role or the change
        |-- ConnectPolicyRefused      IAM takes no further policy, or none on this role: a quota is reached
        |-- DatabaseUnusable        read only, stopped, failed before it was ready, or without RDS's own roles
        |-- PermissionMissing       AWS refuses an action to the role of one of our functions
        |-- ServiceUnreachable      no way from the stack's subnets to a service of AWS; retried for some minutes before
        |-- ConnectionRefused       no route, TLS not verified, master user refused
        |-- MasterSecretUnusable    none, unreadable, or not a secret with a password
        |-- RebootDidNotHelp        rebooted, and the plugin is still not loaded
        |-- StatementRefused        the database refused a statement of ours
        `-- LoginsIncomplete        what was read back is not what was wanted
    InvalidRequest         STOP     ...ends in "Failed": the input itself is wrong
    SettingMissing         STOP     ...ends in "Failed": our own environment is wrong
"""

from __future__ import annotations

from enum import StrEnum

from signon.foreign import on_one_line, with_remedy, without_remedy


class SignonError(Exception):
    """An error that the state machine handles. Its text is one line, whatever it quotes, and not too long."""

    def __init__(self, text: str = "") -> None:
        super().__init__(on_one_line(text))


class TemporaryFailure(SignonError):
    """AWS or the network did not answer this time."""


class DatabaseBusy(SignonError):
    """The database is in a state that does not permit the operation yet."""


class ClaimSettling(SignonError):
    """The last holder of the claim stopped so recently that one of its functions may still run."""


class PluginNotLoaded(SignonError):
    """MySQL error 1524: the database is joined but has not been rebooted since."""


class PlanOutdated(SignonError):
    """The plan is no longer the one to follow: something that it was made from has changed."""


class NotOurs(SignonError):
    """No profile, or not an engine of ours."""


class DatabaseGone(SignonError):
    """The resource id that this execution works on no longer exists."""


class AlreadyInProgress(SignonError):
    """Another execution holds the claim on this database."""


class ClaimLost(SignonError):
    """Our fence number is no longer the newest one."""


class StillWaiting(SignonError):
    """Nothing is wrong here, but no execution waits this long, or for this."""


class NeedsPerson(SignonError):
    """Only a person can continue. ``problem`` says what is wrong, ``remedy`` what to do.

    A Catch hands on one text, so both are in it; ``foreign.problem_and_remedy`` takes it apart.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = without_remedy(on_one_line(problem))
        self.remedy = on_one_line(remedy)
        Exception.__init__(self, with_remedy(self.problem, self.remedy))


class ProfileUnusable(NeedsPerson):
    """The profile is missing or invalid, or is not the one that was planned."""


class DirectoryRoleUnusable(NeedsPerson):
    """RDS could not use the role to reach the directory."""


class AssociationRefused(NeedsPerson):
    """RDS refused to associate the directory."""


class ConnectPolicyRefused(NeedsPerson):
    """IAM accepts no further connect policy, or none on this role."""


class DatabaseUnusable(NeedsPerson):
    """Logins cannot be written here."""


class PermissionMissing(NeedsPerson):
    """The role of one of our functions may not do what the function must."""


class ServiceUnreachable(NeedsPerson):
    """An AWS service cannot be reached from the subnets of this stack."""


class ConnectionRefused(NeedsPerson):
    """No verified connection to the database as its master user."""


class MasterSecretUnusable(NeedsPerson):
    """The master user's password cannot be obtained."""


class RebootDidNotHelp(NeedsPerson):
    """The plugin is not loaded although the database was rebooted after it was joined."""


class StatementRefused(NeedsPerson):
    """The database refused a statement of ours."""


class LoginsIncomplete(NeedsPerson):
    """The logins that were read back are not the ones that were wanted."""


class InvalidRequest(Exception):
    """The execution's input is neither an RDS event nor a manual request."""

    def __init__(self, text: str) -> None:
        super().__init__(on_one_line(text))


class SettingMissing(Exception):
    """An environment variable that the template should have set is not there."""


class End(StrEnum):
    """How an execution ends, as people and the record read it."""

    ONBOARDED = "Onboarded"
    PARKED = "Parked"
    NEEDS_A_PERSON = "Needs a person"
    FAILED = "Failed"
    NOT_OURS = "Not ours"
    ALREADY_IN_PROGRESS = "Already in progress"


# How an execution ends when one of these errors reaches "Report outcome".
END_BY_ERROR = {
    "TemporaryFailure": End.PARKED,
    "StillWaiting": End.PARKED,
    "DatabaseBusy": End.PARKED,
    "PlanOutdated": End.PARKED,
    "PluginNotLoaded": End.PARKED,
    "NotOurs": End.NOT_OURS,
    "DatabaseGone": End.NOT_OURS,
    "AlreadyInProgress": End.ALREADY_IN_PROGRESS,
    "ClaimLost": End.ALREADY_IN_PROGRESS,
    **{error.__name__: End.NEEDS_A_PERSON for error in NeedsPerson.__subclasses__()},
}

# Errors of Lambda begin with this in Step Functions; AWS adds some, and lists them nowhere for Step Functions.
# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
LAMBDA = "Lambda."
REPORTED = "Reported."  # begins the error of an execution that failed after *Report outcome* had told people


def end_of(error: str) -> End:
    """How an execution ends with this error, ours or one of the platform's.

    What kept Lambda from running a function passes, as does what keeps AWS from answering one. Anything else that is
    not in the table is a defect.
    """
    return End.PARKED if error.startswith(LAMBDA) else END_BY_ERROR.get(error, End.FAILED)
