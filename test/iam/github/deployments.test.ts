import { expect, it } from 'vitest';
import { yamlTree } from '../../../src/collectors/github/yaml-tree.ts';
import { deployments } from '../../../src/iam/github/deployments.ts';
import { NOTHING_GIVEN } from '../../../src/iam/github/inputs.ts';
import { WorkflowCalls } from '../../../src/iam/github/reusable.ts';
import { runSteps } from '../../../src/iam/github/run-steps.ts';
import { parseWorkflow } from '../../../src/iam/github/workflow.ts';

function targets(...steps: readonly string[]): string[] {
  const lines = ['on: push', 'jobs:', '  deploy:', '    steps:', ...steps.map((step) => `      - ${step}`)];
  const tree = yamlTree(lines.join('\n'), 'd.yml');
  if (!tree) throw new Error('no workflow');
  const workflow = parseWorkflow('.github/workflows/d.yml', tree.root);
  const repository = { name: 'acme/shop', workflows: new Map([[workflow.path, workflow]]) };
  const [job] = workflow.jobs;
  if (!job) throw new Error('no job');
  const found = runSteps({ repository, workflow, job }, new WorkflowCalls([repository]), NOTHING_GIVEN);
  return deployments(found).map(({ target, line }) => `${target} ${line}`);
}

const login = (role: string, region: string): string =>
  `{ uses: aws-actions/configure-aws-credentials@v4, with: { role-to-assume: "${role}", aws-region: "${region}" } }`;
const LOGIN = login('arn:aws:iam::111111111111:role/deploy', 'eu-west-1');

it('names a function by the account of the role and the region that the job takes', () => {
  expect(targets(LOGIN, '{ run: "aws lambda update-function-code --function-name shop --zip-file fileb://x.zip" }')).toEqual([
    'aws:arn:aws:lambda:eu-west-1:111111111111:function:shop 6',
  ]);
});

it('leaves open what the job does not say literally', () => {
  const update = '{ run: "aws lambda update-function-code --region eu-north-1 --function-name=\'shop\'" }';
  expect(targets(update)).toEqual(['aws:arn:*:lambda:eu-north-1:*:function:shop 5']);
  expect(targets(login('${{ secrets.ROLE }}', '${{ vars.REGION }}'), update)).toEqual([
    'aws:arn:*:lambda:eu-north-1:*:function:shop 6',
  ]);
});

it('names nothing where the name is computed', () => {
  expect(targets('{ run: "aws lambda update-function-code --function-name $NAME" }')).toEqual([]);
  expect(targets('{ run: "aws lambda update-function-code --function-name shop-${{ matrix.stage }}" }')).toEqual([]);
  expect(targets('{ run: "kubectl rollout restart deployment/${APP}" }')).toEqual([]);
  expect(targets('{ run: "aws lambda list-functions" }', '{ run: "echo aws lambda" }')).toEqual([]);
});

it('names a service of ECS, in the default cluster where none is named', () => {
  const deploy = (more: string) => `{ uses: aws-actions/amazon-ecs-deploy-task-definition@v2, with: { service: api${more} } }`;
  expect(targets(LOGIN, deploy(', cluster: shop'))).toEqual(['aws:arn:aws:ecs:eu-west-1:111111111111:service/shop/api 6']);
  expect(targets(LOGIN, deploy(''))).toEqual(['aws:arn:aws:ecs:eu-west-1:111111111111:service/default/api 6']);
  expect(targets(LOGIN, deploy(', cluster: "${{ vars.CLUSTER }}"'))).toEqual([]);
});

it('names an object of some cluster that kubectl changes', () => {
  expect(targets('{ run: "kubectl -n web set image deployment/api api=x" }')).toEqual(['k8s:*/web/deployments/api 5']);
  expect(targets('{ run: "kubectl rollout restart sts/db" }')).toEqual(['k8s:*/*/statefulsets/db 5']);
  expect(targets('{ run: "kubectl get deployment/api" }', '{ run: "kubectl apply -f ." }')).toEqual([]);
});
