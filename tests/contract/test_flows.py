"""Some of the flows' own stories once more, with the records in dynalite: a server judges what they write and ask."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.edge.table import DynamoTable
from chalicelib.flows.records import Records
from tests.builders import owner
from tests.contract.judges import made_table
from tests.flows import (
    test_circuit,
    test_delivery,
    test_feedback,
    test_goodwill,
    test_holds,
    test_links,
    test_records,
    test_reminders,
    test_run,
    test_tasks,
)
from tests.flows.office import Office

STORIES = [
    test_run.test_a_run_that_is_short_of_time_is_gone_on_with_where_it_stopped,
    test_run.test_a_run_far_beyond_the_usual_tells_nobody_until_a_manager_has_seen_it,
    test_reminders.test_a_run_made_again_on_its_day_adds_no_notice,
    test_reminders.test_a_run_that_was_missed_is_made_up_for,
    test_reminders.test_a_stale_entry_of_the_index_harms_nobody,
    test_reminders.test_after_a_change_of_the_rules_everybody_is_looked_at_once,
    test_delivery.test_a_notice_goes_out_once_and_is_recorded_as_sent,
    test_delivery.test_run_day_after_day_each_step_is_told_once,
    test_delivery.test_after_a_payment_taken_back_the_message_goes_out_after_all,
    test_delivery.test_a_bill_that_fell_overdue_in_between_is_told_and_not_told_again,
    test_delivery.test_what_came_too_late_in_the_day_goes_out_the_next_day_once,
    test_delivery.test_two_notices_planned_apart_and_delivered_together_keep_the_interval,
    test_delivery.test_a_refused_message_is_not_tried_again_there_but_goes_by_the_next_channel_at_once,
    test_delivery.test_a_kill_inside_the_call_ends_as_unknown,
    test_delivery.test_a_worker_cut_off_before_its_call_is_followed_by_another_once_its_claim_has_run_out,
    test_delivery.test_a_slow_worker_taken_for_dead_does_not_send_after_all,
    test_delivery.test_who_unsubscribed_in_between_gets_a_text_message_instead,
    test_delivery.test_every_message_mints_its_own_code_and_its_link_opens_the_statement,
    test_feedback.test_an_event_heard_twice_sends_nothing_twice,
    test_feedback.test_mail_that_comes_back_for_good_closes_the_address_tells_staff_and_goes_by_the_next_channel,
    test_feedback.test_what_stays_unknown_for_the_hours_of_the_rules_becomes_a_case_and_is_never_sent_again,
    test_links.test_of_many_owners_each_link_opens_its_own_owners_account_alone,
    test_links.test_the_buyer_never_sees_the_sellers_bills_and_the_sellers_link_stops_at_the_sale,
    test_tasks.test_two_calls_at_different_times_of_day_and_then_a_visit,
    test_tasks.test_a_case_is_closed_with_a_cause_of_the_rules,
    test_tasks.test_a_demand_waits_for_approval_and_goes_the_same_day,
    test_holds.test_a_pause_ended_early_leaves_its_history_and_the_first_end_counts,
    test_goodwill.test_two_runs_at_once_give_one_waiver_even_for_different_bills,
]
RECORDS = [
    test_circuit.test_of_all_who_ask_when_a_try_is_due_one_makes_it,
    test_circuit.test_once_a_try_succeeds_everybody_may_call_again,
    test_records.test_an_account_is_what_was_put_on_record,
    test_records.test_new_contacts_leave_the_marks_of_an_owner,
    test_records.test_the_same_facts_again_change_nothing,
    test_records.test_a_reference_that_counts_for_one_owner_counts_for_no_other,
    test_records.test_a_unit_knows_who_held_it_and_until_when,
    test_records.test_a_look_is_brought_forward_and_never_put_off,
    test_records.test_the_ledger_marker_moves_forward_and_never_back,
]


@pytest.fixture
def new_table(dynalite: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[], DynamoTable]:
    """An empty table in dynalite, which from now on every new office has too."""

    def made() -> DynamoTable:
        return DynamoTable(dynalite, made_table(dynalite))

    monkeypatch.setattr(Office, "new_table", made)
    return made


@pytest.mark.usefixtures("new_table")
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_what_is_held_in_memory_is_held_by_a_server(story: Callable[[], None]) -> None:
    story()


@pytest.mark.parametrize("story", RECORDS, ids=lambda story: story.__name__)
def test_what_is_on_record_in_memory_is_on_record_at_a_server(
    new_table: Callable[[], DynamoTable], story: Callable[[Records], None]
) -> None:
    records = Records(new_table())
    records.save_owner(owner())
    story(records)


@pytest.mark.usefixtures("new_table")
def test_fault_04_many_workers_at_once_send_once() -> None:
    for _ in range(5):
        test_delivery.test_many_workers_at_once_send_once()
