import type { Json, RelationshipName } from '../../model/entity.ts';
import { RELATIONSHIP_KINDS } from '../../model/kinds.ts';
import type { Change, ChangeReader, Version } from '../../ports/store.ts';
import { entityFrom, heldFrom, relationshipFrom, visibleText } from './claims.ts';
import type { Client, Run } from './client.ts';
import { locked } from './head.ts';
import * as changes from './queries/changes.ts';
import * as graph from './queries/graph.ts';
import * as meta from './queries/meta.ts';

export const createChangeReader = (client: Client): ChangeReader => ({
  changes: (after, limit) =>
    client.read(async (run) => {
      const [head] = await run(meta.readHead, {});
      if (!head) return { changes: [], head: 0 };
      const { seq, floor, generation } = head;
      if (after < floor) return { changes: [{ seq, op: 'rebuild', type: 'graph', id: '', generation }], head: seq };
      // Up to the head that was read: what was committed since then comes with the next question.
      const rows = (await run(changes.changes, { after, limit })).filter((change) => change.seq <= seq);
      return { changes: rows as unknown as Change[], head: seq };
    }),

  versions: (id) =>
    client.read(async (run) => {
      const closed = await run(changes.versions, { id });
      const versions = closed.map(({ from, to, body }): Version => ({ id, from, to, body: JSON.parse(body) as Json }));
      const open = await openVersion(run, id);
      return open ? [...versions, open] : versions;
    }),

  generationBefore: (at) => client.read(async (run) => (await run(changes.generationBefore, { at }))[0]?.generation ?? 0),

  pruneHistory: (before) =>
    locked(client, async (run, head) => {
      const [newest] = await run(changes.newestBefore, { before });
      const upTo = newest?.seq ?? 0;
      const [oldChanges] = await run(changes.pruneChanges, { seq: upTo });
      const [oldVersions] = await run(changes.pruneVersions, { before });
      head.floor = Math.max(head.floor, upTo);
      return (oldChanges?.gone ?? 0) + (oldVersions?.gone ?? 0);
    }),
});

/** The open version is the thing itself: it is not written a second time. */
async function openVersion(run: Run, id: string): Promise<Version | undefined> {
  const [entity] = await run(graph.entitiesByKey, { keys: [id] });
  if (entity) {
    const body = visibleText(entityFrom(id, heldFrom(entity)));
    return { id, from: entity.changedIn, to: null, body: JSON.parse(body) as Json };
  }
  for (const name of namesIn(id)) {
    const [found] = await run(graph.relationshipsByName, { rows: [{ ...name }] });
    if (!found) continue;
    const body = visibleText(relationshipFrom(name, heldFrom(found)));
    return { id, from: found.changedIn, to: null, body: JSON.parse(body) as Json };
  }
  return undefined;
}

/** `source KIND target` in every way that it may be read: keys may hold spaces. */
function* namesIn(id: string): Generator<RelationshipName> {
  for (const kind of RELATIONSHIP_KINDS) {
    const sign = ` ${kind} `;
    for (let at = id.indexOf(sign); at >= 0; at = id.indexOf(sign, at + 1)) {
      yield { source: id.slice(0, at), kind, target: id.slice(at + sign.length) };
    }
  }
}
