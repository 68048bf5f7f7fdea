"""Which configuration and which policy a manifest has; each is read once."""

from __future__ import annotations

from pathlib import Path

from .configuration import Configuration, find_configuration
from .policies import LoadedPolicy, load_policies


class Projects:
    """The policies and configurations of a run's manifests.

    `named` are the policies of the command line. They win over what the manifest's `stowplan.yaml`
    names, and that over a folder `policies/` beside the manifest.
    """

    def __init__(self, named: list[str]) -> None:
        self._named = tuple(named)
        self._configurations: dict[Path, Configuration | None] = {}
        self._policies: dict[tuple[tuple[str, ...], Path | None], LoadedPolicy] = {}

    def configuration(self, folder: Path) -> Configuration | None:
        """The nearest configuration from a folder upwards. Raises FaultyConfiguration."""
        if folder not in self._configurations:
            self._configurations[folder] = find_configuration(folder)
        return self._configurations[folder]

    def policy(self, manifest: Path) -> LoadedPolicy | None:
        """The manifest's policy; None where there is none.

        Raises FaultyConfiguration, FaultyPolicy.
        """
        names, base = self._policy_names(manifest)
        if not names:
            return None
        if (names, base) not in self._policies:
            self._policies[names, base] = load_policies(names, base)
        return self._policies[names, base]

    def _policy_names(self, manifest: Path) -> tuple[tuple[str, ...], Path | None]:
        """What names the manifest's policies, and the folder that the names are relative to."""
        if self._named:
            return self._named, None
        configuration = self.configuration(manifest.parent)
        if configuration is not None and configuration.policies:
            return configuration.policies, nearby(configuration.folder)
        beside = manifest.parent / "policies"
        return ((beside.as_posix(),) if beside.exists() else ()), None


def nearby(path: Path) -> Path:
    """A path as seen from here, where it lies below; messages then need no absolute path."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def unread_constraints(manifest: Path) -> str:
    """What to say where a policy in Markdown lies beside a manifest; empty where none does."""
    beside = manifest.parent / "constraints.md"
    if not beside.exists():
        return ""
    return f"{beside.as_posix()} is not read by this version: state it as a YAML policy"
