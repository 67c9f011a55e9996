"""Audits: every statement of the chain recomputed from public records."""

from __future__ import annotations

from fl_client.audit.replay import audit_folder, audit_task
from fl_client.audit.result import AuditResult

__all__ = ["AuditResult", "audit_folder", "audit_task"]
