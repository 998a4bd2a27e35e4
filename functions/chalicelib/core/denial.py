"""Whether a text takes back what it seems to say: "we never cut off water" is a promise, not a threat.

A denial counts where it governs the words, alone and without a condition: two denials, "we never do so
lightly", "pay and we shall not" and "never, except for debtors" take nothing back.
"""

import re
from dataclasses import dataclass

_STOPS = "。?\n"
# Not paying is what the sentence is about, not a denial of what follows.
_UNPAID = re.compile(
    r"(?:[不未没]|没有|拒不|不肯|不愿)(?:按时|按期|及时|如期|能)?(?:缴|交|付|还|结)[清费款纳齐]?"
    r"|\b(?:do|does|did|have|has|is|are|was|were|if)? ?(?:not|nt|never)(?: yet| been)* (?:pay|paid|settled?)\b"
    r"|\b(?:dont|doesnt|didnt|havent|hasnt|isnt|cannot|cant) (?:pay|paid|settled?)\b"
)
_NO = re.compile(
    r"不会|绝不|决不|从不|永不|从未|从来没有|不得(?!不)|不能|不可能|不可以|不允许|不许|不准|禁止|严禁|无权|没有权力?|没有|不存在|杜绝"
    r"|并非|不是|不应当?|不该|得不|不(?:接受|提供|涉及|包含|支持|办理|[因用以采使靠通对向给把再被计收算])|不(?![了开起着便足够])|未曾|未|没|莫"
    r"|\b(?:never|not|nor|neither|no|without|nobody|cannot|cant|wont|dont|doesnt|didnt|isnt|arent|mustnt|wouldnt|shouldnt"
    r"|forbid(?:s|den)?|prohibit(?:s|ed)?|bans?|banned|illegal|unlawful)\b"
)
_NEAR = 16, 48  # characters between a denial and what it governs, in Chinese and in English
# Between a denial and the words: what makes it weak, or about something else.
_WEAK = re.compile(
    r"轻易|随便|随意|马上|立即|立刻|一定|总是|只|仅|单单|想|希望|愿意|以免|否则|手软|容忍|姑息|留情|客气|吓唬|玩笑|说说|犹豫|排除|保证"
    r"|(?<!因)(?<!因为)(?<!对)(?<!向)(?<!于)(?<!给)(?:您|你|业主|住户)?(?:欠费|拖欠|欠缴|逾期)(?!.{0,8}为由)"
    r"|\b(?:hesitate|hesitant|afraid|lightly|only|just|merely|simply|immediately|at once|yet|today|want|unless"
    r"|until|except|otherwise|or else|before|but|joking|rule out|guarantee|promise|doubt|if|tolerate|pay or)\b"
)
# Before a denial: a condition or a time that makes it a threat, or a question that means its opposite.
_CONDITION = re.compile(
    r"(?:为了?|要想|若想|如想|想要?|希望|才|就|便|即可|方可|只要|只有|除非|否则|难道|怎能|怎么能|岂能|岂|何|凭什么|为什么|不可能|无法"
    r"|暂时?|目前|现在|眼下|今天|本月|先|尚|还)(?:都|也|会|能|可以?|被|我们|物业|公司)*$"
    r"|\b(?:so that|in order|if you pay|once you pay|until|unless|why|for now|today|yet|just)[^,]*$"
)
_PAYING_FIRST = re.compile(
    r"(?:只要|只有|如果?|若|倘若?|一旦|等|待)(?:(?![不未没欠逾迟])[^,])*(?:缴|交|付|结)[清费款纳齐]|(?:缴|交|付|结)清(?:了|后|以后|之后)?$"
    r"|\b(?:if|once|when|as long as|provided) you(?: have)? (?:paid|pay|settle)\b"
)
_EXCEPTION = re.compile(
    r"例外|除外|不在此[列限]|另当别论|不一样|除非|仍会|还是会|照停|照样|照断|保留[^。]{0,6}权利|不排除|不(?:行|可能|成)(?![缴交])|才怪|那是以前"
    r"|\b(?:unless|except|exceptions?|otherwise|or else|excluded|does not apply|not include[sd]?|not cover|impossible|"
    r"reserve the right|still (?:will|may)|for ever|only for those)\b"
)
_TURN = re.compile(r"\s*(?:但|不过|然而|可是|除非|唯|只有|欠|恶意|but|however|except|unless|those who|debtors)")
# After the words: said of the whole of it.
_OF_IT = (
    r"(?:相?(?:要挟|威胁)|催缴|催收|催费)?(?:的?(?:做法|行为|方式|办法|手段|事|情况|说法|话|权力|权利))?"
    r"(?:等|都|也|均|是|属于?|为|这|那|种|样|我们|物业|公司|本公司|法律|所|被|明令|,)*"
)
_AFTERWARDS = re.compile(
    rf"{_OF_IT}(?:绝不会?|决不会?|从不|不会|并?不)(?:发生|出现|采用|采取|这样做|做|合法|允许|存在|被允许|可以|对|予|受影响)"
    rf"|{_OF_IT}(?:违法|非法|(?<=[是被所令律])禁止|没有依据|没有道理|经查不实|不属实|不是(?:我们|本公司|物业)?的?(?:做法|办法|方式)|谣言|误传|假的|诈骗)"
    r"|[^,。?\n]{0,40}\b(?:is|are|would be|be)(?: strictly| expressly)?"
    r" (?:illegal|unlawful|forbidden|not allowed|not permitted|prohibited|against the law|never done|not done)\b"
    r"|[^,。?\n]{0,40}\b(?:is|are) (?:a fraud|a scam|false)\b|[^,。?\n]{0,40}\b(?:never|not|cannot) happen"
)
_ANSWER_NO = re.compile(r"\s*(?:不会|不是|不能|不可以|绝不|没有|不|no|never|not at all|we do not|we never)[。,\n]")


@dataclass(frozen=True, slots=True)
class Passage:
    """Where words were found: the clause before them, the words, and what follows."""

    before: str
    words: str
    after: str
    earlier: str
    """The clauses before this one, in the same sentence."""
    prior: str
    """The sentence before."""
    beyond: str
    """The sentence after, with what ends it."""
    is_question: bool

    @property
    def sentence(self) -> str:
        return f"{self.earlier},{self.before}{self.words}{self.after}"


_REACH = 300
"""Characters beyond which nothing bears on the words: a text without a full stop is not read anew for each of them."""


def passage(text: str, start: int, end: int) -> Passage:
    """What stands around the words from `start` to `end` of a plain text."""
    skipped = max(0, start - _REACH)
    text, start, end = text[skipped : end + _REACH], start - skipped, end - skipped
    first, last = _sentence_start(text, start), _sentence_end(text, end)
    following = _sentence_end(text, last + 2)
    earlier, _, before = text[first:start].rpartition(",")
    return Passage(
        before=before,
        words=text[start:end],
        after=text[end:last],
        earlier=earlier,
        prior=text[_sentence_start(text, max(0, first - 1)) : first],
        beyond=text[last + 1 : following + 1],
        is_question=text[last : last + 1] == "?",
    )


def _sentence_start(text: str, at: int) -> int:
    return max(text.rfind(stop, 0, at) for stop in _STOPS) + 1


def _sentence_end(text: str, at: int) -> int:
    ends = [end for stop in _STOPS if (end := text.find(stop, at)) >= 0]
    return min(ends, default=len(text))


def is_denied(found: Passage) -> bool:
    """Whether the words are taken back: governed by one denial, declared unlawful, or asked and answered with no."""
    if found.is_question:
        return bool(_ANSWER_NO.match(found.beyond))
    if _has_exception(found):
        return False
    return bool(_AFTERWARDS.match(found.after)) or _is_governed(found)


def _has_exception(found: Passage) -> bool:
    rest = found.after + (found.beyond if _TURN.match(found.beyond) else "")
    return bool(_EXCEPTION.search(rest))


def _is_governed(found: Passage) -> bool:
    said = _UNPAID.sub(lambda unpaid: "欠" * len(unpaid[0]), found.before + found.words)
    # a denial the words begin with is the threat itself: "not let you in"
    denials = [denial for denial in _NO.finditer(said) if denial.start() != len(found.before)]
    if not denials:
        return found.before == " " * len(found.before) and bool(_ASIDE.search(found.earlier))
    last = denials[-1]
    governs_to = max(last.end(), len(found.before))
    distance = governs_to - last.end()
    if distance > _NEAR[last[0] < "\u3400"] or (last[0] in _ALONE and distance):
        return False
    if _WEAK.search(said, last.end(), governs_to):
        return False
    chain = _chain(denials, said)
    conditional = _CONDITION.search(said[: chain[0].start()]) or _PAYING_FIRST.search(
        f"{found.earlier},{said[: chain[0].start()]}"
    )
    return len(chain) % 2 == 1 and not conditional


_ASIDE = re.compile(r"\b(?:not|never)$")  # "we do not, and may not, cut off"
_SO_TO_SAY = re.compile(
    r"(?:我们|物业|公司|说|想|会|能|愿意?|可以|是|一定|再|敢| |ever|be|that|we|will|to|do|promise|guarantee|mean|say)*"
)
_ALONE = frozenset({"不", "未", "没", "莫"})
"""Denials that deny the next word only."""


def _chain(denials: list[re.Match[str]], said: str) -> list[re.Match[str]]:
    """The last denial, and those that stand so close before it that they deny it in turn."""
    chain = [denials[-1]]
    for denial in reversed(denials[:-1]):
        if not _SO_TO_SAY.fullmatch(said, denial.end(), chain[0].start()):
            break
        chain.insert(0, denial)
    return chain
