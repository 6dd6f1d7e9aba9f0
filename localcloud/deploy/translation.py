"""From SAM to CloudFormation, by SAM's own translator."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.utils.py27hash_fix import to_py27_compatible_template, undo_mark_unicode_str_in_template
from samtranslator.yaml_helper import intrinsics_multi_constructor


class _TemplateLoader(yaml.CSafeLoader):
    """YAML with CloudFormation's `!Ref` and its like, as SAM reads it, ten times as fast."""


_TemplateLoader.add_multi_constructor("!", intrinsics_multi_constructor)


def read(template_file: Path) -> dict[str, Any]:
    """The template as it is written."""
    template: dict[str, Any] = yaml.load(template_file.read_text(), _TemplateLoader)  # noqa: S506  (a safe loader)
    return template


def translated(template: dict[str, Any], parameters: Mapping[str, str], region: str) -> dict[str, Any]:
    """SAM to CloudFormation, as SAM's own `transform` does it, but in a Region that is given and not found in the
    environment.
    """
    values = dict(parameters)
    to_py27_compatible_template(template, values)
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=region))
    answer: dict[str, Any] = undo_mark_unicode_str_in_template(translator.translate(template, parameter_values=values))
    return answer
