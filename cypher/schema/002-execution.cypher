// What execution looks up: the parts of a plan, steps by state and time, holds by target and holder, jobs and plans by time.
CREATE INDEX approval_plan IF NOT EXISTS FOR (a:Approval) ON (a.plan);
CREATE INDEX step_plan IF NOT EXISTS FOR (s:Step) ON (s.plan);
CREATE INDEX step_state IF NOT EXISTS FOR (s:Step) ON (s.state);
CREATE INDEX step_updated IF NOT EXISTS FOR (s:Step) ON (s.updatedAt);
CREATE INDEX hold_target IF NOT EXISTS FOR (h:Hold) ON (h.target);
CREATE INDEX hold_holder IF NOT EXISTS FOR (h:Hold) ON (h.holder);
CREATE INDEX plan_created IF NOT EXISTS FOR (p:Plan) ON (p.createdAt);
CREATE INDEX job_state IF NOT EXISTS FOR (j:Job) ON (j.state, j.createdAt);
