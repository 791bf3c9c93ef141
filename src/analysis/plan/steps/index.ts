/** Which system acts on a key: one line a system. */
import { aws } from './aws.ts';
import { github } from './github.ts';
import { keycloak } from './keycloak.ts';
import { kubernetes } from './kubernetes.ts';
import { manual } from './manual.ts';
import { postgres } from './postgres.ts';
import { rabbitmq } from './rabbitmq.ts';
import { redis } from './redis.ts';
import type { System } from './subject.ts';
import { vault } from './vault.ts';

const SYSTEMS: readonly (readonly [RegExp, System])[] = [
  [/^aws:/, aws],
  [/^github(@[^:]+)?:/, github],
  [/^k8s:/, kubernetes],
  [/^keycloak:/, keycloak],
  [/^postgres:/, postgres],
  [/^rabbitmq:/, rabbitmq],
  [/^redis:/, redis],
  [/^vault:/, vault],
];

export const systemOf = (key: string): System => SYSTEMS.find(([pattern]) => pattern.test(key))?.[1] ?? manual;
