"""Audits: every statement of the chain recomputed from public records."""

from __future__ import annotations

from fl_client.audit.encrypted import audit_encrypted_task
from fl_client.audit.replay import audit_folder, audit_task
from fl_client.audit.result import AuditResult, WeighedAway

__all__ = ["AuditResult", "WeighedAway", "audit_encrypted_task", "audit_folder", "audit_task"]
