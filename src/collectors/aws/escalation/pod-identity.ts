import { both, conditional, type Held } from '../held.ts';
import type { Principal } from '../principals.ts';
import type { Thing } from '../things.ts';
import { heldOver } from './existing-workload.ts';
import { anyOf, type Board, type EscalationPath } from './path.ts';
import { CLUSTER_ENTRY } from './workload-rows/applications.ts';

const ASSOCIATE = 'eks:CreatePodIdentityAssociation';

/** A role given to a service account of a cluster is its pods': it takes a way to run one. */
export const podIdentity: EscalationPath = {
  id: 'eks-pod-identity',
  source: 'https://docs.aws.amazon.com/eks/latest/userguide/pod-id-association.html',
  actions: ['iam:PassRole', ASSOCIATE, ...CLUSTER_ENTRY.actions, 'eks:AssociateAccessPolicy', 'eks:UpdateClusterConfig'],
  *find(board, principal) {
    if (!board.mentionsAll(principal, ['iam:PassRole', ASSOCIATE])) return;
    const passable = board.passable(principal, 'pods.eks.amazonaws.com');
    if (passable.length === 0) return;
    const clusters = board.things(['AWS::EKS::Cluster'], principal.account);
    const way = anyOf(clusters.map((cluster) => heldOn(board, principal, cluster)));
    if (!way) return;
    for (const { role, held } of passable)
      yield { target: role.key, held: both(held, way), reason: `iam:PassRole of ${role.name} with ${ASSOCIATE}` };
  },
};

function heldOn(board: Board, principal: Principal, cluster: Thing): Held | undefined {
  const held = board.can(principal, { action: ASSOCIATE, resource: cluster.arn });
  if (!held) return undefined;
  const entered = heldOver(board, principal, { row: CLUSTER_ENTRY, thing: cluster });
  return both(held, entered ?? conditional(`a right to run pods in ${cluster.item.name} comes together with it`, 'combined'));
}
