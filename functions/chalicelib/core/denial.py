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
    r"|并非|不是|不应当?|不该|得不|不(?:设|搞|列|接受|提供|涉及|包含|支持|办理|[因用以采使靠通对向给把再被计收算])|不(?![了开起着便足够])|未曾|未|没|莫"
    r"|\b(?:never|not|nor|neither|no|without|nobody|cannot|cant|wont|dont|doesnt|didnt|isnt|arent|mustnt|wouldnt|shouldnt"
    r"|forbid(?:s|den)?|prohibit(?:s|ed)?|bans?|banned|illegal|unlawful)\b"
)
_NEAR = 16, 48  # characters between a denial and what it governs, in Chinese and in English
# Between a denial and the words: what makes it weak, or about something else.
_WEAK = re.compile(
    r"轻易|随便|随意|马上|立即|立刻|一定|总是|只|仅|单单|想|希望|愿意|以免|否则|手软|容忍|姑息|留情|客气|吓唬|玩笑|说说|犹豫|排除|保证"
    r"|(?<!因)(?<!因为)(?<!对)(?<!向)(?<!于)(?<!给)(?<!设)(?<!搞)(?<!列)(?:您|你|业主|住户)?(?:欠费|拖欠|欠缴|逾期)(?!.{0,8}为由)"
    r"|\b(?:hesitate|hesitant|afraid|lightly|only|just|merely|simply|immediately|at once|yet|today|want|unless"
    r"|until|except|otherwise|or else|before|but|joking|rule out|guarantee|promise|doubt|if|tolerate|pay or"
    r"|be the one|surprised?|wonder)\b"
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
    r"例外|除外|不在此[列限]|另当别论|不一样|除非|仍会|还是会|照停|照样|照断|不一定|难说|说不准|可能有变|保留[^。]{0,6}权利|不排除|不(?:行|可能|成)(?![缴交])|才怪|那是以前"
    r"|\b(?:unless|except|exceptions?|otherwise|or else|excluded|does not apply|not include[sd]?|not cover|impossible|"
    r"reserve the right|still (?:will|may)|(?:may|might|could|can|will) change|for ever|only for those)\b"
)
# Right behind the words: what is denied for now is announced for later.
_FOR_NOW = re.compile(
    r"[^,]{0,16}\b(?:today|tonight|for now|so far|this (?:week|month|time|once)|at th(?:is|e) (?:stage|moment))\b"
)
_TURN = re.compile(r"\s*(?:但|不过|然而|可是|除非|唯|只有|欠|恶意|but|however|except|unless|those who|debtors)")
# After the words: said of the whole of it.
_OF_IT = (
    r"(?:相?(?:要挟|威胁)|催缴|催收|催费)?(?:的?(?:做法|行为|方式|办法|手段|事|情况|说法|话|权力|权利))?"
    r"(?:等|都|也|均|是|系|属于?|为|这|那|种|样|我们|物业|公司|本公司|法律|所|被|明令|一律|一概|严格|,)*"
)
_AFTERWARDS = re.compile(
    rf"{_OF_IT}(?:绝不会?|决不会?|从不|不会|并?不)(?:发生|出现|采用|采取|这样做|做|合法|允许|存在|被允许|可以|对|予|受影响)"
    rf"|{_OF_IT}(?:违法|非法|(?<=[是被所令律概格])(?:禁止|杜绝)(?=[,的]|$)|没有依据|没有道理|经查不实|不属实|不是(?:我们|本公司|物业)?的?(?:做法|办法|方式)|谣言|误传|假的|诈骗)"
    r"|[^,。?\n]{0,6},(?:这|那|此举)(?:[种样]?(?:做法)?)是(?:错误|错|违法|不对|不合法|不应该)的"
    r"|[^,。?\n]{0,40}\b(?:is|are|would be|be)(?: strictly| expressly)?"
    r" (?:illegal|unlawful|forbidden|not allowed|not permitted|prohibited|against the law|never done|not done)\b"
    r"|[^,。?\n]{0,40}\b(?:is|are) (?:a fraud|a scam|false|fake|untrue|not true)\b"
    r"|[^,。?\n]{0,40}\b(?:never|not|cannot) happen"
)
_ANSWER_NO = re.compile(
    r"\s*(?:答,?|a,|answer,)? ?(?:(?:当然|绝对|肯定|我们|物业|公司|本公司|从来?|绝|决|都|也)*"
    r"(?:(?:不会|不是|不能|不可以|没有|不)的?|没有的事|没有这[回种]事"
    r"|不(?:会|能|得|可以)?[这那]?[么样]?(?:做|干|采用|采取|允许)[这那此]?[种样类]?的?(?:事情?|做法|方式|办法)?)"
    r"|no|never|not at all|(?:of course|certainly|absolutely) not"
    r"|we (?:do not|never|will not|would never|cannot)(?: do| allow)?(?: th(?:is|at)| so| it| such things?)?)"
    r"(?:[。,\n]|$)"
)
_RESERVED = re.compile(r"例外|除外|除非|另当别论|不一定|难说|只要|\b(?:unless|except|only for|as long as|if you)\b")
# A threat that somebody else is said to make, and what is said of it: "if anybody tells you so, it is not true".
_REPORTED = re.compile(
    r"(?:有人|有员工|任何(?:人|员工|个人)(?![都均也无不]))[^,。]{0,10}?(?:说|称|讲|冒充|以|用|打|发|威胁|告诉|反映|传)"
    r"|谁(?:说|讲|告诉)|冒充|自称|声称|谎称|[谣网讹]传|传言|听说|[收接]到(?!本|此|该|我)|反映|相?威胁|要挟|恐吓"
    r"|\b(?:anybody|anyone|somebody|someone|whoever|callers?|messages?|calls?)\b[^,。]{0,24}?"
    r"\b(?:tell|tells|told|says?|said|claim\w*|call\w*|threaten\w*|pretend\w*|writes?)\b"
    r"|\b(?:rumou?rs?|pretend\w*|heard)\b"
)
_UNTRUE = re.compile(
    r"不是(?:我们|本公司|物业|我司)(?:公司)?[发说写做贴打寄]?的|(?<!不是)(?<!并非)(?:谣言|诈骗|骗局|骗子|假的|误传)|不属?实"
    r"|(?:勿|不要|别)(?:轻易)?(?:相信|轻信|上当|当真|理会)(?=[,。]|$)|挂断"
    r"|这(?:是|样做是|种做法是)?(?:公司|我们|法律|绝)*不(?:被)?允许的?(?=[,。]|$)"
    r"|\b(?:is|are|was|were) (?:not true|untrue|false|fakes?|wrong|mistaken|lying|a scam|a fraud)\b"
    r"|\b(?:not (?:come )?from us|not (?:act|speak|work) for us|not (?:sent|made|written) by us"
    r"|not believe (?:it|them|this)|hang up)\b"
)
# A threat that is called one is not made here: "whoever threatens to cut off water is to be reported".
_CALLED_ONE = re.compile(r"(?:等|的|方式|手段|做法|办法|为由|为名|来|进行|相){0,4}(?:威胁|要挟|恐吓|逼迫|吓唬)")
_THREATENS = re.compile(
    r"\b(?:threaten(?:s|ed|ing)?|pretend(?:s|ed|ing)?)\b[^,]{0,30}$"
    r"|\b(?:if|when|should) (?:an? |any |one of our )?(?:guards?|staff|employees?|porters?|contractors?)\b[^,]{0,30}$"
    r"|(?:如|若|凡|遇)[^,]{0,6}(?:保安|员工|物业人员|工作人员|门岗)[^,]{0,16}$"
)
_TO_REPORT = re.compile(
    r"投诉|举报|报警|(?:请|可以?)(?:拨打|致电|告诉|联系)|严肃处理|严肃查处|查处|处分|辞退"
    r"|\b(?:report|reported|call us|call the manager|tell us|let us know|complain\w*|dismissed)\b"
)
_TO_PAY = re.compile(r"[缴付欠]|交费|交清|\b(?:pay|paying|settle|arrears)\b")


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
        return bool(_ANSWER_NO.match(found.beyond)) and not _RESERVED.search(found.beyond)
    if _has_exception(found):
        return False
    if _is_disowned(found):
        # whoever says that we do not cut off water, and is called a liar, would have been right
        return not (_REPORTED.search(found.before) and _is_governed(found))
    return bool(_AFTERWARDS.match(found.after)) or _is_governed(found)


def _has_exception(found: Passage) -> bool:
    rest = found.after + (found.beyond if _TURN.match(found.beyond) else "")
    return bool(_EXCEPTION.search(rest) or _FOR_NOW.match(found.after))


def _is_disowned(found: Passage) -> bool:
    """Whether the words are what somebody else says or does, and are called untrue or to be reported."""
    verdict = f"{found.after}。{found.beyond}"
    if _CALLED_ONE.match(found.after) or _THREATENS.search(found.before):
        is_to_report = _TO_REPORT.search(verdict) and not _TO_PAY.search(verdict)
        return bool(is_to_report or _UNTRUE.search(verdict))
    return bool(_REPORTED.search(found.sentence) and _UNTRUE.search(verdict))


def _is_governed(found: Passage) -> bool:
    said = _UNPAID.sub(lambda unpaid: "欠" * len(unpaid[0]), found.before + found.words)
    # a denial the words begin with is the threat itself: "not let you in"
    denials = [denial for denial in _NO.finditer(said) if denial.start() != len(found.before)]
    if not denials:
        return _is_aside(found) or _is_listed(found)
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


def _is_aside(found: Passage) -> bool:
    return found.before == " " * len(found.before) and bool(_ASIDE.search(found.earlier))


def _is_listed(found: Passage) -> bool:
    """Whether the words are among several verbs that one denial at the head of the sentence governs."""
    rest = f"{found.before}{found.words}{found.after}"
    if _NOUN.match(rest.lstrip()) or not _OR.search(rest) or _FINITE.search(rest.partition(",")[0]):
        return False
    earlier = _UNPAID.sub("", found.earlier)
    return bool(_LIST.search(earlier)) and not _WEAK.search(earlier)


_ASIDE = re.compile(r"\b(?:not|never)$")  # "we do not, and may not, cut off"
# "we do not cut power, lock doors or stop lifts": one denial for a list of verbs, which ends in "or"
_LIST = re.compile(
    r"\b(?:do|does|did|will|shall|can|may|must|would|we) ?(?:not|never)\b[^,]{2,40}(?:,[^,]{2,30}){0,3}$"
)
_NOUN = re.compile(
    r"(?:no|your|the|hot|water|power|electric|gas|heat|suppl|access|entry|lift|parking|gate|door|card)\w*\b"
)
_OR = re.compile(r"\bn?or\b")
_FINITE = re.compile(r"\b(?:we|you|they|it|will|shall|may|can|must|is|are|be)\b")  # a clause of its own
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
