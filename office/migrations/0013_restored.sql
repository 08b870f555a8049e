-- What follows when this database was restored from an older copy: a new era of policies, begun by
-- people or raised by a bridge that meets a later one, and commands under higher numbers.
grant update (policy_era) on server to cambist_gateway, cambist_bridge;
grant update on command_number to cambist_bridge;
