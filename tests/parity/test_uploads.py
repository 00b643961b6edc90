"""What customers and staff stored at the primary lies at the standby as well.

Pictures, invoices and attachments are in no database. Whatever copies them can stop on a Tuesday and be
missed for the first time after the failover.
"""

from __future__ import annotations

import pytest

from siteparity.pytest_plugin import Parity

pytestmark = pytest.mark.blocker


@pytest.mark.drill("folder_left_out_of_the_copies", "upload_folder_missing")
@pytest.mark.leads_to("uploads.as_much_is_stored_as_at_the_primary", "uploads.stored_files_have_arrived")
@pytest.mark.broken("A folder for uploads is missing or empty on {where}", "part")
def test_every_folder_for_uploads_holds_files(parity: Parity) -> None:
    """What was stored is missing; and of an empty folder nobody knows whether it is copied."""
    parity.healthy("folders", fix="mount it, or copy what the other site has: {item}")


@pytest.mark.drill(
    "upload_folder_closed", "upload_folder_of_another_owner_at_primary", "upload_folder_missing"
)
@pytest.mark.broken("Folders for uploads have another owner or mode at {standby} than at {primary}", "part")
def test_folders_for_uploads_have_the_same_owner_and_mode(parity: Parity) -> None:
    """The application cannot store what customers send, or everybody on the host can change it."""
    parity.same("rights", fix="chown and chmod it as on the other hosts: {item}")


@pytest.mark.drill(
    "disk_full_at_primary",
    "folder_left_out_of_the_copies",
    "inodes_exhausted_at_both_sites",
    "picture_copied_in_part",
    "pictures_not_copied",
    "upload_folder_missing",
)
@pytest.mark.broken("{standby} has fewer stored files than {primary}, or empty ones", "part")
def test_as_much_is_stored_as_at_the_primary(parity: Parity) -> None:
    """Pictures, invoices and attachments are missing, and orders that refer to them."""
    parity.at_least(
        "amount",
        of_primary="settled",
        percent="enough",
        fix="find out why files are no longer copied (a timer, its log), and copy what is missing: {item}",
    )


@pytest.mark.drill(
    "disk_full_at_primary",
    "folder_left_out_of_the_copies",
    "inodes_exhausted_at_both_sites",
    "picture_copied_in_part",
    "picture_of_another_content",
    "picture_readable_by_root_alone",
    "pictures_not_copied",
    "upload_folder_missing",
)
@pytest.mark.broken("Files that were stored at {primary} are missing or other at {standby}", "part")
def test_stored_files_have_arrived(parity: Parity) -> None:
    """Customers see broken pictures, or an older version of what they stored."""
    parity.healthy(
        "arrived",
        at="standby",
        fix="copy it from the primary, with owner and mode; then find out why nothing has copied it: {item}",
    )
