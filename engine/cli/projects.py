"""Which configuration and which policy a manifest has; each is read once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from stowplan.model import Severity

from .configuration import Configuration, find_configuration, nearby
from .policies import LoadedPolicy, load_policies
from .settings import Setting, Settings

__all__ = ["CONSTRAINTS", "Projects", "nearby"]

CONSTRAINTS = "constraints.md"
"""The policy in Markdown that is taken from beside a manifest where there is no other."""

_STRICTEST_FIRST = (Severity.INFO, Severity.WARNING, Severity.ERROR)


class Projects:
    """The settings, policies and configurations of a run's manifests.

    `named` are the policies of the command line, `fail_on` its severity. They win over what
    `stowplan.yaml` says of the manifest, that over a folder `policies/` beside the manifest, and
    that over a `constraints.md` there.
    `today` is the day on which waivers are judged.
    """

    def __init__(self, named: list[str], today: date, fail_on: str | None = None) -> None:
        self._named = tuple(named)
        self._today = today
        self._fail_on = fail_on
        self._configurations: dict[Path, Configuration | None] = {}
        self._settings: dict[Path, Settings] = {}
        self._policies: dict[tuple[str, ...], LoadedPolicy] = {}

    def configuration(self, folder: Path) -> Configuration | None:
        """The nearest configuration from a folder upwards. Raises FaultyConfiguration."""
        if folder not in self._configurations:
            self._configurations[folder] = find_configuration(folder)
        return self._configurations[folder]

    def settings(self, manifest: Path) -> Settings:
        """What applies to a manifest, and why. Raises FaultyConfiguration."""
        if manifest not in self._settings:
            configuration = self.configuration(manifest.parent)
            self._settings[manifest] = Settings(
                self._policies_of(manifest, configuration),
                self._fail_on_of(manifest, configuration),
            )
        return self._settings[manifest]

    def policy(self, manifest: Path) -> LoadedPolicy | None:
        """The manifest's policy; None where there is none.

        Raises FaultyConfiguration, FaultyPolicy.
        """
        setting = self.settings(manifest).policies
        names = setting.value
        if not names:
            return None
        if names not in self._policies:
            configuration = self.configuration(manifest.parent)
            named = configuration.named_policies if configuration else ()
            self._policies[names] = load_policies(
                names, self._today, spans=setting.spans, elsewhere=named
            )
        return self._policies[names]

    def stated(self, policy: str) -> LoadedPolicy:
        """A policy file by itself. Raises FaultyPolicy."""
        return load_policies((policy,), self._today)

    def fail_on(self, manifests: Iterable[str]) -> Callable[[str], Severity]:
        """From which severity on a violation counts, by the path of the file that it is in.

        In a policy it counts as in the strictest of the manifests that the policy is for. The
        policies of these manifests must have been loaded.
        """
        found: dict[str, Severity] = {}
        for manifest in manifests:
            loaded = self.policy(Path(manifest))
            severity = self.settings(Path(manifest)).fail_on.value
            configuration = self.configuration(Path(manifest).parent)
            stated = {glob.span.path for glob in configuration.globs} if configuration else ()
            for path in (manifest, *(loaded.documents if loaded else ()), *stated):
                found[path] = min(severity, found.get(path, severity), key=_STRICTEST_FIRST.index)
        return lambda path: found.get(path, Severity(self._fail_on or Severity.ERROR))

    def _policies_of(
        self, manifest: Path, configuration: Configuration | None
    ) -> Setting[tuple[str, ...]]:
        if self._named:
            return Setting(self._named, "--policy")
        stated = configuration and configuration.policies(manifest)
        if stated:
            return stated
        # Whatever has the name counts: a link that leads nowhere must not pass for no policy.
        beside = manifest.parent / "policies"
        if os.path.lexists(beside):
            return Setting((beside.as_posix(),), "policies/ beside the manifest")
        constraints = manifest.parent / CONSTRAINTS
        if os.path.lexists(constraints):
            return Setting((constraints.as_posix(),), f"{CONSTRAINTS} beside the manifest")
        return Setting((), "default")

    def _fail_on_of(self, manifest: Path, configuration: Configuration | None) -> Setting[Severity]:
        if self._fail_on:
            return Setting(Severity(self._fail_on), "--fail-on")
        stated = configuration and configuration.fail_on(manifest)
        return stated or Setting(Severity.ERROR, "default")
