"""The language of a running text is told by its commonest words."""

import pytest

from transforms.language import language_of


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The probe is on its way to the moon, and it will land there by the end of May."),
        ("de", "Die Sonde ist auf dem Weg zum Mond und soll dort bis Ende Mai landen."),
        ("fr", "La sonde est en route vers la lune et doit s'y poser avant la fin du mois de mai."),
        ("es", "La sonda va camino de la luna y se espera que el aterrizaje sea a fines de mayo."),
        (
            "it",
            "La sonda è in viaggio verso la luna e il suo arrivo è previsto per la fine del mese.",
        ),
        ("pt", "A sonda está a caminho da lua e o pouso não deve ser antes do fim do mês de maio."),
        ("nl", "De sonde is op weg naar de maan en zal daar voor het einde van mei landen."),
        ("sv", "Sonden är på väg till månen och ska landa där i slutet av maj, om det går bra."),
        ("ja", "探査機は月に向かっており、五月末までに着陸する予定です。"),
        ("zh", "探测器正在飞往月球，预计五月底着陆。"),
        ("ko", "탐사선은 달을 향해 가고 있으며 오월 말에 착륙할 예정이다."),
        ("ru", "Зонд летит к Луне и должен сесть там до конца мая."),
    ],
)
def test_common_languages_are_known(language, text):
    assert language_of(text) == language


@pytest.mark.parametrize("text", ["", "42", "Artemis II", "Xq zv kkp wrt."])
def test_what_is_not_clear_is_not_guessed(text):
    assert language_of(text) is None
