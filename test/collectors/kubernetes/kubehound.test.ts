/**
 * KubeHound's own test cluster and the pairs that its tests expect, edge kind by edge kind
 * (https://github.com/DataDog/KubeHound, test/system/graph_edge_test.go). How its edges are said here:
 *
 *     IDENTITY_ASSUME container → identity   workload RUNS_AS service account
 *     IDENTITY_ASSUME node → system:nodes    node RUNS_AS its user, MEMBER_OF the group
 *     POD_ATTACH node → pod                  node HOSTS workload
 *     CONTAINER_ATTACH pod → container       one Workload: containers are not told apart
 *     VOLUME_ACCESS, VOLUME_DISCOVER         ESCAPES_TO with a way that names the volume, where the volume matters; Secrets by READS
 *     POD_PATCH role::binding → pod          HAS_GRANT by that role and binding, CAN_CONTROL for changing its image
 *     POD_CREATE role::binding → node        the same, CAN_CONTROL over the Scope of nodes, which CONTAINS each
 *     EXPLOIT_HOST_TRAVERSE                  ESCAPES_TO node, HOSTS workload, RUNS_AS identity
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Outcome } from '../../contracts/collecting.ts';
import { collectingObjects, object } from './sample-cluster.ts';

const FOLDER = '../shared/fixtures/kubernetes/kubehound';
const isThere = existsSync(FOLDER);
if (!isThere) console.warn(`SKIPPED: KubeHound's pairs: ${FOLDER} is not there`);

interface Expected {
  readonly test: string;
  readonly edge: string;
  readonly match: string;
  readonly pairs: readonly (readonly [string, string])[];
}

type Pair = readonly [string, string];
interface ClusterObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: { readonly containers?: readonly { readonly name: string }[] };
}

/** kind's three nodes; KubeHound's expectations name them. Pods are spread over them, as its scheduler does. */
const NODES = ['kubehound.test.local-control-plane', 'kubehound.test.local-worker', 'kubehound.test.local-worker2'];

function clusterObjects(): ClusterObject[] {
  const folder = join(FOLDER, 'test/setup/test-cluster/attacks');
  const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  return texts.flatMap((text) => parseAllDocuments(text).flatMap((document) => (document.toJS() as ClusterObject | null) ?? []));
}

const scheduled = (objects: readonly ClusterObject[]): object[] => [
  ...objects.map((one, index) =>
    one.kind === 'Pod' ? { ...one, spec: { ...one.spec, nodeName: NODES[index % 3] }, status: { phase: 'Running' } } : one,
  ),
  ...NODES.map((name) => object('Node', name)),
];

const nameOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

describe.runIf(isThere)('the pairs of KubeHound', async () => {
  const expected = isThere
    ? (JSON.parse(readFileSync(join(FOLDER, 'expected_edges.json'), 'utf8')) as { tests: Expected[] }).tests
    : [];
  const objects = isThere ? clusterObjects() : [];
  const found: Outcome = await collectingObjects(isThere ? scheduled(objects) : []);
  const edges = (kind: string) => found.relationships.filter((one) => one.kind === kind);
  const pairsOf = (test: string): readonly Pair[] => {
    const one = expected.find((row) => row.test === test);
    if (!one) throw new Error(`${test} is not among the expectations`);
    return one.pairs;
  };
  const compare = (test: string, ours: readonly Pair[]): void => {
    const said = new Set(ours.map((pair) => pair.join(' → ')));
    const wanted = pairsOf(test).map((pair) => pair.join(' → '));
    expect(wanted.filter((pair) => !said.has(pair))).toEqual([]);
    if (expected.find((row) => row.test === test)?.match === 'exact') expect([...said].sort()).toEqual([...wanted].sort());
  };
  /** `role::binding` → target, for grants whose rights are of the given reason. */
  const grantedPairs = (why: RegExp, targetOf: (key: string) => readonly string[]): Pair[] =>
    edges('HAS_GRANT').flatMap(({ target, reason }) => {
      const [, binding, role] = /^RoleBinding default\/(\S+) \(Role (\S+)\)$/.exec(reason ?? '') ?? [];
      const rights = edges('CAN_CONTROL').filter((right) => right.source === target && why.test(right.reason ?? ''));
      return rights.flatMap((right) => targetOf(right.target).map((name): Pair => [`${role}::${binding}`, name]));
    });

  it('IDENTITY_ASSUME from containers: the workload runs as its service account', () => {
    const containers = new Map(
      objects.filter(({ kind }) => kind === 'Pod').map((pod) => [pod.metadata.name, pod.spec?.containers ?? []]),
    );
    const ours = edges('RUNS_AS').flatMap(({ source, target }) =>
      (containers.get(nameOf(source)) ?? []).map(({ name }): Pair => [name, nameOf(target)]),
    );
    compare('TestEdge_IDENTITY_ASSUME_Container', ours);
  });

  it('IDENTITY_ASSUME from nodes: the node runs as its user, who is in system:nodes', () => {
    const groups = new Map(edges('MEMBER_OF').map(({ source, target }) => [source, nameOf(target)]));
    const ours = edges('RUNS_AS').flatMap(({ source, target }) => {
      const group = groups.get(target);
      return group === undefined ? [] : [[nameOf(source), group] as const];
    });
    compare('TestEdge_IDENTITY_ASSUME_Node', ours);
  });

  it('POD_PATCH: whoever patches pods controls every pod of the namespace, and no other', () => {
    compare(
      'TestEdge_POD_PATCH',
      grantedPairs(/change the image/, (key) => [nameOf(key)]),
    );
  });

  it('POD_CREATE: whoever creates pods takes every node, as far as admission lets them', () => {
    const contained = edges('CONTAINS');
    const nodesIn = (scope: string): string[] =>
      contained.flatMap(({ source, target }) => (source === scope && scope.endsWith('/_/nodes') ? [nameOf(target)] : []));
    compare('TestEdge_POD_CREATE', grantedPairs(/privileged/, nodesIn));
    const ways = edges('CAN_CONTROL').filter(({ target }) => target.endsWith('/_/nodes'));
    // Whoever has all of a namespace needs no admission: the label is theirs to change.
    for (const { condition, reason } of ways)
      expect(condition ?? reason).toMatch(/admission|may take its Pod Security label away/);
  });

  it('POD_ATTACH: every pod is hosted by its node', () => {
    const pods = objects.filter(({ kind }) => kind === 'Pod').map(({ metadata }) => metadata.name);
    expect(pods.length).toBeGreaterThan(20);
    expect(
      edges('HOSTS')
        .map(({ target }) => nameOf(target))
        .sort(),
    ).toEqual([...pods].sort());
  });

  it.each([
    ['TestEdge_EXPLOIT_HOST_READ', 'readable'],
    ['TestEdge_EXPLOIT_HOST_WRITE', 'writable'],
  ])('%s: the way out names the volume', (test, how) => {
    const ours = edges('ESCAPES_TO').flatMap(({ source, properties }) =>
      ((properties?.['ways'] ?? []) as string[]).flatMap((way): Pair[] => {
        const volume = way.endsWith(how) ? /^volume ([^ ]+) is/.exec(way)?.[1] : undefined;
        return volume === undefined ? [] : [[nameOf(source), volume]];
      }),
    );
    compare(test, ours);
  });

  it('EXPLOIT_HOST_TRAVERSE: through the node lie the identities of all pods on it, and no others', () => {
    const pod = 'k8s:test/default/pods/host-read-exploit-pod';
    const nodes = edges('ESCAPES_TO').flatMap(({ source, target }) => (source === pod ? [target] : []));
    const besides = edges('HOSTS').flatMap(({ source, target }) => (nodes.includes(source) ? [target] : []));
    const identities = new Set(
      edges('RUNS_AS').flatMap(({ source, target }) => (besides.includes(source) ? [nameOf(target)] : [])),
    );
    const [node] = nodes.map(nameOf);
    const there = scheduled(objects) as (ClusterObject & { spec?: { nodeName?: string; serviceAccountName?: string } })[];
    const wanted = there
      .filter(({ kind, spec }) => kind === 'Pod' && spec?.nodeName === node)
      .map(({ spec }) => spec?.serviceAccountName ?? 'default');
    expect([...identities].sort()).toEqual([...new Set(wanted)].sort());
  });

  it('finds a way out of each container that is planted with one, and none of the control', () => {
    const escaping = new Set(
      edges('ESCAPES_TO')
        .filter(({ certainty }) => certainty !== 'possible')
        .map(({ source }) => nameOf(source)),
    );
    for (const name of ['modload-pod', 'nsenter-pod', 'priv-pod', 'sys-ptrace-pod', 'umh-core-pod', 'host-write-exploit-pod'])
      expect(escaping).toContain(name);
    for (const name of ['control-pod', 'tokenget-pod', 'sharedps-pod1']) expect(escaping).not.toContain(name);
  });
});
