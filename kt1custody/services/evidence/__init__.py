"""What others can verify: bundles, dossiers, closing sheets, audits, backups."""
