"""Settings, from the environment (`LABELWRIGHT_...`); each is described in docs/settings.md."""

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MEGABYTE = 1024 * 1024


class Settings(BaseSettings):
    """Everything an operator can choose. Field names in upper case after `LABELWRIGHT_` are the variables."""

    model_config = SettingsConfigDict(env_prefix="LABELWRIGHT_", frozen=True, extra="ignore")

    data: Path = Field(default=Path("labelwright-data"), description="Folder of the database, pictures and caches.")
    base_url: str | None = Field(
        default=None,
        description="Address under which people reach the server, such as https://labels.example.org. "
        "Without it links are built from the request's Host.",
    )
    allowed_hosts: list[str] = Field(
        default=[],
        description="Host names that are answered besides localhost, IP addresses and that of base_url (JSON list).",
    )
    trusted_proxies: str = Field(
        default="127.0.0.1", description="Addresses whose X-Forwarded-* headers count, comma-separated."
    )
    secure_cookies: bool | None = Field(
        default=None, description="Mark cookies Secure. Default: when base_url begins with https."
    )
    session_days: int = Field(default=14, ge=1, description="Days until a session that is not used ends.")
    max_picture_bytes: int = Field(default=1024 * MEGABYTE, description="Largest picture file, in bytes.")
    max_picture_megapixels: int = Field(default=500, description="Largest picture, in megapixels.")
    max_picture_side: int = Field(default=32_767, description="Longest side of a picture, in pixels.")
    tiled_from_megapixels: int = Field(
        default=100, ge=1, description="Pictures of so many megapixels and more are shown in tiles."
    )
    tiling_memory_megabytes: int = Field(
        default=512, ge=256, description="Memory of the process that makes tiles, in megabytes."
    )
    max_import_bytes: int = Field(default=1024 * MEGABYTE, description="Largest label file for import, in bytes.")
    jobs_at_once: int = Field(
        default=2, ge=1, description="Exports, and imports, that are at work at a time, each of another person."
    )
    job_files_days: int = Field(
        default=7,
        ge=1,
        description="Days that uploads of ended imports, and snapshots of exports that ended badly, are kept.",
    )
    judges: str = Field(
        default="",
        description="Folder of virtual environments in which programs of others that read archives are looked for, "
        "besides the server's own; `off` for none.",
    )
    allowed_link_networks: list[str] = Field(
        default=[],
        description="Private networks that public links may lead into, as CIDR (JSON list). Default: none.",
    )
    log_json: bool = Field(default=False, description="Write logs as JSON lines.")

    @field_validator("judges")
    @classmethod
    def _check_judges(cls, judges: str) -> str:
        if judges in {"", "off"} or Path(judges).is_dir():
            return judges
        raise ValueError(f"there is no folder {judges}; name one of virtual environments, or off")

    @property
    def cookies_are_secure(self) -> bool:
        if self.secure_cookies is not None:
            return self.secure_cookies
        return bool(self.base_url and self.base_url.startswith("https://"))
