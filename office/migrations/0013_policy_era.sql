-- A new era of policies: begun by people, raised by a bridge that meets a later one.
grant update (policy_era) on server to cambist_gateway, cambist_bridge;
