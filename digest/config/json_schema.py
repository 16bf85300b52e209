"""Write the JSON schema of subscribers.yaml, for editors.

`python -m digest.config.json_schema > docs/subscribers.schema.json`
"""

import json
import sys

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from digest.config.schema import FileSection


class _ForEditors(GenerateJsonSchema):
    """A JSON schema without titles that repeat the keys, and without null for "left out"."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def json_schema() -> str:
    """The JSON schema of the file, for editors: https://json-schema.org/draft/2020-12"""
    schema = FileSection.model_json_schema(schema_generator=_ForEditors)
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(json_schema())
