"""What every store must do.

class TestMyStore(StoreContract):
@pytest.fixture
def stores(self, tmp_path: Path) -> StoreFactory: ...
"""

from bot.testing.contracts.store_history import HistoryContract
from bot.testing.contracts.store_ingest import IngestContract
from bot.testing.contracts.store_journal import JournalContract
from bot.testing.contracts.store_members import MembersContract
from bot.testing.contracts.store_notes import NotesContract
from bot.testing.contracts.store_off_record import OffRecordContract
from bot.testing.contracts.store_outbox import OutboxContract
from bot.testing.contracts.store_records import RecordsContract
from bot.testing.contracts.store_refusals import RefusalsContract
from bot.testing.contracts.store_rows import RowsContract
from bot.testing.contracts.store_schedules import SchedulesContract
from bot.testing.contracts.store_stored import StoredContract
from bot.testing.contracts.store_years import YearsContract


class StoreContract(
    IngestContract,
    HistoryContract,
    JournalContract,
    RowsContract,
    RefusalsContract,
    OutboxContract,
    SchedulesContract,
    RecordsContract,
    OffRecordContract,
    NotesContract,
    StoredContract,
    MembersContract,
    YearsContract,
):
    """The whole contract; a subclass gives the fixture `stores`, a `StoreFactory` over data of its own per test."""
