"""What sells is found where it stands; what informs is left in peace: bills, contracts, faults, thanks, denials."""

import tomllib
from pathlib import Path

import pytest

import esmero.demo
from esmero.rendering.checks.commerce import find_commerce
from tests.rendering.template_samples import section

SELLS = {
    "es": [
        "Contrate hoy la fibra de 1 Gb y olvídese de todo lo demás.",
        "Aproveche nuestra oferta especial de otoño.",
        "Ahora con un 20 % de descuento en su segunda línea.",
        "Un 15&nbsp;% de descuento si trae a un amigo.",
        "La televisión, por solo 9,90 €/mes.",
        "Use el código promocional OTOÑO al pagar.",
        "Tres meses gratis: gratis durante el verano.",
        "Comprar ahora",
        "Black Friday en Fibra Norte",
    ],
    "fr": [
        "Commandez dès maintenant et recevez-la demain.",
        "Profitez de notre offre de bienvenue.",
        "Jusqu’à 30 % de réduction sur tout le site.",
        "La télévision pour seulement 9,90 € par mois.",
        "Saisissez le code promo AUTOMNE.",
        "Ajouter au panier",
        "Abonnement offert pendant trois mois.",
        "Ventes privées : c’est parti.",
    ],
    "en": [
        "Upgrade now and get a faster line.",
        "A special offer for our members.",
        "Save 20% on your second line.",
        "Television for only €9.90 a month.",
        "Use the promo code AUTUMN at checkout.",
        "Add to basket",
        "Free for the first month.",
        "25% off everything",
    ],
}
INFORMS = {
    "es": [
        "Su factura de octubre es de 39,90 € (IVA incluido) y se cargará el día 5.",
        "En su factura se ha aplicado un 10 % de descuento por el corte del día 3.",
        "La cuota no cambia, y no hay nada que firmar.",
        "Este mensaje no es una oferta especial: confirma lo que contrató.",
        "Puede darse de baja cuando quiera, sin coste alguno.",
        "Mañana de 2 a 6 h cortamos la línea para cambiar el equipo.",
        "Confirme su dirección: pulse el botón antes del 30 de noviembre.",
        "Al marcharse antes del noveno mes se pagan 50 €, o nada si ya pasó.",
        "El precio de una llamada a este número es el ordinario.",
        "Gracias por contratar la fibra. Estos son los pasos que siguen.",
        "Si cambia de casa, pida el traslado con 15 días de antelación.",
        "Reserve una hora con el técnico: viene entre las 9 y las 14 h.",
        "Ya puede ver su consumo en el área de clientes.",
    ],
    "fr": [
        "Votre facture d’octobre s’élève à 39,90 € TTC et sera prélevée le 5.",
        "Une remise de 10 % a été appliquée à votre facture d’octobre.",
        "Le prix ne change pas et il n’y a rien à signer.",
        "Ce message n’est pas une offre spéciale : il confirme votre contrat.",
        "Le numéro est gratuit depuis un poste fixe.",
        "Demain de 2 h à 6 h, nous coupons la ligne pour changer l’équipement.",
        "Confirmez votre adresse avant le 30 novembre.",
        "Douze places ; les premières réponses décident.",
        "Merci d’avoir souscrit. Voici les étapes suivantes.",
        "Vous pouvez résilier à tout moment, sans frais.",
    ],
    "en": [
        "Your October bill is €39.90 including VAT and will be taken on the 5th.",
        "A discount of 10% has been applied to your October bill.",
        "The price stays as it is, and there is nothing to sign.",
        "This is not a special offer: it confirms what you ordered.",
        "You may leave at any time, free of charge.",
        "We switch the line off tomorrow from 2 to 6 to change the equipment.",
        "Please confirm your address by 30 November.",
        "Thank you for your order. These are the next steps.",
        "From just before midnight the service is down.",
        "Book a visit: the engineer comes between 9 and 2.",
    ],
}


@pytest.mark.parametrize(("language", "words"), [(code, one) for code, all_ in SELLS.items() for one in all_])
def test_what_sells_is_found(language, words):
    assert list(find_commerce(words, language=language)), words


@pytest.mark.parametrize(("language", "words"), [(code, one) for code, all_ in INFORMS.items() for one in all_])
def test_what_informs_is_left_in_peace(language, words):
    assert list(find_commerce(words, language=language)) == []


def test_each_place_has_its_line_and_the_slot_is_left_alone():
    mjml = section(
        "\n<mj-text>Su línea\n<b>por solo</b> 9,90&nbsp;€.</mj-text>\n"
        "<mj-button href='https://a.example/?oferta especial'>Comprar ahora</mj-button>"
    )
    assert list(find_commerce(mjml, language="es")) == [(3, "por solo 9,90 €"), (4, "Comprar ahora")]
    style = "<mj-raw><style>/* Código de descuento */</style></mj-raw><mj-text>Hola</mj-text>"
    assert list(find_commerce(section(style), language="es")) == []
    slot = f"<em-promotion>\n{mjml}\n</em-promotion>\n<mj-text>{{{{ oferta }}}}</mj-text>"
    assert list(find_commerce(slot, language="es")) == []


def test_a_language_without_a_table_is_not_guessed_at():
    assert list(find_commerce("Jetzt kaufen! 20 % Rabatt", language="de")) == []


def test_the_letters_of_the_house_sell_nothing():
    letters = tomllib.loads((Path(esmero.demo.__file__).parent / "letters" / "words.toml").read_text("utf-8"))
    told = 0
    for texts in letters.values():
        for language, words in texts.items():
            for text in (
                words["subject"],
                words["preheader"],
                words["heading"],
                words["opening"],
                words["body"],
                words["button"],
            ):
                told += 1
                assert list(find_commerce(text, language=language)) == [], text
    assert told > 30
