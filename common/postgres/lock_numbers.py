"""The numbers of advisory locks: any, each once, and the same in every process."""

# One migration of a database at a time.
MIGRATE = 5_271_001
# Of two demos at once the second finds all done; one simulation is live at a time.
DEMO = 5_271_003
SIMULATE = 5_271_008
# Those who ask for a run of a day, who load a chunk, who raise alerts, who change values, who take
# a run, who deliver alerts, who assess, and who write the lake.
REQUEST = 5_271_002
LOAD = 5_271_004
ALERT = 5_271_005
CHANGE = 5_271_006
TAKE = 5_271_007
DELIVER = 5_271_009
ASSESS = 5_271_010
LAKE = 5_271_011
