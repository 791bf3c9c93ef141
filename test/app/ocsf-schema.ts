/**
 * Detection Finding (2004) and Remediation Activity (7001) of OCSF 1.8.0 as JSON Schema: what each class and its objects require, the
 * values of their enumerations, and every attribute that we write. https://schema.ocsf.io/1.8.0/classes/remediation_activity
 */
const text = { type: 'string', minLength: 1 };
const whole = { type: 'integer', minimum: 0 };
const object = (required: readonly string[], properties: object) => ({
  type: 'object',
  required,
  properties,
  additionalProperties: false,
});
const listOf = (items: object) => ({ type: 'array', items });

const metadata = object(['product', 'version'], {
  product: object(['vendor_name'], { name: text, vendor_name: text, version: text }),
  version: { const: '1.8.0' },
  uid: text,
  sequence: whole,
  correlation_uid: text,
  profiles: listOf({ enum: ['host'] }),
});

const base = {
  category_uid: whole,
  time: whole,
  severity_id: { enum: [0, 1, 2, 3, 4, 5, 6, 99] },
  status: text,
  message: text,
  metadata,
  unmapped: { type: 'object' },
};
const required = ['activity_id', 'category_uid', 'class_uid', 'type_uid', 'severity_id', 'time', 'metadata'];

const detectionFinding = object([...required, 'finding_info'], {
  ...base,
  class_uid: { const: 2004 },
  activity_id: { enum: [1, 2, 3] },
  type_uid: { enum: [200401, 200402, 200403] },
  status_id: { enum: [1, 2, 3, 4, 5] },
  finding_info: object(['uid'], {
    uid: text,
    title: text,
    types: listOf(text),
    attacks: listOf(object([], { version: text, technique: object([], { uid: text, name: text }) })),
  }),
  resources: listOf(object([], { uid: text, name: text })),
  evidences: listOf(object([], { data: { type: 'object' } })),
  confidence_score: whole,
});

const remediationActivity = object([...required, 'command_uid'], {
  ...base,
  class_uid: { const: 7001 },
  activity_id: { enum: [1, 2, 3, 4, 99] },
  activity_name: text,
  type_uid: { enum: [700101, 700102, 700103, 700104, 700199] },
  status_id: { enum: [1, 2, 3, 4, 5, 6] },
  command_uid: text,
  countermeasures: listOf(
    object([], { version: text, d3f_tactic: object([], { name: text }), d3f_technique: object([], { uid: text, name: text }) }),
  ),
  actor: object([], { user: object([], { name: text }) }),
  observables: listOf(object(['type_id'], { name: text, type_id: whole, type: text, value: text })),
});

export const ocsfSchema = { oneOf: [detectionFinding, remediationActivity] };
