"""What experiments hold about people: nothing by itself; which item got which variant."""

from crmllm.core.datamap import BASE, declare

declare("experiments.Experiment", plain=f"{BASE} name variants active")
declare("experiments.Assignment", plain=f"{BASE} experiment subject_id variant")
