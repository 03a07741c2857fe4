"""The estimate against published counts of o200k_base."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.token_estimate import _SPLIT, _SPLIT_ASCII, _pattern, weigh

# OpenAI, "Hello GPT-4o" (2024-05-13), the table of languages.
GREETINGS = {
    "en": (24, "Hello, my name is GPT-4o. I'm a new type of language model, it's nice to meet you!"),
    "fr": (
        28,
        "Bonjour, je m'appelle GPT-4o. Je suis un nouveau type de modèle de langage, "
        "c'est un plaisir de vous rencontrer!",
    ),
    "pt": (27, "Olá, meu nome é GPT-4o. Sou um novo tipo de modelo de linguagem, é um prazer conhecê-lo!"),
    "es": (26, "Hola, me llamo GPT-4o. Soy un nuevo tipo de modelo de lenguaje, ¡es un placer conocerte!"),
    "de": (29, "Hallo, mein Name is GPT-4o. Ich bin ein neues KI-Sprachmodell. Es ist schön, dich kennenzulernen."),
    "it": (28, "Ciao, mi chiamo GPT-4o. Sono un nuovo tipo di modello linguistico, è un piacere conoscerti!"),
    "tr": (30, "Merhaba, benim adım GPT-4o. Ben yeni bir dil modeli türüyüm, tanıştığımıza memnun oldum!"),
    "ja": (26, "こんにちは、私の名前はGPT-4oです。私は新しいタイプの言語モデルです。初めまして！"),
    "zh": (24, "你好，我的名字是GPT-4o。我是一种新型的语言模型，很高兴见到你!"),
    "vi": (30, "Xin chào, tên tôi là GPT-4o. Tôi là một loại mô hình ngôn ngữ mới, rất vui được gặp bạn!"),
    "ko": (27, "안녕하세요, 제 이름은 GPT-4o입니다. 저는 새로운 유형의 언어 모델입니다, 만나서 반갑습니다!"),
    "ru": (23, "Привет, меня зовут GPT-4o. Я — новая языковая модель, приятно познакомиться!"),
    "fa": (32, "سلام، اسم من جی پی تی-۴او است. من یک نوع جدیدی از مدل زبانی هستم، از ملاقات شما خوشبختم!"),
    "ar": (26, "مرحبًا، اسمي جي بي تي-4o. أنا نوع جديد من نموذج اللغة، سررت بلقائك!"),
    "ur": (33, "ہیلو، میرا نام جی پی ٹی-4o ہے۔ میں ایک نئے قسم کا زبان ماڈل ہوں، آپ سے مل کر اچھا لگا!"),
    "hi": (31, "नमस्ते, मेरा नाम जीपीटी-4o है। मैं एक नए प्रकार का भाषा मॉडल हूँ। आपसे मिलकर अच्छा लगा!"),
    "ta": (35, "வணக்கம், என் பெயர் ஜிபிடி-4o. நான் ஒரு புதிய வகை மொழி மாடல். உங்களை சந்தித்ததில் மகிழ்ச்சி!"),
}
# The OpenAI cookbook's page on counting tokens; jangwook.net, multilingual-llm-token-tax-experiment (2026).
OTHERS = [
    (7, "2 + 2 = 4"),
    (6, "antidisestablishmentarianism"),
    (8, "お誕生日おめでとう"),
    (10, "The quick brown fox jumps over the lazy dog."),
    (12, "I refactored the agent loop to cut token usage."),
    (20, "토큰 사용량을 줄이려고 에이전트 루프를 다시 짰다."),
]


@pytest.mark.parametrize(("published", "text"), [*GREETINGS.values(), *OTHERS], ids=lambda value: str(value)[:12])
def test_the_estimate_is_within_a_quarter(published: int, text: str) -> None:
    assert abs(round(weigh(text)) - published) <= 0.26 * published


def test_over_all_languages_the_estimate_is_not_tilted() -> None:
    published = sum(count for count, _ in GREETINGS.values())
    estimated = sum(round(weigh(text)) for _, text in GREETINGS.values())
    assert abs(estimated - published) <= 0.05 * published


def test_nothing_is_no_token_and_anything_is_one() -> None:
    assert round(weigh("")) == 0
    assert round(weigh(" ")) == 1
    assert round(weigh("!")) == 1
    assert round(weigh("字")) == 1


@pytest.mark.parametrize(
    ("shorter", "longer"),
    [
        ("a word", "a word more"),
        ("1234", "1234567"),
        ("👍", "👍👍👍👍"),
        ("x = [1]", "x = [1, 2, 3]"),
        ("한", "한국어로"),
    ],
)
def test_more_text_is_more_tokens(shorter: str, longer: str) -> None:
    assert round(weigh(shorter)) < round(weigh(longer))


@settings(max_examples=80)
@given(st.text(max_size=60), st.text(max_size=60))
def test_a_cut_before_white_space_changes_nothing(left: str, right: str) -> None:
    left, right = f"{left}d", f" e{right}"
    assert weigh(left) + weigh(right) == pytest.approx(weigh(left + right))


@settings(max_examples=80)
@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=60))
def test_the_split_of_ascii_is_that_of_any_text(text: str) -> None:
    assert _pattern(_SPLIT_ASCII).findall(text) == _pattern(_SPLIT).findall(text)


@pytest.mark.parametrize("unit", ["a", "가", " ", "!", "\n", "a!", "é", "\u0301", "1", "👍", "\x00", "aB"])
def test_the_time_is_linear(unit: str) -> None:
    began = time.process_time()
    weigh(unit * 100_000)
    assert time.process_time() - began < 1.0
