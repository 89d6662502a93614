"""The life of a signature request (yêu cầu ký): a document is frozen for someone, until then.

While a request is open nobody else may sign the document or take a step with it
(Decree 30/2020/ND-CP, Art. 13, 17: one signature, one seal). This table is the only place
that says what may follow what; the database's CHECK and its unique index are derived
from it.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from documents.errors import OfficeError, Refused


class Purpose(StrEnum):
    """What is asked for."""

    LEADER = "leader"
    """chữ ký của người có thẩm quyền (Art. 13)."""
    SEAL = "seal"
    """chữ ký số của cơ quan (Art. 17.2)."""


class Service(StrEnum):
    """Where the signature comes from."""

    REMOTE = "remote"
    """A remote signing service; the person agrees on a device."""
    MANUAL = "manual"
    """A person takes the hash away and brings the raw value."""
    VGCA = "vgca"
    """The token tool on the signer's own machine fetches the file and brings it back signed."""


class RequestState(StrEnum):
    """Where a request stands."""

    PREPARED = "prepared"
    """đã chuẩn bị: nothing has left."""
    AWAITS_CODE = "awaits_code"
    """chờ mã xác nhận: the signer is to type a PIN or a one-time code; nothing is ordered."""
    SENT = "sent"
    """đã gửi: the order left, or may have; whoever goes on asks before sending again."""
    WAITING = "waiting"
    """đang chờ ký: whoever signs has it."""
    COMPLETED = "completed"
    """đã ký."""
    REFUSED = "refused"
    """người ký từ chối."""
    EXPIRED = "expired"
    """quá hạn."""
    FAILED = "failed"
    """không ký được."""
    WITHDRAWN = "withdrawn"
    """đã thu hồi yêu cầu."""


class RequestStep(StrEnum):
    """What can happen to a request."""

    ASK_CODE = "ask_code"
    SEND = "send"
    WAIT = "wait"
    COMPLETE = "complete"
    REFUSE = "refuse"
    EXPIRE = "expire"
    FAIL = "fail"
    WITHDRAW = "withdraw"


STATE_NAMES: Mapping[str, str] = {
    RequestState.PREPARED: "đã chuẩn bị",
    RequestState.AWAITS_CODE: "chờ mã xác nhận",
    RequestState.SENT: "đã gửi",
    RequestState.WAITING: "đang chờ ký",
    RequestState.COMPLETED: "đã ký",
    RequestState.REFUSED: "bị từ chối",
    RequestState.EXPIRED: "quá hạn",
    RequestState.FAILED: "không ký được",
    RequestState.WITHDRAWN: "đã thu hồi",
}
"""What people call them."""
_STEPS: Mapping[str, str] = {
    RequestStep.ASK_CODE: "hỏi mã xác nhận",
    RequestStep.SEND: "gửi",
    RequestStep.WAIT: "chờ ký",
    RequestStep.COMPLETE: "nhận chữ ký",
    RequestStep.REFUSE: "từ chối",
    RequestStep.EXPIRE: "kết thúc vì quá hạn",
    RequestStep.FAIL: "kết thúc vì lỗi",
    RequestStep.WITHDRAW: "thu hồi",
    "activate": "nhập mã xác nhận",
    "sign_session": "mở phiên ký",
}
"""Steps, and what else is asked of a request."""


class RequestStepRefused(Refused):
    """The request is over, or was not handed over yet."""

    code = "request.step_refused"
    vietnamese = "Yêu cầu ký {0} đang ở trạng thái «{1}», không thể «{2}»"
    english = "the signature request {0} is {3}: it cannot {4}"
    remedy = "Xem `congvan show --frozen` / see `congvan show --frozen`"

    def __init__(self, request_id: str, state: str, step: str) -> None:
        OfficeError.__init__(
            self,
            request_id,
            STATE_NAMES.get(state, state),
            _STEPS.get(step, step),
            state.replace("_", " "),
            step.replace("_", " "),
        )


class RequestWithdrawn(Refused):
    """Someone took the request back."""

    code = "request.withdrawn"
    vietnamese = "Yêu cầu ký gửi «{0}» đã được thu hồi: {1}"
    english = "the request to {0} was withdrawn: {1}"
    remedy = (
        "Trả lại, hủy, hoặc trình ký lại: `congvan step retry`"
        " / return it, void it, or ask again: `congvan step retry`"
    )


class ValueNotWanted(Refused):
    """The token tool signs the whole file: a value alone cannot be put into it."""

    code = "request.value_not_wanted"
    vietnamese = "Yêu cầu ký {0} cần cả tệp đã ký, không nhận riêng giá trị chữ ký"
    english = "the signature request {0} takes the whole signed file, not a signature value alone"
    remedy = "Nộp tệp đã ký bằng --pdf / bring the signed file with --pdf"


class ValuesMiscounted(Refused):
    """More or fewer signature values came than files wait for one."""

    code = "request.values_miscounted"
    vietnamese = "Yêu cầu ký {0} cần {1} giá trị chữ ký, đã nhận {2}"
    english = "the signature request {0} takes {1} signature value(s), {2} came"
    remedy = (
        "Lặp lại --value cho từng tệp theo thứ tự của `congvan show --frozen --json`"
        " / repeat --value for each file, in the order of `congvan show --frozen --json`"
    )


_ENDINGS = {
    RequestStep.REFUSE: RequestState.REFUSED,
    RequestStep.EXPIRE: RequestState.EXPIRED,
    RequestStep.FAIL: RequestState.FAILED,
    RequestStep.WITHDRAW: RequestState.WITHDRAWN,
}
_BEFORE_THE_END = (
    RequestState.PREPARED,
    RequestState.AWAITS_CODE,
    RequestState.SENT,
    RequestState.WAITING,
)

REQUEST: Mapping[tuple[RequestState, RequestStep], RequestState] = MappingProxyType(
    {
        (RequestState.PREPARED, RequestStep.SEND): RequestState.SENT,
        (RequestState.PREPARED, RequestStep.ASK_CODE): RequestState.AWAITS_CODE,
        # typed: the order leaves with the code
        (RequestState.AWAITS_CODE, RequestStep.SEND): RequestState.SENT,
        # the code was wrong, or nobody knows whether the order arrived: it is typed again
        (RequestState.SENT, RequestStep.ASK_CODE): RequestState.AWAITS_CODE,
        # nothing is sent to someone who fetches it
        (RequestState.PREPARED, RequestStep.WAIT): RequestState.WAITING,
        # the order never arrived and is sent again, perhaps under another id
        (RequestState.SENT, RequestStep.SEND): RequestState.SENT,
        (RequestState.SENT, RequestStep.WAIT): RequestState.WAITING,
        (RequestState.SENT, RequestStep.COMPLETE): RequestState.COMPLETED,
        (RequestState.WAITING, RequestStep.COMPLETE): RequestState.COMPLETED,
        **{(state, step): to for state in _BEFORE_THE_END for step, to in _ENDINGS.items()},
    }
)
"""(state, step) -> state."""

OPEN = frozenset(state for state, _ in REQUEST)
"""The document is frozen."""


def follow(request_id: str, state: RequestState, step: RequestStep) -> RequestState:
    """Return the state that follows *step*.

    Raises:
        RequestStepRefused: the table has no such step from *state*.
    """
    try:
        return REQUEST[state, step]
    except KeyError:
        raise RequestStepRefused(request_id, state, step) from None
