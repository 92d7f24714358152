"""Rows that imaging itself never makes: patients, providers, categories, drawings. For the demo practice and for tests.

Not for a practice an Open Dental works on: it keeps sums and links of its own over these rows.
"""

from odimaging.db.records import Value, columns_of_image_draw, columns_of_patient
from odimaging.db.session import Session
from odimaging.model.definition import IMAGE_CATEGORIES, Definition, Provider
from odimaging.model.ids import DefNum, PatNum, ProvNum
from odimaging.model.mount import ImageDraw
from odimaging.model.patient import Patient


class SeedRows:
    """Within a unit of work: ``work.seed``. Numbers in the arguments are kept where they are not 0."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def patient(self, patient: Patient) -> PatNum:
        """One patient; a head of family unless a guarantor is named."""
        number = self._put("patient", "PatNum", columns_of_patient(patient))
        if not patient.guarantor:
            table = self._session.schema["patient"]
            own = table.clause.update().where(table.c("PatNum") == number)
            self._session.write(own.values(Guarantor=number))
        return PatNum(number)

    def category(self, definition: Definition) -> DefNum:
        """One image category."""
        values: dict[str, Value] = {
            "DefNum": definition.def_num,
            "Category": IMAGE_CATEGORIES,
            "ItemOrder": definition.item_order,
            "ItemName": definition.item_name,
            "ItemValue": definition.item_value,
            "IsHidden": int(definition.is_hidden),
        }
        return DefNum(self._put("definition", "DefNum", values))

    def provider(self, provider: Provider, item_order: int = 0) -> ProvNum:
        """One provider."""
        values: dict[str, Value] = {
            "ProvNum": provider.prov_num,
            "Abbr": provider.abbr,
            "ItemOrder": item_order,
            "IsHidden": int(provider.is_hidden),
        }
        return ProvNum(self._put("provider", "ProvNum", values))

    def drawing(self, drawing: ImageDraw) -> None:
        """One drawing."""
        self._put("imagedraw", "ImageDrawNum", columns_of_image_draw(drawing))

    def preference(self, name: str, value: str) -> None:
        """One preference that is not there yet."""
        self._put("preference", "PrefNum", {"PrefName": name, "ValueString": value})

    def _put(self, name: str, key: str, values: dict[str, Value]) -> int:
        if not values.get(key):
            values.pop(key, None)
        return self._session.insert(self._session.schema[name], key, values)
