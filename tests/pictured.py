"""A QTI package: items with a picture, a sound, formulas, a shared stem, and an inline choice."""

import io
import wave
from pathlib import Path

from photographed import packed, picture

PNG = picture("PNG", (240, 120))
MATHML = "http://www.w3.org/1998/Math/MathML"
SQUARE = f'<math xmlns="{MATHML}"><msup><mi>x</mi><mn>2</mn></msup></math>'
HALF = f'<math xmlns="{MATHML}"><mfrac><mi>x</mi><mn>2</mn></mfrac></math>'
SPACE = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
TEMPLATE = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"
TABLE = (
    "<table><tr><th colspan='2'>两场直播</th></tr><tr><td>甲</td><td>乙</td></tr></table>"
    '<p><img src="../pics/chart.png" alt="两场直播的成交额"/></p>'
)


def sound() -> bytes:
    """A tenth of a second of silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(1)
        made.setframerate(8000)
        made.writeframes(b"\x80" * 800)
    return out.getvalue()


def item(name: str, key: tuple[str, ...], before: str, options: dict[str, str], field: str) -> str:
    """A choice item in QTI 3.0."""
    cardinality = "single" if len(key) == 1 else "multiple"
    values = "".join(f"<qti-value>{one}</qti-value>" for one in key)
    choices = "".join(
        f'<qti-simple-choice identifier="{one}">{said}</qti-simple-choice>'
        for one, said in options.items()
    )
    return (
        f'<qti-assessment-item xmlns="{SPACE}" identifier="{name}" title="{name}">'
        f'<qti-response-declaration identifier="RESPONSE" cardinality="{cardinality}" '
        f'base-type="identifier"><qti-correct-response>{values}</qti-correct-response>'
        "</qti-response-declaration>"
        '<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>'
        f'<qti-item-body data-field="{field}" data-task="选题" data-difficulty="0.6">{before}'
        f'<qti-choice-interaction response-identifier="RESPONSE" max-choices="{len(key) % 2}">'
        f"<qti-prompt>请选择（{name}）？</qti-prompt>{choices}</qti-choice-interaction>"
        f'</qti-item-body><qti-response-processing template="{TEMPLATE}"/></qti-assessment-item>'
    )


def items(field: str) -> dict[str, str]:
    """Their files: a picture and formulas, a sound, a shared stem with a table and a picture."""
    plain = {"A": "甲", "B": "乙", "C": "丙", "D": "丁"}
    formulas = {"A": SQUARE, "B": HALF, "C": "x", "D": "2<sub>x</sub>"}
    shown = '<p>看图：<img src="../pics/chart.png" alt="两场直播的成交额" width="240"/></p>'
    heard = '<p>听录音：<audio src="../pics/a.wav"/></p>'
    shared = f'<div class="situation">{TABLE}</div>'
    return {
        "items/a.xml": item("pic-a", ("A",), shown, formulas, field),
        "items/b.xml": item("pic-b", ("A", "C"), heard, plain, field),
        "items/c.xml": item("pic-c", ("B",), shared, plain, field),
        "items/d.xml": INLINE.replace("{field}", field),
    }


INLINE = (
    f'<qti-assessment-item xmlns="{SPACE}" identifier="inl-d" title="inl-d">'
    '<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">'
    "<qti-correct-response><qti-value>G</qti-value></qti-correct-response>"
    "</qti-response-declaration>"
    '<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>'
    '<qti-item-body data-field="{field}" data-task="选题" data-difficulty="0.6"><p>'
    '成交总额（inl-d）的缩写是<qti-inline-choice-interaction response-identifier="RESPONSE">'
    '<qti-inline-choice identifier="G">GMV</qti-inline-choice>'
    '<qti-inline-choice identifier="U">UV</qti-inline-choice></qti-inline-choice-interaction>。</p>'
    f'</qti-item-body><qti-response-processing template="{TEMPLATE}"/></qti-assessment-item>'
)


def pictured(folder: Path, field: str) -> Path:
    """The package."""
    files = items(field)
    shown = ("pics/chart.png", "pics/a.wav")
    resources = "".join(
        f'<resource identifier="{name[6]}" type="imsqti_item_xmlv3p0" href="{name}">'
        + "".join(f'<file href="{one}"/>' for one in (name, *shown))
        + "</resource>"
        for name in files
    )
    manifest = f"<manifest><resources>{resources}</resources></manifest>"
    held = {name: text.encode() for name, text in files.items()}
    held |= {"imsmanifest.xml": manifest.encode(), shown[0]: PNG, shown[1]: sound()}
    return packed(folder / "pictured.zip", held)
