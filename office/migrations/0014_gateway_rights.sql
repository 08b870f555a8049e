-- The gateway reads API keys and never makes or changes them; an answer that was kept stays.
revoke insert, update on api_key from cambist_gateway;
revoke update on idempotency from cambist_gateway;
revoke update (resolved_at) on quarantine, drift from cambist_gateway;
