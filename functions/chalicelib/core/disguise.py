"""Texts without their disguise: one width, one script, nothing put between, with a way back to what was written."""

import re
import unicodedata
from functools import cache, cached_property

_HAN = r"\u3400-\u9fff"
# What readers do not read as words: templates' tags, addresses, mark-up. A tag that ends a line for them ends one here.
_UNREAD = re.compile(
    r"{{.*?}}|{%.*?%}|{#.*?#}|<!--.*?-->|</?[a-zA-Z][^<>]*>|\]\([^()\s]*\)|{:? ?[#.:][^{}]*}|https?://[^\s<>，。）]+",
    re.DOTALL,
)
_BREAKS = re.compile(r"</?(?:br|p|div|t[rdh]|li|h\d|ul|table)\b", re.IGNORECASE)
_SIGN = r"(?:[^\w%‰‱¥]|_)"
# Whatever stands between two words, but for the commonest: one space between two Latin ones.
_GAP = re.compile(rf"(?! ){_SIGN}+| (?:{_SIGN}+|(?![a-z]))|(?<![a-z]) ")
# digits and signs in the place of a letter: "wat3r", "p0wer", "w@ter"
_AS_LETTER = re.compile(r"(?<=[a-z])[013457@$](?=[a-z])|@(?=[您你欠未])")
_CALLS = "艾"  # 艾特: "we shall @ you in the owners' group" is said aloud like this
_LETTERS = dict(zip("013457@$", "oleastas", strict=True))
_UNSEEN = frozenset({"Mn", "Me", "Cf", "Cs", "Co"})
_LONE = re.compile(rf"(?<![{_HAN}])[^不否没无未勿别问答]$")
# traditional forms and look-alikes of the characters the rules ask for
_SAME = dict(
    zip(
        "萬與業丟兩嚴個臨為爲義書於親僅從們會眾傳餘馮決況凍準憑務動區協單賣盧壓發變號葉後嚇員響國場聲處備復複頭孫學寶實審寬對導將盡儘屬豈師幫廣應異開張強錄徵總惡願戶執掃護報擇攔換據數斷無時曬暫權條來楊標棟欄樣"
        "樓氣匯沒潔測滾滯點熱煖猶現電離碼種約納線練結給絡絕統繼續維緩繳網羅罰聯係繫臉蘇範蔣見計認讓議記許論訟訪證識詐訴話詢該誤說請謝謠譚質責賬帳貼貴貸費賈賴趙車轉軟輕輛過還這進違遲鄧鄒鄰鄭採裏裡釘鐘鍾銀銷鎖錯"
        "門閉問間閘閥陸陳險隨難僱韓項領額風馬騙齊黃佈併並減資訊類辦關冊內別劃刪卻臺夠紙價債雖調訂須紅層屆環級終連際經濟規則設佔釦啟倉氺仃渟",
        "万与业丢两严个临为为义书于亲仅从们会众传余冯决况冻准凭务动区协单卖卢压发变号叶后吓员响国场声处备复复头孙学宝实审宽对导将尽尽属岂师帮广应异开张强录征总恶愿户执扫护报择拦换据数断无时晒暂权条来杨标栋栏样"
        "楼气汇没洁测滚滞点热暖犹现电离码种约纳线练结给络绝统继续维缓缴网罗罚联系系脸苏范蒋见计认让议记许论讼访证识诈诉话询该误说请谢谣谭质责账账贴贵贷费贾赖赵车转软轻辆过还这进违迟邓邹邻郑采里里钉钟钟银销锁错"
        "门闭问间闸阀陆陈险随难雇韩项领额风马骗齐黄布并并减资讯类办关册内别划删却台够纸价债虽调订须红层届环级终连际经济规则设占扣启仓水停停",
        strict=True,
    )
) | dict(zip("абвеѕікмнорстухԁɡαβεικνορτυχωϲıᴏ", "abbesikmhopctyxdgabeikvoptuxwcio", strict=True))


@cache
def _folded(char: str) -> str:
    """A character as it counts: without width, case, accent or disguise; nothing if it cannot be seen."""
    wide = unicodedata.normalize("NFKD", char).lower()
    return "".join(_SAME.get(part, part) for part in wide if unicodedata.category(part) not in _UNSEEN)


def _read_aloud(sign: re.Match[str]) -> str:
    """The letter that a digit or sign stands for; before the reader or a debtor, @ is a word."""
    return _LETTERS[sign[0]] if "a" <= sign.string[sign.end()] <= "z" else _CALLS


def _masked(text: str) -> str:
    """The text with what nobody reads replaced by as many NULs, or by line breaks."""
    return _UNREAD.sub(lambda tag: ("\n" if _BREAKS.match(tag[0]) else "\0") * len(tag[0]), text)


def _meaning(gap: re.Match[str]) -> str:
    """What stands between two words: nothing, a space, or the end of a clause, sentence or paragraph."""
    text, marks = gap.string, gap[0].replace("\0", "")
    before, after = text[gap.start() - 1 : gap.start()], text[gap.end() : gap.end() + 1]
    is_han = [before >= "\u3400", after >= "\u3400" or not after]
    if "\n" in marks and (marks.count("\n") > 1 or marks.strip()):
        return "?\n" if "?" in marks else "\n"
    if stop := _stop(marks, before, after):
        return "" if is_han[0] and _is_lone(gap) else stop
    if before.isdigit() and after.isdigit():
        return {"-": "-", ".": ".", "/": "/", ",": ""}.get(marks, " ")
    return " " if not any(is_han) and any(char.isspace() for char in marks) else ""


def _stop(marks: str, before: str, after: str) -> str:
    """The mark that ends a clause (`,`) or a sentence (`?`, `。`), if one does."""
    if "?" in marks:
        return "?"
    if any(mark in marks for mark in "。!;"):
        return "。"
    if "." in marks and (not after or marks[-1].isspace() or (before >= "\u3400" and after < "\u3400")):
        return "。"
    is_number = before.isdigit() and after.isdigit() and len(marks) == 1
    return "," if any(mark in marks for mark in ",:") and not is_number else ""


def _is_lone(gap: re.Match[str]) -> bool:
    """Whether the mark stands beside a single character, where nobody ends a clause.

    A denial is one all the same, and so is what names a question or its answer ("答：不会").
    """
    text = gap.string
    after = text[gap.end() : gap.end() + 1]
    if after < "\u3400":
        return False
    beyond = text[gap.end() + 1 : gap.end() + 2]
    is_single = beyond < "\u3400" and bool(_LONE.match(after))
    return is_single or bool(_LONE.search(text[max(0, gap.start() - 2) : gap.start()]))


class Plain:
    """A text as the rules read it (`text`), and where each character of that stands in what was written."""

    def __init__(self, written: str) -> None:
        self.written = written
        self._masked = _masked(written)
        folded = "".join(map(_folded, self._masked))
        self._folded = _AS_LETTER.sub(_read_aloud, folded)
        self.text = _GAP.sub(_meaning, self._folded)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """From where to where a part of `text` was written; worked out only where something was found."""
        return self._places[start], self._places[end - 1] + 1

    @cached_property
    def _places(self) -> list[int]:
        written = [place for place, char in enumerate(self._masked) for _ in _folded(char)]
        places: list[int] = []
        done = 0
        for gap in _GAP.finditer(self._folded):
            places += written[done : gap.start()]
            places += [written[gap.start()]] * len(_meaning(gap))
            done = gap.end()
        return places + written[done:]

    def line(self, start: int) -> int:
        """The line on which a part of `text` was written."""
        return self.written.count("\n", 0, self.origin(start, start + 1)[0]) + 1
