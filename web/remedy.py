"""What to do about a refusal, as people at the desk can: no commands where there is a screen.

The errors are shared with the commands, and their remedies name those («Xem `congvan task show`»);
beside a page the same sentence names the screen that does it.
"""

import re
from collections.abc import Callable

_BETWEEN = " / "
_COMMAND = re.compile(r"`congvan ([a-z]+)[^`]*`")
SCREENS = {
    **dict.fromkeys(("show", "step", "verify", "recall", "copy", "handling"), "trang văn bản"),
    **dict.fromkeys(("number", "register", "transfer", "loan"), "Sổ đăng ký"),
    **dict.fromkeys(("people", "authority"), "Ủy quyền, vắng mặt"),
    **dict.fromkeys(("task", "direct"), "Công việc"),
    "account": "Tài khoản",
    "dossier": "Hồ sơ",
    "draft": "Dự thảo",
    "inbox": "Văn bản đến",
    "intake": "Vào sổ",
    "list": "Bàn làm việc",
    "notices": "Thông báo",
    "phrases": "Bút phê",
    "search": "Tra cứu",
}
"""By a command's first word, the screen where the same is seen or done; others stay commands."""


def remedy(text: str, language: str, spoken: Callable[[str], str]) -> str:
    """Return the half of a remedy that is in *language*, with screens for commands."""
    vietnamese, between, english = text.partition(_BETWEEN)
    half = english if language == "en" and between else vietnamese

    def screen(command: re.Match[str]) -> str:
        name = SCREENS.get(command[1])
        return f"«{spoken(name)}»" if name else command[0]

    return _COMMAND.sub(screen, half)
