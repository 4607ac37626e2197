"""
Every call of the package that reaches outside the process, and the experiment in which it goes wrong.

`module function: call`, as `lab.sites` finds them in the syntax tree: requests to a node, methods of the
store that write, changes of files and folders, programs, sockets. `test_call_sites.py` fails when the package
has a call that is not here, and when one that is here has gone. Who adds a call says here which experiment
makes it fail; for a call outside the roads of a write that is a test in which it is refused, or looked at.
"""

from __future__ import annotations

LEFT_OUT = ("adapters/evm/tester_", "adapters/evm/faults/")
"""A chain in this process and a proxy that fails on purpose: the other side of the wire."""

ANCHORING = "crash/test_call_sites.py::test_every_outside_call_of_one_anchoring_is_recovered_from"
"""Each call of these fails before, after, by a time-out and with garbage; what it is for gets done anyway."""

SITES: dict[str, tuple[str, ...]] = {
    ANCHORING: (
        "adapters/evm/rpc.py JsonRpc.__init__: machine urllib3.PoolManager",
        "adapters/evm/sender.py EvmSender.fetch_balance: rpc call",
        "adapters/evm/sender.py EvmSender.fetch_balance: rpc eth_getBalance",
        "adapters/evm/sender.py EvmSender.fetch_fees: rpc call",
        "adapters/evm/sender.py EvmSender.fetch_fees: rpc eth_feeHistory",
        "adapters/evm/sender.py EvmSender.fetch_gas: rpc call",
        "adapters/evm/sender.py EvmSender.fetch_gas: rpc eth_estimateGas",
        "adapters/evm/sender.py _fetch_counts: rpc batch",
        "adapters/evm/sender.py _fetch_counts: rpc eth_getBlockByNumber",
        "adapters/evm/sender.py _fetch_counts: rpc eth_getTransactionCount",
        "adapters/evm/sender.py _fetch_receipts: rpc batch",
        "adapters/evm/sender.py _fetch_receipts: rpc eth_getTransactionReceipt",
        "adapters/evm/sender.py _offer: rpc call",
        "adapters/evm/sender.py _offer: rpc eth_sendRawTransaction",
        "adapters/evm/source.py Source._read_words: rpc batch",
        "adapters/evm/source.py Source._read_words: rpc eth_getStorageAt",
        "adapters/evm/source.py Source.fetch_block: rpc call",
        "adapters/evm/source.py Source.fetch_identity: rpc batch",
        "adapters/evm/source.py Source.fetch_tip: rpc batch",
        "adapters/evm/source.py _block_question: rpc eth_getBlockByNumber",
        "adapters/evm/source.py _identity_questions: rpc eth_chainId",
        "adapters/evm/source.py _identity_questions: rpc eth_getCode",
        "adapters/files/atomic.py sync_folder: file os.fsync",
        "adapters/files/atomic.py sync_folder: file os.open",
        "adapters/files/atomic.py write_new: file os.fsync",
        "adapters/files/atomic.py write_new: file os.open",
        "adapters/files/atomic.py write_whole: file os.fchmod",
        "adapters/files/atomic.py write_whole: file os.fsync",
        "adapters/files/atomic.py write_whole: file os.open",
        "adapters/files/atomic.py write_whole: file replace",
        "adapters/files/folders.py _alone: file os.open",
        "adapters/files/folders.py BatchFolders.hold: file mkdir",
        "adapters/files/folders.py BatchFolders.hold: file rename",
        "adapters/files/folders.py BatchFolders.release: file rename",
        "adapters/files/folders.py _remove: machine shutil.rmtree",
        "adapters/files/folders.py _make_folders: file mkdir",
        "adapters/files/folders.py _write: file write_new",
        "anchoring/final_watch.py FinalWatch.verify: store write_final_mark",
        "anchoring/lane_watch.py LaneWatch._fetch_next: store open_lane",
        "anchoring/lease.py Leases.drop_all: store drop_lease",
        "anchoring/lease.py Leases.take: store take_lease",
        "anchoring/taker.py Taker._move: store move_intent",
        "anchoring/taker.py Taker._send: store mark_sent",
        "anchoring/taker.py Taker._sign: store add_attempt",
        "cli/issuing.py write_findings: file write_whole",
        "issuing/deliver.py deliver_batch: store mark_delivered",
        "issuing/issue.py Issuing._open: store open_batch",
        "issuing/issue.py Issuing._seal: store seal_batch",
        "wiring/workers.py wire_worker: store write_pin",
    ),
    "crash/test_foreign_transactions.py::test_foreign_transactions": (
        "anchoring/lane_healing.py accept_foreign_use: store move_lane",
        "anchoring/lane_healing.py fill_gap: store add_intent",
    ),
    "crash/test_issue_kills.py::test_a_roster_is_issued_once_and_whole_wherever_it_is_killed": (
        "issuing/status.py StatusDesk._add: store add_intent",
    ),
    "crash/test_issue_by_api_kills.py::test_a_folder_that_knows_more_than_the_store_is_joined_no_more": (
        "issuing/by_api.py ApiIssuing._open: store close_open_batch",
    ),
    "crash/test_issue_by_api_kills.py::test_tidying_up_is_gone_on_with_wherever_it_is_killed": (
        "adapters/files/open_folders.py OpenFolders.discard: machine shutil.rmtree",
        "issuing/sealing.py Sealing._tidy: store forget_answers",
        "issuing/sealing.py Sealing._tidy: store forget_open_batch",
    ),
    "crash/test_issue_by_api_kills.py::"
    "test_whatever_was_answered_by_api_survives_a_kill_anywhere_and_is_issued_once": (
        "adapters/files/open_folders.py OpenFolders.add: file mkdir",
        "adapters/files/open_folders.py OpenFolders.add: file write_new",
        "issuing/by_api.py ApiIssuing._open: store begin_open_batch",
        "issuing/by_api.py ApiIssuing._try: store join_batch",
        "issuing/sealing.py Sealing._seal: store seal_batch",
        "issuing/sealing.py Sealing.seal_due: store close_open_batch",
    ),
    "crash/test_issue_by_api_kills.py::test_a_batch_that_nobody_joined_leaves_nothing": (
        "issuing/sealing.py Sealing.seal_due: store forget_open_batch",
    ),
    "crash/test_lying_nodes.py::test_nothing_false_is_valid_whoever_lies": (
        "adapters/evm/source.py Source._read_logs: rpc call",
        "adapters/evm/source.py Source._read_logs: rpc eth_getLogs",
    ),
    "crash/test_reorgs.py::test_finality_that_breaks_stops_what_vanished_within_one_poll": (
        "anchoring/final_watch.py halt_vanished: store move_intent",
    ),
    "crash/test_restored_backup.py::test_recovering_that_is_killed_is_gone_on_with": (
        "recovering/recovery.py Recovery._enter: store enter_batch",
        "recovering/recovery.py Recovery._enter_change: store enter_write",
        "recovering/recovery.py Recovery._finish: store move_intent",
        "recovering/recovery.py Recovery._give_up: store drop_intent",
        "recovering/recovery.py Recovery._move_lane: store move_lane",
        "recovering/recovery.py Recovery._move_lane: store open_lane",
        "recovering/recovery.py Recovery.run: store accept_missing",
        "wiring/recovery.py wire_recovery: store write_pin",
    ),
    "crash/test_total_loss.py::test_a_batch_that_was_held_and_never_recorded_is_set_aside_and_issued_anew": (
        "adapters/files/known_folders.py set_aside: file chmod",
        "adapters/files/known_folders.py set_aside: file mkdir",
        "adapters/files/known_folders.py set_aside: file rename",
    ),
    "crash/test_total_loss.py::test_a_batch_whose_documents_are_gone_is_waited_for_or_given_up": (
        "anchoring/giving_up.py give_up: store give_up_batch",
    ),
    "integration/test_anchor_command.py::test_a_stopped_write_is_named_until_a_person_takes_it_up_again": (
        "anchoring/resume.py resume_intent: store resume_intent",
    ),
    "integration/test_audit.py::test_the_report_names_the_sums_of_its_files_and_is_the_same_twice": (
        "cli/audit.py write_files: file mkdir",
        "cli/audit.py write_files: file write_whole",
    ),
    "integration/test_backup.py::test_a_backup_that_is_killed_leaves_the_one_before": (
        "adapters/files/backup.py BackupFolder.adopt: file replace",
        "adapters/files/backup.py BackupFolder.copy: file unlink",
        "adapters/files/backup.py BackupFolder.copy: machine shutil.copyfile",
        "adapters/files/backup.py BackupFolder.opened: file mkdir",
        "adapters/files/backup.py BackupFolder.opened: file os.open",
        "adapters/files/backup.py BackupFolder.reserve: file mkdir",
        "adapters/files/backup.py BackupFolder.reserve: file os.open",
        "adapters/files/backup.py BackupFolder.reserve: file unlink",
        "adapters/files/backup.py BackupFolder.seal: file write_whole",
        "adapters/files/backup.py BackupFolder.sweep: file rmdir",
        "adapters/files/backup.py BackupFolder.sweep: file unlink",
        "adapters/files/backup.py _sync: file os.fsync",
        "adapters/files/backup.py _sync: file os.open",
        "adapters/sql/copying.py _copy_sqlite: machine sqlite3.connect",
        "adapters/sql/copying.py _dump: machine subprocess.run",
        "recovering/backup.py Backup._copy_state: file write_bytes",
    ),
    "integration/test_conformance.py::"
    "test_over_https_credentials_are_wrapped_and_point_into_a_list_that_is_served": (
        "web/vc_api/certificate.py making_certificate: file write_bytes",
        "web/vc_api/server.py run_conformance: machine socket.create_server",
    ),
    "integration/test_demo.py::test_every_verdict_of_the_demo_is_the_right_one": (
        "demo/judging.py write_verdicts: file write_whole",
        "demo/stage.py open_stage: file mkdir",
        "demo/stage.py open_stage: file write_whole",
        "demo/stage.py write_credential: file mkdir",
        "demo/stage.py write_credential: file write_whole",
    ),
    "integration/test_demo.py::test_the_page_is_served_until_it_is_stopped": (
        "demo/service.py _wait_until_ready: machine urllib.request.urlopen",
        "demo/service.py open_service: machine socket.create_server",
        "demo/service.py post: machine urllib.request.Request",
        "demo/service.py post: machine urllib.request.urlopen",
    ),
    "integration/test_dev_chain.py::test_a_closed_chain_does_not_answer": (
        "adapters/evm/dev_rpc.py DevRpc.fund: rpc eth_getTransactionReceipt",
        "adapters/evm/dev_rpc.py DevRpc.fund: rpc eth_sendTransaction",
        "adapters/evm/dev_rpc.py DevRpc.increase_time: rpc evm_increaseTime",
        "adapters/evm/dev_rpc.py DevRpc.increase_time: rpc evm_mine",
        "adapters/evm/dev_rpc.py DevRpc.mine: rpc evm_mine",
        "adapters/evm/dev_rpc.py DevRpc.revert: rpc evm_revert",
        "adapters/evm/dev_rpc.py DevRpc.snapshot: rpc evm_snapshot",
        "adapters/evm/dev_rpc.py ask: machine http.client.HTTPConnection",
    ),
    "integration/test_dev_chain.py::test_another_program_called_anvil_is_not_taken": (
        "adapters/evm/anvil_chain.py _is_anvil: machine subprocess.run",
    ),
    "integration/test_dev_chain.py::test_anvil_that_cannot_start_says_so": (
        "adapters/evm/anvil_chain.py AnvilChain.__init__: file open",
        "adapters/evm/anvil_chain.py AnvilChain.__init__: machine subprocess.Popen",
        "adapters/evm/anvil_chain.py AnvilChain.__init__: machine tempfile.mkdtemp",
        "adapters/evm/anvil_chain.py AnvilChain.__init__: rpc eth_chainId",
        "adapters/evm/anvil_chain.py AnvilChain.close: machine shutil.rmtree",
    ),
    "integration/test_issue_by_api.py::test_a_key_that_does_not_count_opens_nothing_and_is_written_nowhere": (
        "cli/apikey.py new: store add_api_key",
        "cli/apikey.py revoke: store revoke_api_key",
        "issuing/api_key.py authenticate: store mark_api_key_used",
    ),
    "integration/test_issue_by_api.py::test_numbers_that_a_restored_database_forgot_are_not_given_again": (
        "cli/recover.py _close_open_batches: store close_open_batch",
    ),
    "integration/test_issue_by_api.py::test_two_servers_over_one_store_never_give_a_number_twice": (
        "adapters/files/open_folders.py OpenFolders.drop: file unlink",
    ),
    "crash/test_sharded_kills.py::test_killed_workers_and_killed_runs_change_no_byte": (
        "adapters/engines/pool.py Worker.__init__: engine start",
        "adapters/engines/pool.py Worker.ask: engine send",
        "adapters/engines/pool.py _serve: machine signal.signal",
    ),
    "integration/test_engines.py::test_a_worker_killed_half_way_changes_nothing": (
        "adapters/engines/dask_cluster.py DaskEngine.map_shards: engine submit",
    ),
    "integration/test_engines.py::test_a_cluster_with_another_version_is_refused": (
        "adapters/engines/dask_cluster.py DaskEngine._verify_versions: engine run",
    ),
    "unit/web/test_workers.py"
    "::test_two_workers_answer_and_one_that_dies_is_begun_again_and_all_stop_together": (
        "web/workers.py run_workers: machine signal.signal",
    ),
    "unit/web/test_workers.py::test_workers_end_when_whoever_began_them_is_killed": (
        "web/workers.py _end_with_parent: file os.kill",
    ),
    "integration/test_remote_signer.py::test_every_other_answer_is_an_error_of_ours": (
        "adapters/keys/remote.py RemoteSigner._ask: rpc call",
        "adapters/keys/remote.py RemoteSigner.open: rpc eth_accounts",
        "adapters/keys/remote.py RemoteSigner.sign: rpc eth_signTransaction",
        "adapters/keys/remote.py RemoteSigner.sign_typed: rpc eth_signTypedData",
    ),
    "integration/test_requests.py::test_a_request_file_overwrites_nothing_else": (
        "cli/requesting.py write_request: file write_whole",
    ),
    "integration/test_requests.py::test_a_request_is_ruled_out_by_its_institution_and_issued_again": (
        "cli/driving.py _drive: machine signal.signal",
        "cli/healing.py drop_write: store drop_intent",
    ),
    "integration/test_requests.py::test_two_payers_of_one_request_record_it_once": (
        "anchoring/relay.py queue_relay: store add_intent",
        "anchoring/relay.py queue_relay: store move_intent",
        "anchoring/relayed.py _watch: store move_intent",
    ),
    "integration/test_rerecord.py::test_killed_on_the_way_it_goes_on": (
        "adapters/evm/bare_chain.py fetch_bare_identity: rpc batch",
        "adapters/evm/bare_chain.py fetch_bare_identity: rpc eth_chainId",
        "adapters/evm/bare_chain.py fetch_bare_identity: rpc eth_getBlockByNumber",
        "cli/rerecord.py _write_pins: file write_whole",
        "wiring/rerecording.py _ask: rpc call",
        "wiring/rerecording.py _deploy: store start_over",
        "wiring/rerecording.py _find_deploy_block: rpc eth_blockNumber",
        "wiring/rerecording.py _find_deploy_block: rpc eth_getCode",
        "wiring/rerecording.py _verify_address: rpc eth_getTransactionCount",
        "wiring/rerecording.py plan_rerecording: rpc eth_getCode",
        "wiring/rerecording.py start_again: store start_over",
    ),
    "integration/test_safe_issuer.py::test_any_two_owners_sign_a_request": (
        "adapters/evm/wallets.py _ask: rpc call",
        "adapters/evm/wallets.py _ask: rpc eth_call",
    ),
    "integration/test_service.py::test_a_port_that_is_taken_and_a_rate_that_is_none_are_said_in_one_line": (
        "web/server.py run_service: machine socket.create_server",
    ),
    "integration/test_snapshot.py::test_a_snapshot_that_cannot_be_kept_stops_nothing": (
        "adapters/evm/snapshot.py SnapshotFile.write: file mkdir",
        "adapters/evm/snapshot.py SnapshotFile.write: file write_whole",
    ),
    "integration/test_start.py::test_killed_anywhere_and_run_again_there_is_one_of_everything": (
        "accrediting/queue.py queue_act: store add_intent",
        "cli/init.py init: file mkdir",
        "cli/start_keys.py _write_password: file write_private",
        "cli/start_keys.py KeyRing.roster_key: file write_private",
        "cli/start_networks.py join_registry: file write_whole",
        "cli/start_steps.py Money.give: rpc eth_getBalance",
        "cli/start_steps.py write_trust: file write_whole",
        "wiring/workers.py wire_deployment: store add_intent",
        "wiring/workers.py wire_deployment: store write_pin",
    ),
    "integration/test_start.py::test_the_chain_command_ends_with_ctrl_c_and_comes_back": (
        "cli/chain.py chain: file mkdir",
        "cli/chain.py listen_for_end: machine signal.signal",
    ),
    "integration/test_start.py::test_trust_is_passed_on_with_its_sha256": (
        "cli/trust.py add: file write_whole",
    ),
    "integration/test_status_lists.py::test_folders_that_cannot_be_made_are_told": (
        "adapters/files/status_lists.py StatusListFolder.opened: file mkdir",
        "adapters/files/status_lists.py StatusListFolder.opened: file os.open",
    ),
    "integration/test_store_file.py::test_stores_are_created_by_several_threads_at_once": (
        "adapters/sql/connections.py _make_private: file chmod",
        "adapters/sql/connections.py _make_private: file os.open",
    ),
    "unit/adapters/alarms/test_alarms.py::test_a_program_that_hangs_is_killed_with_all_that_it_started": (
        "adapters/alarms/command.py CommandTeller.run: machine subprocess.Popen",
        "adapters/alarms/memory.py Memory.save: file write_whole",
    ),
    "unit/adapters/evm/test_anvil_state.py::test_of_several_first_blocks_the_oldest_stays": (
        "adapters/evm/anvil_chain.py drop_later_first_blocks: file replace",
        "adapters/evm/anvil_chain.py drop_later_first_blocks: file write_text",
    ),
    "unit/adapters/files/test_mapped.py::test_a_folder_that_cannot_be_there_is_an_error_of_ours": (
        "adapters/files/mapped.py MappedMemory.__call__: file mkdir",
        "adapters/files/mapped.py MappedMemory.__call__: machine mmap.mmap",
        "adapters/files/mapped.py MappedMemory.__call__: machine tempfile.TemporaryFile",
    ),
    "unit/adapters/files/test_atomic.py::test_a_new_file_that_fails_half_way_is_not_there": (
        "adapters/files/atomic.py write_new: file unlink",
    ),
    "unit/adapters/files/test_status_list_folder.py::"
    "test_a_list_is_there_whole_or_as_it_was_wherever_its_writer_is_killed": (
        "adapters/files/status_lists.py StatusListFolder.write: file mkdir",
        "adapters/files/status_lists.py StatusListFolder.write: file write_whole",
    ),
    "unit/adapters/net/test_guarded_http.py::test_a_name_server_that_never_answers_holds_nobody_up": (
        "adapters/net/resolving.py _look_up: machine socket.getaddrinfo",
    ),
    "unit/adapters/net/test_guarded_http.py::test_a_server_that_drips_is_given_up_when_the_time_is_over": (
        "adapters/net/guarded_http.py GuardedHttp._ask: machine http.client.HTTPResponse",
    ),
    "unit/adapters/net/test_guarded_http.py::test_the_second_address_is_tried_where_the_first_refuses": (
        "adapters/net/guarded_http.py _connect_any: machine socket.create_connection",
    ),
    "unit/cli/test_bake.py::test_nothing_is_overwritten_but_by_itself": (
        "cli/bake.py _write_new: file write_whole",
    ),
    "unit/cli/test_issuer_did.py::test_another_host_may_be_asked_for_and_the_document_is_written": (
        "cli/issuer_did.py did: file write_whole",
    ),
    "unit/adapters/keys/test_keys.py::test_files_that_cannot_be_read_or_written_are_told": (
        "adapters/keys/ed25519.py create_signing_key: file write_private",
        "adapters/keys/files.py create_key_file: file write_private",
        "adapters/keys/private_file.py write_private: file mkdir",
        "adapters/keys/private_file.py write_private: file write_new",
    ),
    "unit/anchoring/test_final_watch.py::test_believing_again_stops_whatever_is_gone_and_was_not_seen_yet": (
        "anchoring/resume.py believe_again: store drop_final_mark",
    ),
    "unit/cli/test_main.py::test_a_refusal_ends_in_words": (
        "cli/main.py run: file os.dup2",
        "cli/main.py run: file os.open",
    ),
    "unit/cli/test_reference_pages.py::test_the_committed_page_is_up_to_date": (
        "cli/reference_pages.py module: file write_text",
    ),
    "unit/cli/test_settings_file.py::test_a_file_that_could_not_be_read_back_is_never_written": (
        "cli/settings_file.py write_settings: file unlink",
        "cli/settings_file.py write_settings: file write_whole",
    ),
    "unit/cli/test_template.py::test_a_template_is_written_once_and_never_over_what_was_edited": (
        "cli/template.py _write: file write_whole",
    ),
    "unit/demo/test_folder.py::test_an_earlier_demo_is_replaced": (
        "demo/folder.py _answers: rpc eth_chainId",
        "demo/folder.py _is_free: machine socket.socket",
        "demo/folder.py clear_folder: file mkdir",
        "demo/folder.py clear_folder: file unlink",
        "demo/folder.py clear_folder: file write_text",
        "demo/folder.py clear_folder: machine shutil.rmtree",
    ),
}
"""Experiment -> the calls that it covers."""
